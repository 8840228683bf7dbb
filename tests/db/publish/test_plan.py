"""Publishing: only what everybody signed, whole to the last digit, and a correction is another version."""

from decimal import Decimal

import pytest
from django.db.models import F, Sum

from publish.models import PlanLine, PublishedPlan
from publish.selectors import family_table, plan_current
from reconcile.models import ScenarioLine
from review.models import Approval, PlanChoice
from sop.constants import Source, StepKind, StepState
from sop.models import Customer, Cycle, CycleEvent, CycleStep
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from sop.services.step_reopen import step_reopen
from supply.models import StockItem, SupplyRun
from tests.api_world import FEBRUARY, MARCH, World, step_only, world_make
from tests.demand_makers import series_make
from tests.factories import Cast, customer_make, cycle_make, location_make, product_make
from tests.plan_makers import line_make, publish, signed_again, signed_make, snapshot_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    snapshot_make(made.cycle, {series_make(cast.harbour): "7", series_make(cast.ridge): "3"})
    return made


def totals(run_id: int) -> dict[tuple[str, str, object], tuple[Decimal, Decimal]]:
    """Return the scenario's demand and revenue by product, location and month."""
    rows = ScenarioLine.objects.filter(run_id=run_id).values_list(
        "item__product__code", "item__location__code", "bucket", "demand", "revenue"
    )
    return {(product, place, month): (demand, revenue) for product, place, month, demand, revenue in rows}


def published(plan: PublishedPlan) -> dict[tuple[str, str, object], tuple[Decimal, Decimal]]:
    """Return the same of a plan's lines, all customers together."""
    rows = PlanLine.objects.filter(plan=plan).values("product_code", "location_code", "bucket")
    summed = rows.annotate(units=Sum("demand"), money=Sum("revenue")).values_list(
        "product_code", "location_code", "bucket", "units", "money"
    )
    return {
        (product, place, month): (units or Decimal(0), money or Decimal(0))
        for product, place, month, units, money in summed
    }


def test_a_plan_is_published_by_the_coordinator_as_it_was_signed(cast: Cast, world: World) -> None:
    run = signed_make(cast, world)
    for user in (cast.eve, cast.olga, cast.finn):
        with pytest.raises(NotAllowed):
            publish(user, world.cycle)
    plan = publish(cast.cora, world.cycle)
    assert (plan.version, plan.scenario_run, plan.published_by_name, plan.reason) == (1, run, "Cora", "")
    assert [(each["name"], each["function"]) for each in plan.approvers] == [
        ("Eve", "Managing director"),
        ("Finn", "Finance"),
    ]
    assert plan.line_count == plan.lines.count() == 6
    assert plan_current(world.cycle) == plan
    world.cycle.refresh_from_db()
    assert world.cycle.published_at is not None
    assert CycleEvent.objects.get(kind="published").user_name == "Cora"


@pytest.mark.parametrize("state", ["waiting", "refused"])
def test_one_missing_signature_keeps_the_plan_back(cast: Cast, world: World, state: str) -> None:
    signed_make(cast, world)
    Approval.objects.filter(approver=cast.finn).update(state=state)
    with pytest.raises(Refused, match="Not every approver has signed: Finn"):
        publish(cast.cora, world.cycle)


def test_signatures_under_an_earlier_choice_do_not_count(cast: Cast, world: World) -> None:
    signed_make(cast, world)
    PlanChoice.objects.update(version=F("version") + 1)
    with pytest.raises(Refused, match="Not every approver has signed"):
        publish(cast.cora, world.cycle)


def test_a_plan_whose_figures_no_longer_hold_is_not_published(cast: Cast, world: World) -> None:
    signed_make(cast, world)
    SupplyRun.objects.filter(pk=world.run.pk).update(current=False)
    with pytest.raises(Refused, match="choose the plan again"):
        publish(cast.cora, world.cycle)


