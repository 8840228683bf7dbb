"""One question answered twice, or answered and carried, at the same moment: one of the two happens."""

from datetime import date

import pytest

from reconcile.models import Scenario
from review.models import Decision, Question
from review.services import carry, question
from review.services.carry import question_carry
from review.services.pack import pack_freeze
from review.services.question import decision_make
from sop.constants import Source, StepKind
from sop.refusals import Refused
from sop.request_context import acting
from tests.api_world import World, question_make, step_only, world_make
from tests.factories import Cast, cycle_make
from tests.support.races import meet_after, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.REVIEW)
    return made


def decide(cast: Cast, asked: Question, chosen: Scenario) -> Decision:
    with acting(cast.eve, Source.PAGE):
        return decision_make(
            user=cast.eve,
            question_id=asked.pk,
            scenario_id=chosen.pk,
            rationale="Costs rose.",
            check_on=date(2022, 4, 1),
        )


def take_along(cast: Cast, asked: Question) -> Question:
    with acting(cast.cora, Source.PAGE):
        return question_carry(user=cast.cora, question_id=asked.pk, reason="Too early.")


def test_a_question_is_decided_once_however_many_clicks(
    cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = question_make(cast, world)
    meet_after(monkeypatch, "run_holds", question.reconcile)
    outcome = together(lambda: decide(cast, asked, world.base), lambda: decide(cast, asked, world.dearer))
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    assert Decision.objects.count() == 1


def decided_and_carried(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let Eve decide while Cora carries the question on, both having read it if nothing holds one."""
    asked = question_make(cast, world)
    meet_after(monkeypatch, "question_locked", carry, question)
    return together(lambda: decide(cast, asked, world.base), lambda: take_along(cast, asked))


@pytest.mark.parametrize("number", range(3))
def test_what_is_decided_is_not_carried_however_close_the_two_come(
    cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    decided, carried = decided_and_carried(cast, world, monkeypatch)
    assert isinstance(decided, Decision), decided
    assert isinstance(carried, Question | Refused), "carried before it was decided, or refused"
    assert Question.objects.get().state == "decided"


def test_two_packs_at_once_are_one(cast: Cast, world: World) -> None:
    freezers = (cast.olga, cast.cora)
    outcome = together(*(lambda user=user: pack_freeze(user=user, cycle_id=world.cycle.pk) for user in freezers))
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
