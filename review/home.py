"""What the executive review adds to the home page: the questions that wait for one person's decision."""

from django.urls import reverse

from review.selectors import questions_open
from sop.constants import StepKind, StepState
from sop.home_items import HomeItem, home_item
from sop.models import CycleStep, User


@home_item(StepKind.REVIEW)
def questions_to_decide(user: User, step: CycleStep) -> list[HomeItem]:
    """Return each open question this person decides, once the review is open."""
    if step.state != StepState.OPEN:
        return []
    url = reverse("review:review", args=[step.cycle_id])
    return [
        HomeItem(f"Decide: {question.sentence}", "", f"{url}#question-{question.pk}", "Decide", question.due_at)
        for question in questions_open(user).filter(cycle=step.cycle)
    ]
