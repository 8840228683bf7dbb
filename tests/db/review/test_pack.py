"""The pack: frozen figures leadership looks at, and what another one does to the plan chosen on the first."""

import pytest

from reconcile.models import Conflict, Scenario, ScenarioRun
from review import hooks
from review.models import Pack
from review.selectors import pack_current, sign_off
from review.services.pack import pack_freeze
from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, CycleStep, User
from sop.refusals import NotAllowed, Refused
from sop.request_context import acting
from sop.selectors.cycle import step
from tests.api_world import World, chosen_make, step_only, world_make
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.REVIEW)
    return made


def freeze(user: User, cycle: Cycle, reason: str = "") -> Pack:
    with acting(user, Source.PAGE):
        return pack_freeze(user=user, cycle_id=cycle.pk, reason=reason)


def test_later_changes_do_not_alter_a_frozen_pack(cast: Cast, world: World) -> None:
    frozen = freeze(cast.olga, world.cycle).figures
    ScenarioRun.objects.filter(scenario=world.base).update(kpis={})
    Conflict.objects.update(sentence="Something else.", money=1)
    Scenario.objects.filter(pk=world.dearer.pk).update(name="Renamed")
    pack = pack_current(world.cycle)
    assert pack is not None
    assert pack.figures == frozen
    assert [row["name"] for row in pack.figures["scenarios"]] == ["Base plan", "Dearer"]
    assert pack.figures["conflicts"][0]["sentence"] == "Roofing is short from February."


def test_a_second_pack_needs_a_reason_and_the_first_stays(cast: Cast, world: World) -> None:
    freeze(cast.olga, world.cycle)
    with pytest.raises(Refused, match="Pack 1 is frozen already"):
        freeze(cast.cora, world.cycle, "  ")
    freeze(cast.cora, world.cycle, "Finance corrected the rates.")
    assert list(Pack.objects.order_by("version").values_list("version", "current", "reason")) == [
        (1, False, ""),
        (2, True, "Finance corrected the rates."),
    ]


def test_nothing_is_frozen_before_demand_and_supply_stand_side_by_side(cast: Cast, world: World) -> None:
    ScenarioRun.objects.update(current=False)
    with pytest.raises(Refused, match="side by side first"):
        freeze(cast.olga, world.cycle)
    assert not Pack.objects.exists()


@pytest.mark.parametrize("name", ["ana", "finn", "eve"])
def test_only_planners_and_the_coordinator_freeze(cast: Cast, world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        freeze(getattr(cast, name), world.cycle)


def test_a_closed_review_takes_no_pack(cast: Cast, world: World) -> None:
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.REVIEW).update(state=StepState.CLOSED)
    with pytest.raises(Refused, match="reopen it"):
        freeze(cast.olga, world.cycle)


def test_the_review_opens_by_the_pack_alone(cast: Cast, world: World) -> None:
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.REVIEW).update(
        state=StepState.WAITING, stale_because="Reconcile was reopened: a wrong rate"
    )
    freeze(cast.olga, world.cycle)
    found = step(world.cycle, StepKind.REVIEW)
    assert (found.state, found.stale_because) == (StepState.OPEN, "")


def test_figures_calculated_after_the_pack_keep_the_review_shut(cast: Cast, world: World) -> None:
    review = step(world.cycle, StepKind.REVIEW)
    assert hooks.pack_is_frozen(review) == ["The pack is not frozen yet."]
    freeze(cast.olga, world.cycle)
    assert hooks.pack_is_frozen(review) == []
    run = ScenarioRun.objects.get(scenario=world.base)
    run.kpis["revenue"] = 2_000_000.0
    run.save()
    assert "calculated again after pack 1 was frozen" in hooks.pack_is_frozen(review)[0]
    freeze(cast.olga, world.cycle, "The base plan was calculated again.")
    assert hooks.pack_is_frozen(review) == []


def test_another_pack_takes_the_signatures_from_the_plan(cast: Cast, world: World) -> None:
    chosen_make(cast, world).approvals.update(state="signed")
    assert sign_off(world.cycle).complete
    freeze(cast.olga, world.cycle)
    assert not sign_off(world.cycle).complete
    (missing,) = hooks.one_plan_is_signed(step(world.cycle, StepKind.REVIEW))
    assert missing == "Pack 1 was frozen after the plan was chosen; choose the plan again."
