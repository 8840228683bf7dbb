"""What the review asks of its cycle: last plan measured before it opens, everything settled before it closes."""

from collections.abc import Callable
from datetime import date

import pytest

from reconcile.models import ScenarioRun
from review import hooks
from review.models import Approver, PlanChoice
from sop import cycle_hooks
from sop.constants import Source, StepKind, StepState
from sop.engine.months import month_add
from sop.models import Cycle, CycleStep, StepProgress
from sop.refusals import Refused
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.services.cycle import step_close
from sop.services.cycle_open import cycle_open
from sop.services.step_people import participants
from tests.api_world import NOON, World, chosen_make, question_make, step_only, world_make
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast, bare_steps: None) -> World:
    for gate in (hooks.questions_are_decided, hooks.one_plan_is_signed):
        cycle_hooks.before_close(StepKind.REVIEW)(gate)
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.REVIEW)
    return made


@pytest.mark.parametrize(
    ("published", "measured", "opens"), [(False, False, True), (True, False, False), (True, True, True)]
)
def test_nobody_decides_anew_before_the_last_plan_is_measured(
    cast: Cast, published: bool, measured: bool, opens: bool
) -> None:
    january = cycle_make(cast, date(2022, 1, 1))
    Cycle.objects.update(
        state="closed", published_at=NOON if published else None, measured_at=NOON if measured else None
    )
    missing = hooks.last_plan_is_measured(step(cycle_make(cast), StepKind.REVIEW))
    assert (missing == []) == opens
    if not opens:
        assert missing == [f"The plan of the {january} has not been measured against what happened yet."]


def test_the_first_cycle_has_nothing_to_measure(cast: Cast) -> None:
    assert hooks.last_plan_is_measured(step(cycle_make(cast), StepKind.REVIEW)) == []


def test_the_review_waits_for_the_named_approvers_and_for_nobody_else(cast: Cast) -> None:
    cycle_hooks.step_people(StepKind.REVIEW)(hooks.named_approvers)
    Approver.objects.create(user=cast.finn, function="Finance")
    Approver.objects.create(user=cast.eve, function="Sales", active=False)
    assert participants(StepKind.REVIEW) == [cast.finn]


def close(cast: Cast, cycle: Cycle) -> CycleStep:
    with acting(cast.cora, Source.PAGE):
        return step_close(user=cast.cora, step_id=step(cycle, StepKind.REVIEW).pk)


def open_question(cast: Cast, world: World) -> None:
    question_make(cast, world)


def newer_figures(cast: Cast, world: World) -> None:
    ScenarioRun.objects.filter(scenario=world.dearer).update(current=False)


def signature_missing(cast: Cast, world: World) -> None:
    approval = PlanChoice.objects.get().approvals.get(approver=cast.finn)
    approval.state = "waiting"
    approval.save()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (open_question, "1 question is still open"),
        (newer_figures, "choose the plan again"),
        (signature_missing, "Signatures missing: Finn"),
    ],
)
def test_a_review_with_something_open_does_not_close(
    cast: Cast, world: World, spoil: Callable[[Cast, World], None], words: str
) -> None:
    chosen_make(cast, world).approvals.update(state="signed")
    spoil(cast, world)
    with pytest.raises(Refused, match=words):
        close(cast, world.cycle)
    assert step(world.cycle, StepKind.REVIEW).state == StepState.OPEN


def test_a_settled_review_closes(cast: Cast, world: World) -> None:
    with pytest.raises(Refused, match="No plan is chosen yet"):
        close(cast, world.cycle)
    chosen_make(cast, world).approvals.update(state="signed")
    assert close(cast, world.cycle).state == StepState.CLOSED
    assert StepProgress.objects.filter(step__kind=StepKind.REVIEW).exists()


def test_the_next_cycle_rolls_the_horizon_one_month(cast: Cast) -> None:
    february = cycle_make(cast)
    Cycle.objects.update(state="closed")
    march = cycle_open(user=cast.cora)
    assert march.bucket == month_add(february.bucket, 1)
    assert march.horizon_months == february.horizon_months