@pytest.mark.parametrize("state", [StepState.WAITING, StepState.CLOSED])
def test_nothing_is_published_outside_its_step(cast: Cast, world: World, state: StepState) -> None:
    signed_make(cast, world)
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.PUBLISH).update(state=state)
    with pytest.raises(StepClosed):
        publish(cast.cora, world.cycle)


def test_customers_share_the_scenario_as_they_share_the_consensus(cast: Cast, world: World) -> None:
    run = signed_make(cast, world)
    ScenarioLine.objects.filter(run=run).update(demand=20, revenue=Decimal("99.99"))
    lines = publish(cast.cora, world.cycle).lines.filter(bucket=FEBRUARY).order_by("customer_code")
    assert list(lines.values_list("customer_code", "region_code", "demand", "revenue", "closing")) == [
        ("", "", None, None, Decimal(10)),
        ("HARBOUR", "NORTH", Decimal(14), Decimal("69.99"), None),
        ("RIDGE", "SOUTH", Decimal(6), Decimal("30.00"), None),
    ]


def test_lines_add_up_to_the_scenario_to_the_last_digit(cast: Cast, world: World) -> None:
    run = signed_make(cast, world)
    ScenarioLine.objects.filter(run=run).delete()
    products = [product_make(code) for code in ("TILE", "NAIL", "WOOD")]
    products[2].whole_units = False
    products[2].save()
    third = customer_make("QUARRY", cast.north, cast.ana)
    for number, product in enumerate(products):
        item = StockItem.objects.create(product=product, location=world.item.location)
        owners: list[Customer] = [cast.harbour, cast.ridge, third]
        shares = {series_make(owner, product): share for owner, share in zip(owners, ("1", "1", "1"), strict=True)}
        snapshot_make(world.cycle, shares)
        line_make(
            run, item, FEBRUARY, demand=("100", "0.2", "33.337")[number], revenue=("100.01", "0.02", "7.00")[number]
        )
        line_make(run, item, MARCH, demand=("1", "7", "0")[number], revenue=("0.01", "10.00", "0")[number])
    line_make(run, world.item, FEBRUARY, demand="10.001", revenue="1000.03")
    line_make(run, world.item, MARCH, demand="11", revenue="0.05")
    plan = publish(cast.cora, world.cycle)
    assert published(plan) == totals(run.pk)
    whole = plan.lines.filter(product_code="TILE", bucket=FEBRUARY).exclude(customer_code="")
    assert sorted(whole.values_list("demand", flat=True)) == [33, 33, 34], "whole where the whole is"
    slow = plan.lines.filter(product_code="NAIL", bucket=FEBRUARY).aggregate(units=Sum("demand"))
    assert slow["units"] == Decimal("0.2"), "a slow mover is not rounded away"
    assert sum(family_table(plan).total) == sum(revenue for _, revenue in totals(run.pk).values())


def test_where_nobody_is_forecast_to_buy_the_revenue_is_shared_evenly(cast: Cast, world: World) -> None:
    run = signed_make(cast, world)
    tile = product_make("TILE")
    item = StockItem.objects.create(product=tile, location=world.item.location)
    snapshot_make(world.cycle, {series_make(cast.harbour, tile): "0", series_make(cast.ridge, tile): "0"})
    line_make(run, item, FEBRUARY, demand="0", revenue="0.05")
    line_make(run, item, MARCH, demand="0", revenue="0")
    plan = publish(cast.cora, world.cycle)
    assert published(plan) == totals(run.pk)
    shared = plan.lines.filter(product_code="TILE", bucket=FEBRUARY).exclude(customer_code="")
    assert sorted(shared.values_list("revenue", flat=True)) == [Decimal("0.02"), Decimal("0.03")]


def test_a_stock_item_nobody_is_forecast_to_buy_keeps_its_revenue_on_its_own_line(cast: Cast, world: World) -> None:
    run = signed_make(cast, world)
    item = StockItem.objects.create(product=product_make("OLD"), location=world.item.location)
    line_make(run, item, FEBRUARY, demand="0", revenue="120.50")
    plan = publish(cast.cora, world.cycle)
    line = plan.lines.get(product_code="OLD")
    assert (line.customer_code, line.demand, line.revenue) == ("", None, Decimal("120.50"))
    assert published(plan) == totals(run.pk)


