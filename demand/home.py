"""What gathering demand adds to the home page: corrections of history that wait for a decision."""

from django.urls import reverse

from demand.selectors.cleansing import cleansing_waiting
from sop.constants import StepKind, StepState
from sop.home_items import HomeItem, home_item
from sop.models import CycleStep, User


@home_item(StepKind.GATHER)
def corrections_to_decide(user: User, step: CycleStep) -> list[HomeItem]:
    """Ask whoever runs the baseline to decide on open corrections while gather demand is open."""
    if step.state != StepState.OPEN or not user.has_perm("demand.run_baseline"):
        return []
    count = cleansing_waiting(user)
    if not count:
        return []
    sentence = "Decide on a correction of history" if count == 1 else f"Decide on {count:,} corrections of history"
    url = reverse("demand:cleansing", args=[step.cycle_id])
    return [HomeItem(sentence, "The baseline uses those you accept.", url, "Look at them", step.due_at)]
