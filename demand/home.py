"""What gathering demand adds to the home page: what the demand planner asks a person about their changes."""

from django.urls import reverse

from demand.selectors.change_groups import questions_to, told_of
from sop.constants import StepKind, StepState
from sop.home_items import HomeItem, home_item
from sop.models import CycleStep, User

SHOWN = 3  # questions told one by one; the rest are counted


@home_item(StepKind.GATHER)
def questions_to_answer(user: User, step: CycleStep) -> list[HomeItem]:
    """Return each change the person is asked about, while gather demand is open."""
    if step.state != StepState.OPEN or not user.has_perm("demand.override_forecast"):
        return []
    asked = questions_to(step.cycle, user)
    told = told_of(step.cycle, asked[:SHOWN]) if asked else {}
    items = [
        HomeItem(
            f"{group.decided_by} asks about {group.product} for {told[user.pk, group.product_id].where}: {group.asked}",
            "Answer with a note, or change the number.",
            reverse("demand:change", args=[step.cycle_id, user.pk, group.product_id]),
            "Answer",
            step.due_at,
        )
        for group in asked[:SHOWN]
    ]
    if len(asked) > SHOWN:
        more = len(asked) - SHOWN
        url = reverse("demand:change", args=[step.cycle_id, user.pk, asked[SHOWN].product_id])
        items.append(HomeItem(f"{more} more question{'s' if more > 1 else ''} about your changes", "", url, "Answer"))
    return items