def test_a_forecast_without_a_stock_item_does_not_vanish_silently(cast: Cast, world: World) -> None:
    signed_make(cast, world)
    elsewhere = series_make(cast.harbour, product_make("GUTTER"), location_make("DC2"))
    snapshot_make(world.cycle, {elsewhere: "5"})
    with pytest.raises(Refused, match="nothing of what is forecast for GUTTER"):
        publish(cast.cora, world.cycle)
    assert not PublishedPlan.objects.exists()


def test_a_forecast_of_nothing_needs_no_stock_item(cast: Cast, world: World) -> None:
    signed_make(cast, world)
    snapshot_make(world.cycle, {series_make(cast.harbour, product_make("GUTTER"), location_make("DC2")): "0"})
    assert publish(cast.cora, world.cycle).line_count == 6


def test_customers_share_by_the_consensus_the_plan_was_made_for(cast: Cast, world: World) -> None:
    signed_make(cast, world)
    harbour = world.cycle.snapshots.filter(series__customer=cast.harbour).first()
    assert harbour is not None
    snapshot_make(world.cycle, {harbour.series: "1000"}, version=2)
    plan = publish(cast.cora, world.cycle)
    assert plan.lines.get(customer_code="HARBOUR", bucket=FEBRUARY).demand == 7


def test_a_correction_is_signed_anew_and_leaves_the_first_version_alone(cast: Cast, world: World) -> None:
    run = signed_make(cast, world)
    first = publish(cast.cora, world.cycle)
    with pytest.raises(Refused, match="reopen the review or an earlier step"):
        publish(cast.cora, world.cycle, "Ridge moved to another region.")
    with acting(cast.cora, Source.PAGE):
        review = CycleStep.objects.get(cycle=world.cycle, kind=StepKind.REVIEW)
        CycleStep.objects.filter(pk=review.pk).update(state=StepState.CLOSED)
        step_reopen(user=cast.cora, step_id=review.pk, reason="The price was wrong.")
    with pytest.raises(StepClosed):
        publish(cast.cora, world.cycle, "The price was wrong.")
    ScenarioLine.objects.filter(run=run).update(revenue=Decimal("5.00"))
    signed_again(world.cycle)
    with pytest.raises(Refused, match="Version 1 is published; say why"):
        publish(cast.cora, world.cycle, "  ")
    second = publish(cast.cora, world.cycle, "The price was wrong.")
    assert (second.version, second.reason, second.previous_seal) == (2, "The price was wrong.", first.seal)
    assert sum(family_table(first).total) != sum(family_table(second).total) == 10
    assert plan_current(world.cycle) == second
    with pytest.raises(Refused, match="Version 2 is the plan that was signed"):
        publish(cast.cora, world.cycle, "Once more.")


def test_a_plan_without_lines_is_none(cast: Cast, world: World) -> None:
    run = signed_make(cast, world)
    ScenarioLine.objects.filter(run=run).delete()
    with pytest.raises(Refused, match="no lines"):
        publish(cast.cora, world.cycle)


def test_the_next_plan_names_the_seal_of_the_one_before(cast: Cast, world: World) -> None:
    signed_make(cast, world)
    first = publish(cast.cora, world.cycle)
    Cycle.objects.update(state="closed")
    march = cycle_make(cast, MARCH)
    world.run.pk, world.run.cycle = None, march
    world.run.save()
    later = PlanChoice.objects.get()
    run = later.scenario_run
    run.supply_run = world.run
    run.save()
    PlanChoice.objects.update(cycle=march)
    snapshot_make(march, {series_make(cast.harbour, product_make("TILE")): "0"})
    step_only(march, StepKind.PUBLISH)
    assert publish(cast.cora, march).previous_seal == first.seal
