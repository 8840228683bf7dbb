"""Questions: raised with options that have figures, decided once, by the one named, for a reason."""

from datetime import date
from typing import Any

import pytest

from reconcile.models import Conflict, Scenario
from review.models import Decision, Question
from review.services.question import QuestionText, decision_make, question_raise
from sop.constants import Role, Source, StepKind, StepState
from sop.models import CycleEvent, CycleStep, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from supply.models import SupplyRun
from tests.api_world import NOON, World, question_make, step_only, world_make
from tests.factories import Cast, cycle_make, person_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.REVIEW)
    return made


def ask(user: User, world: World, **changes: Any) -> Question:
    asked: dict[str, Any] = {
        "text": QuestionText("Raise the price of roofing?", "Costs rose.", "Ben fears for Ridge."),
        "decider_id": User.objects.get(username="eve").pk,
        "due_at": NOON,
        "option_ids": [world.base.pk, world.dearer.pk],
        "recommended_id": world.dearer.pk,
        "conflict_id": world.conflict.pk,
    }
    with acting(user, Source.PAGE):
        return question_raise(user=user, cycle_id=world.cycle.pk, **asked | changes)


def decide(user: User, question: Question, scenario: Scenario, rationale: str = "Costs rose.") -> Decision:
    with acting(user, Source.PAGE):
        return decision_make(
            user=user,
            question_id=question.pk,
            scenario_id=scenario.pk,
            rationale=rationale,
            check_on=date(2022, 4, 1),
        )


def test_options_are_frozen_once_asked_and_history_tells_it(cast: Cast, world: World) -> None:
    question = ask(cast.olga, world)
    assert set(question.options.values_list("state", flat=True)) == {"frozen"}
    told = Scenario.history.filter(id=world.dearer.pk).order_by("history_id").last()
    assert (told.state, told.history_user_name, told.source) == ("frozen", "Olga", "page")


def test_a_conflict_leadership_is_asked_about_is_sent_to_the_review(cast: Cast, world: World) -> None:
    ask(cast.olga, world)
    told = Conflict.history.filter(id=world.conflict.pk).latest("history_id")
    assert (Conflict.objects.get().state, told.history_user_name, told.history_change_reason) == (
        "sent", "Olga", "Raise the price of roofing?",
    )  # fmt: skip


def test_a_question_that_is_refused_sends_nothing(cast: Cast, world: World) -> None:
    with pytest.raises(Refused):
        ask(cast.olga, world, option_ids=[world.base.pk])
    assert Conflict.objects.get().state == "open"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": QuestionText("  ")}, "one sentence"),
        ({"option_ids": []}, "at least two options"),
        ({"recommended_id": 0}, "one of the options"),
        ({"conflict_id": 0}, "conflict"),
    ],
)
def test_a_question_without_what_it_needs_is_refused(
    cast: Cast, world: World, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        ask(cast.olga, world, **changes)
    assert not Question.objects.exists()


def test_the_decider_must_be_able_to_decide(cast: Cast, world: World) -> None:
    with pytest.raises(Refused, match="Finn cannot decide"):
        ask(cast.olga, world, decider_id=cast.finn.pk)
    left = person_make("otto", Role.EXECUTIVE, is_active=False)
    with pytest.raises(Refused, match="Otto cannot decide"):
        ask(cast.olga, world, decider_id=left.pk)


def test_an_option_needs_figures_made_on_todays_supply_plan(cast: Cast, world: World) -> None:
    empty = Scenario.objects.create(cycle=world.cycle, name="Empty")
    with pytest.raises(Refused, match="Calculate Empty first"):
        ask(cast.olga, world, option_ids=[world.base.pk, empty.pk])
    SupplyRun.objects.filter(pk=world.run.pk).update(current=False)
    with pytest.raises(Refused, match="Calculate Base plan, Dearer first"):
        ask(cast.olga, world)


def test_scenarios_and_conflicts_of_another_cycle_are_no_part_of_a_question(cast: Cast, world: World) -> None:
    world.cycle.state = "closed"
    world.cycle.save()
    march = cycle_make(cast, date(2022, 3, 1))
    foreign = Scenario.objects.create(cycle=march, name="Later")
    with pytest.raises(Refused, match="at least two options"):
        ask(cast.olga, world, option_ids=[world.base.pk, foreign.pk])
    Conflict.objects.filter(pk=world.conflict.pk).update(cycle=march)
    with pytest.raises(Refused, match="another cycle"):
        ask(cast.olga, world)


def test_questions_are_raised_ahead_of_the_review_and_not_behind_it(cast: Cast, world: World) -> None:
    review = CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.REVIEW)
    review.update(state=StepState.WAITING)
    ask(cast.olga, world)
    review.update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        ask(cast.olga, world)


def test_the_one_named_decides_and_nobody_else(cast: Cast, world: World) -> None:
    question, mia = question_make(cast, world), person_make("mia", Role.EXECUTIVE)
    with pytest.raises(NotAllowed, match="Eve decides this question"):
        decide(mia, question, world.dearer)
    with pytest.raises(NotAllowed, match="Only executives"):
        decide(cast.cora, question, world.dearer)
    decision = decide(cast.eve, question, world.dearer)
    assert decision.expected_effect == {
        "revenue": 100.0,
        "gross_margin": 0.0,
        "lost_revenue": 0.0,
        "peak_inventory_value": 0.0,
        "fill_rate": 0.0,
    }
    event = CycleEvent.objects.get(kind="decided")
    assert (event.sentence, event.reason) == ("Eve decided: Raise the price of roofing? Dearer.", "Costs rose.")


def test_a_decision_takes_one_of_the_options_with_a_reason(cast: Cast, world: World) -> None:
    question = question_make(cast, world)
    other = Scenario.objects.create(cycle=world.cycle, name="Not asked about")
    with pytest.raises(Refused, match="one of the options"):
        decide(cast.eve, question, other)
    with pytest.raises(Refused, match="Say why"):
        decide(cast.eve, question, world.dearer, " \n ")
    assert not Decision.objects.exists()


def test_a_decided_question_stays_closed(cast: Cast, world: World) -> None:
    question = question_make(cast, world)
    decide(cast.eve, question, world.dearer)
    with pytest.raises(Refused, match="stays closed"):
        decide(cast.eve, question, world.base)
    assert Decision.objects.get().chosen == world.dearer


def test_nothing_is_decided_on_figures_of_an_earlier_supply_plan(cast: Cast, world: World) -> None:
    question = question_make(cast, world)
    SupplyRun.objects.filter(pk=world.run.pk).update(current=False)
    with pytest.raises(Refused, match="Dearer was calculated on an earlier supply plan"):
        decide(cast.eve, question, world.dearer)


@pytest.mark.parametrize("state", [StepState.WAITING, StepState.CLOSED])
def test_nothing_is_decided_outside_the_review(cast: Cast, world: World, state: StepState) -> None:
    question = question_make(cast, world)
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.REVIEW).update(state=state)
    with pytest.raises(StepClosed):
        decide(cast.eve, question, world.dearer)
