"""What gathering demand adds to the home page: corrections to decide on, comments and questions to answer."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import Truncator

from demand.models import Comment
from demand.selectors.assumption_owners import handed_to, without_owner
from demand.selectors.assumptions import assumptions_of
from demand.selectors.change_groups import questions_to, told_of
from demand.selectors.cleansing import cleansing_waiting
from demand.selectors.comments import mentions_waiting
from sop.constants import StepKind, StepState
from sop.home_items import HomeItem, home_item
from sop.models import CycleStep, User

QUESTIONS = 3  # told one by one; the rest are counted
SHOWN = 5
WORDS = 160  # characters of the comment


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


@home_item(StepKind.GATHER)
def asked_about(user: User, step: CycleStep) -> list[HomeItem]:
    """Return each place where this person is asked something; it goes when they answer there or it is resolved."""
    waiting = mentions_waiting(user, step.cycle)
    items = [_item(comment) for comment in waiting[:SHOWN]]
    if len(waiting) > SHOWN:
        more = len(waiting) - SHOWN
        url = _url(waiting[SHOWN])
        items.append(
            HomeItem(f"{more} more comment{'' if more == 1 else 's'} ask{'s' * (more == 1)} you", "", url, "Answer")
        )
    return items


@home_item(StepKind.GATHER)
def questions_to_answer(user: User, step: CycleStep) -> list[HomeItem]:
    """Return each change the person is asked about, while gather demand is open."""
    if step.state != StepState.OPEN or not user.has_perm("demand.override_forecast"):
        return []
    asked = questions_to(step.cycle, user)
    told = told_of(step.cycle, asked[:QUESTIONS]) if asked else {}
    items = [
        HomeItem(
            f"{group.decided_by} asks about {group.product} for {told[user.pk, group.product_id].where}: {group.asked}",
            "Answer with a note, or change the number.",
            reverse("demand:change", args=[step.cycle_id, user.pk, group.product_id]),
            "Answer",
            step.due_at,
        )
        for group in asked[:QUESTIONS]
    ]
    if len(asked) > QUESTIONS:
        more = len(asked) - QUESTIONS
        url = reverse("demand:change", args=[step.cycle_id, user.pk, asked[QUESTIONS].product_id])
        items.append(HomeItem(f"{more} more question{'s' if more > 1 else ''} about your changes", "", url, "Answer"))
    return items


@home_item(StepKind.GATHER)
def assumptions_without_owner(user: User, step: CycleStep) -> list[HomeItem]:
    """Ask a demand planner to hand over what nobody who is here owns, while gather demand is open."""
    if step.state != StepState.OPEN or not user.has_perm("demand.override_any_forecast"):
        return []
    count = without_owner(assumptions_of(step.cycle, user)).count()
    if not count:
        return []
    sentence = f"{count:,} assumption{' has' if count == 1 else 's have'} no owner who is here"
    url = f"{reverse('demand:assumptions', args=[step.cycle_id])}?owner=none"
    return [HomeItem(sentence, "Somebody has to know whether they still hold.", url, "Hand over", step.due_at)]


@home_item(StepKind.GATHER)
def handed_over(user: User, step: CycleStep) -> list[HomeItem]:
    """Tell a person which assumptions they were handed, while gather demand is open."""
    if step.state != StepState.OPEN or not user.has_perm("demand.override_forecast"):
        return []
    handed = handed_to(step.cycle, user)
    items = [
        HomeItem(
            f"{each.by} handed you: {each.assumption.get_kind_display()}, {each.assumption.scope}",
            Truncator(each.assumption.note).chars(WORDS),
            reverse("demand:assumption", args=[step.cycle_id, each.assumption.pk]),
            "Look at it",
        )
        for each in handed[:SHOWN]
    ]
    if len(handed) > SHOWN:
        url = reverse("demand:assumptions", args=[step.cycle_id])
        items.append(HomeItem(f"{len(handed) - SHOWN} more handed to you", "", url, "Look at them"))
    return items


def _item(comment: Comment) -> HomeItem:
    month = f", {comment.bucket:%b %Y}" if comment.bucket else ""
    sentence = f"{comment.author_name} asks you about {comment.row_name}{month}"
    return HomeItem(sentence, Truncator(comment.text).chars(WORDS), _url(comment), "Answer")


def _url(comment: Comment) -> str:
    """Return the address of the grid with the row and the month chosen."""
    place = {"row": comment.row_id} | ({"bucket": comment.bucket.isoformat()} if comment.bucket else {})
    return f"{reverse('demand:adjust', args=[comment.cycle_id])}?{urlencode(place)}"
