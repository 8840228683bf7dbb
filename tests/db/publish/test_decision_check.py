"""Looking back at a decision: a state, a sentence, by who measures; every look stays."""

from datetime import date

import pytest

from publish.models import DecisionCheck
from publish.selectors import decision_checks
from publish.services import decision_check
from review.models import Decision
from review.selectors import decisions_due
from review.services.question import decision_make
from sop.constants import Source, StepKind
from sop.models import Cycle, User
from sop.refusals import NotAllowed, Refused
from sop.request_context import acting
from tests.api_world import MARCH, question_make, step_only, world_make
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def decision(cast: Cast) -> Decision:
    world = world_make(cast, cycle_make(cast))
    step_only(world.cycle, StepKind.REVIEW)
    return decision_make(
        user=cast.eve,
        question_id=question_make(cast, world).pk,
        scenario_id=world.dearer.pk,
        rationale="Costs rose.",
        check_on=date(2022, 4, 1),
    )


def check(user: User, decision: Decision, state: str = "kept", sentence: str = "Orders held.") -> DecisionCheck:
    with acting(user, Source.PAGE):
        return decision_check(user=user, decision_id=decision.pk, state=state, sentence=sentence)


def test_a_look_back_says_how_it_turned_out_and_by_whom(cast: Cast, decision: Decision) -> None:
    made = check(cast.olga, decision, "missed", "  Orders fell by a third. ")
    assert (made.state, made.sentence, made.checked_by) == ("missed", "Orders fell by a third.", cast.olga)
    told = DecisionCheck.history.get()
    assert (told.history_user_name, told.source) == ("Olga", "page")


@pytest.mark.parametrize(("state", "sentence"), [("fine", "Held."), ("kept", "  "), ("", "Held.")])
def test_without_a_state_or_a_sentence_nothing_is_said(
    cast: Cast, decision: Decision, state: str, sentence: str
) -> None:
    with pytest.raises(Refused):
        check(cast.olga, decision, state, sentence)
    assert not DecisionCheck.objects.exists()


@pytest.mark.parametrize("name", ["ana", "eve", "finn"])
def test_who_decided_is_not_who_looks_back(cast: Cast, decision: Decision, name: str) -> None:
    with pytest.raises(NotAllowed):
        check(getattr(cast, name), decision)


def test_a_decision_is_due_in_the_next_cycle_until_somebody_looked(cast: Cast, decision: Decision) -> None:
    Cycle.objects.update(state="closed")
    march = cycle_make(cast, MARCH)
    assert list(decisions_due(march)) == [decision]
    assert list(decisions_due(decision.question.cycle)) == []
    check(cast.cora, decision, "unknown", "Too early to tell.")
    check(cast.olga, decision)
    assert list(decisions_due(march)) == []
    assert [each.state for each in decision_checks(decision.question.cycle)] == ["kept", "unknown"]
