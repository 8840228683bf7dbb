"""Calculating: the base plan is the supply plan, levers move it, and old figures stay until new ones are whole."""

from datetime import date
from decimal import Decimal

import pytest

from demand.selectors.layers import plan_months
from reconcile import hooks
from reconcile.models import Conflict, Scenario, ScenarioLine, ScenarioRun
from reconcile.selectors import effect_against_base, run_holds, scenario_base, scenario_run
from reconcile.services.calculate import base_request, scenario_request
from reconcile.services.scenario import scenario_drop
from sop.constants import JobState, StepKind, StepState
from sop.models import Cost, CycleStep
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.selectors.cycle import step
from supply.models import Capacity, SupplyLine, SupplyRun
from tests.api_world import MARCH, step_only
from tests.factories import Cast, cycle_make
from tests.reconcile_makers import base_calculated, begun, calculated, pulled, reconciled_make
from tests.supply_makers import Supplied, planned
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> Supplied:
    return reconciled_make(cast)


def test_the_base_plan_is_the_supply_plan_line_by_line(cast: Cast, world: Supplied) -> None:
    run = base_calculated(cast.olga, world.cycle)
    columns = (
        *("item_id", "bucket", "demand", "shipped", "lost", "closing", "safety_stock"),
        *("revenue", "cogs", "inventory_value", "purchases_value", "carrying", "lost_revenue", "lost_margin"),
    )
    mine = ScenarioLine.objects.filter(run=run).order_by("item", "bucket").values_list(*columns)
    theirs = SupplyLine.objects.filter(run=run.supply_run).order_by("item", "bucket").values_list(*columns)
    assert list(mine) == list(theirs)
    assert len(mine) == world.cycle.horizon_months
    assert run.kpis["revenue"] == pytest.approx(5 * (18 * 40 - 90))
    assert run.kpis["lost_revenue"] == pytest.approx(450)


def test_the_base_plan_keeps_to_the_limits_the_supply_plan_kept_to(cast: Cast, world: Supplied) -> None:
    step_only(world.cycle, StepKind.SUPPLY)
    supplier = world.item.lanes.get().supplier
    for bucket in plan_months(world.cycle):
        Capacity.objects.create(supplier=supplier, bucket=bucket, unit="units", quantity=25)
    planned(cast.sam, world.cycle)
    step_only(world.cycle, StepKind.RECONCILE)
    run = base_calculated(cast.olga, world.cycle)
    columns = ("item_id", "bucket", "shipped", "lost", "closing", "purchases_value", "lost_margin")
    mine = ScenarioLine.objects.filter(run=run).order_by("item", "bucket").values_list(*columns)
    theirs = SupplyLine.objects.filter(run=run.supply_run).order_by("item", "bucket").values_list(*columns)
    assert list(mine) == list(theirs)
    assert SupplyLine.objects.filter(run=run.supply_run, cut__gt=0).exists()


def test_what_is_bought_ahead_is_kept_with_its_months(cast: Cast, world: Supplied) -> None:
    assert base_calculated(cast.olga, world.cycle).kpis["pre_buys"] == []
    supplier = world.item.lanes.get().supplier
    Cost.objects.create(product=world.item.product, supplier=supplier, valid_from=date(2022, 7, 1), cost=4)
    scenario = begun(cast.olga, world.cycle)
    pulled(cast.olga, scenario, "pre_buy", first_bucket=MARCH, params={"cover_months": 2})
    [[item, units, ordered, arrives]] = calculated(cast.olga, scenario).kpis["pre_buys"]
    assert (item, ordered) == (world.item.pk, "2022-06-01")
    assert units >= 80 and arrives > ordered


def test_the_base_plan_is_made_once_and_calculated_again(cast: Cast, world: Supplied) -> None:
    first, second = base_calculated(cast.olga, world.cycle), base_calculated(cast.sam, world.cycle)
    first.refresh_from_db()
    assert (first.scenario, first.current, second.current) == (second.scenario, False, True)
    assert Scenario.objects.get().created_by == cast.olga


def test_a_price_lever_moves_revenue_by_its_percent(cast: Cast, world: Supplied) -> None:
    base = base_calculated(cast.olga, world.cycle)
    scenario = begun(cast.olga, world.cycle)
    pulled(cast.olga, scenario, first_bucket=MARCH)
    run = calculated(cast.olga, scenario)
    line = ScenarioLine.objects.get(run=run, bucket=date(2022, 6, 1))
    assert (line.price, line.revenue, line.demand) == (Decimal("5.5"), 220, 40)
    assert ScenarioLine.objects.get(run=run, bucket=world.cycle.bucket).price == 5
    assert run.kpis["revenue"] > base.kpis["revenue"]
    assert effect_against_base(scenario)["revenue"] == pytest.approx(run.kpis["revenue"] - base.kpis["revenue"])
    assert "gross margin" in run.kpis["notes"][0]


