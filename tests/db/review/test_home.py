"""What the executive review adds to the home page."""

import pytest
from django.utils import timezone

from review.home import questions_to_decide
from review.models import Question
from sop.constants import StepKind, StepState
from sop.models import CycleStep
from sop.selectors.cycle import step
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


def test_a_question_stands_on_its_deciders_page_while_the_review_is_open(cast: Cast) -> None:
    cycle = cycle_make(cast)
    Question.objects.create(
        cycle=cycle, sentence="Pre-buy shingles?", decider=cast.eve, due_at=timezone.now(), raised_at=timezone.now()
    )
    assert questions_to_decide(cast.eve, step(cycle, StepKind.REVIEW)) == [], "the review has not opened"
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.REVIEW).update(state=StepState.OPEN)
    items = questions_to_decide(cast.eve, step(cycle, StepKind.REVIEW))
    assert [item.sentence for item in items] == ["Decide: Pre-buy shingles?"]
    assert items[0].url.endswith(f"#question-{Question.objects.get().pk}")
    assert questions_to_decide(cast.finn, step(cycle, StepKind.REVIEW)) == []