def test_without_levers_a_scenario_is_the_base_plan(cast: Cast, world: Supplied) -> None:
    base = base_calculated(cast.olga, world.cycle)
    run = calculated(cast.olga, begun(cast.olga, world.cycle, "Nothing"))
    assert run.kpis == base.kpis


def test_figures_are_seen_when_whole(cast: Cast, world: Supplied) -> None:
    run = base_request(user=cast.olga, cycle_id=world.cycle.pk)
    (missing,) = hooks.sides_are_together(step(world.cycle, StepKind.RECONCILE))
    assert "not been put side by side" in missing
    base = scenario_base(world.cycle)
    assert base is not None
    assert scenario_run(base) is None
    parts_run(run.job)
    assert scenario_run(base) == run
    assert hooks.sides_are_together(step(world.cycle, StepKind.RECONCILE)) == []


def test_without_a_supply_plan_there_is_nothing_to_calculate(cast: Cast, world: Supplied) -> None:
    SupplyRun.objects.update(current=False)
    with pytest.raises(Refused, match="no supply plan yet"):
        base_request(user=cast.olga, cycle_id=world.cycle.pk)


def test_a_calculation_on_a_supply_plan_replaced_meanwhile_changes_nothing(cast: Cast, world: Supplied) -> None:
    old = base_calculated(cast.olga, world.cycle)
    Conflict.objects.update(sentence="As it was.")
    run = base_request(user=cast.olga, cycle_id=world.cycle.pk)
    step_only(world.cycle, StepKind.SUPPLY)
    planned(cast.sam, world.cycle)
    step_only(world.cycle, StepKind.RECONCILE)
    stale = step(world.cycle, StepKind.RECONCILE).stale_because
    job = parts_run(run.job)
    assert (job.state, "supply plan changed" in job.error) == (JobState.FAILED, True)
    assert scenario_run(old.scenario) == old
    assert not run_holds(ScenarioRun.objects.select_related("supply_run").get(pk=old.pk))
    assert set(Conflict.objects.values_list("sentence", flat=True)) == {"As it was."}
    assert stale == step(world.cycle, StepKind.RECONCILE).stale_because == "The supply plan was run again."
    assert hooks.sides_are_together(step(world.cycle, StepKind.RECONCILE)) == [stale]
    base_calculated(cast.olga, world.cycle)
    assert step(world.cycle, StepKind.RECONCILE).stale_because == ""


def test_a_calculation_that_ends_after_its_step_closed_changes_nothing(cast: Cast, world: Supplied) -> None:
    old = base_calculated(cast.olga, world.cycle)
    run = base_request(user=cast.olga, cycle_id=world.cycle.pk)
    step_only(world.cycle, StepKind.REVIEW)
    assert parts_run(run.job).state == JobState.FAILED
    assert scenario_run(old.scenario) == old


def test_a_frozen_scenario_is_calculated_again_only_when_its_figures_no_longer_hold(
    cast: Cast, world: Supplied
) -> None:
    scenario = begun(cast.olga, world.cycle)
    calculated(cast.olga, scenario)
    Scenario.objects.update(state="frozen")
    with pytest.raises(Refused, match="its figures stand"):
        scenario_request(user=cast.olga, scenario_id=scenario.pk)
    step_only(world.cycle, StepKind.SUPPLY)
    planned(cast.sam, world.cycle)
    step_only(world.cycle, StepKind.RECONCILE)
    assert run_holds(calculated(cast.olga, scenario))


def test_scenarios_are_calculated_for_leadership_until_the_review_closes(cast: Cast, world: Supplied) -> None:
    scenario = begun(cast.olga, world.cycle)
    step_only(world.cycle, StepKind.REVIEW)
    calculated(cast.cora, scenario)
    CycleStep.objects.filter(kind=StepKind.REVIEW).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        scenario_request(user=cast.cora, scenario_id=scenario.pk)


def test_what_was_put_away_is_not_calculated(cast: Cast, world: Supplied) -> None:
    scenario = begun(cast.olga, world.cycle)
    scenario_drop(user=cast.olga, scenario_id=scenario.pk)
    with pytest.raises(Refused, match="put away"):
        scenario_request(user=cast.olga, scenario_id=scenario.pk)


@pytest.mark.parametrize("name", ["ana", "finn", "eve", "cora"])
def test_only_planners_put_demand_and_supply_side_by_side(cast: Cast, world: Supplied, name: str) -> None:
    with pytest.raises(NotAllowed):
        base_request(user=getattr(cast, name), cycle_id=world.cycle.pk)


def test_a_cycle_without_anything_closes_no_reconcile(cast: Cast) -> None:
    cycle = cycle_make(cast)
    assert hooks.sides_are_together(step(cycle, StepKind.RECONCILE)) == [
        "Demand and supply have not been put side by side yet."
    ]
