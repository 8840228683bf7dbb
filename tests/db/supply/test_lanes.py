"""A stock item bought from two suppliers: read, planned in turn, kept by supplier, planned anew, added up to loads."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demand.selectors.layers import plan_months
from sop.constants import Source
from sop.models import Cost, Rate, Supplier
from sop.request_context import acting
from sop.selectors.master_history import version_of
from supply.constants import DEFAULT_LEAD_TIME_DAYS
from supply.models import (
    Capacity,
    LeadTimeAssumption,
    PurchaseOrderLine,
    Sourcing,
    StockItem,
    SupplyItem,
    SupplyLane,
    SupplyLine,
    SupplyLoad,
    SupplyRun,
)
from supply.selectors.problem import inputs_of, items_limited
from supply.selectors.rough_cut import rough_cut
from supply.selectors.rule_what_if import rule_what_if
from supply.services.inputs import Policy, policy_set
from tests.api_world import FEBRUARY, MARCH
from tests.demand_makers import series_make
from tests.factories import Cast, location_make, product_make, supplier_make
from tests.plan_makers import snapshot_make
from tests.supply_makers import LONG_AGO, Supplied, lane_make, planned, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
NOT_FIGURES = {"id", "run_id"}


@pytest.fixture
def world(cast: Cast) -> Supplied:
    """Shingles, sixty of a hundred from Northgate, forty from Southgate, in tens."""
    world = supplied_make(cast)
    stock_make(world.item, "90")
    lane_make(world.item, days="30")
    Sourcing.objects.update(share=Decimal("0.6"), multiple=10)
    southgate_lane(world.item, share="0.4", multiple=10)
    return world


def southgate_lane(item: StockItem, *, days: str = "30", **terms: Any) -> Sourcing:
    """Return a lane from Southgate with its lead time and cost."""
    supplier = Supplier.objects.filter(code="SOUTHGATE").first() or supplier_make("SOUTHGATE")
    key = {"supplier": supplier, "valid_from": LONG_AGO}
    LeadTimeAssumption.objects.get_or_create(**key, defaults={"mean_days": Decimal(days), "sd_days": Decimal(4)})
    Cost.objects.create(product=item.product, cost=Decimal(3), **key)
    return Sourcing.objects.create(item=item, supplier=supplier, **terms)


def problem_of(world: Supplied) -> Any:
    return inputs_of(world.cycle, version=1, item_ids=[world.item.pk]).problem


def figures(model: Any, run: SupplyRun) -> list[dict[str, Any]]:
    names = ("item_id", "supplier_id", "location_id", "unit", "bucket")
    order = [name for name in names if name in {field.attname for field in model._meta.fields}]
    rows = model.objects.filter(run=run).order_by(*order).values()
    return [{name: value for name, value in row.items() if name not in NOT_FIGURES} for row in rows]


def test_the_lanes_beside_the_main_one_come_with_terms_lead_times_and_costs_of_their_own(world: Supplied) -> None:
    south = Sourcing.objects.get(supplier__code="SOUTHGATE")
    Sourcing.objects.filter(pk=south.pk).update(moq=20, max_order=50, frozen_days=5, yield_mean=Decimal("0.9"))
    Supplier.objects.filter(code="SOUTHGATE").update(currency="EUR", payment_days=45)
    Rate.objects.create(currency="EUR", valid_from=LONG_AGO, rate=Decimal("1.5"))
    problem = problem_of(world)
    lanes = problem.lanes
    assert (problem.share[0], lanes.share.tolist(), lanes.supplier.tolist()) == (0.6, [0.4], [south.supplier_id])
    assert (lanes.moq[0], lanes.multiple[0], lanes.max_order[0], lanes.payment_days[0]) == (20, 10, 50, 45)
    assert (lanes.frozen_days[0], lanes.yield_mean[0], lanes.lead_days[0, 0], lanes.lead_days_sd[0, 0]) == (
        *(5, 0.9, 30, 4),
    )
    assert lanes.unit_cost[0, 0] == pytest.approx(4.5)
    assert lanes.per_unit[2, 0, 0] == pytest.approx(4.5), "a limit in money counts what this lane costs"


def test_what_was_ordered_since_the_lanes_last_changed_counts_against_their_shares(world: Supplied) -> None:
    suppliers = [Supplier.objects.get(code=code) for code in ("NORTHGATE", "SOUTHGATE")]
    Sourcing.objects.all().delete()
    with patch("django.utils.timezone.now", return_value=datetime(2021, 9, 15, 12, tzinfo=UTC)):
        north, south = (world.item.lanes.create(supplier=each, share=Decimal("0.5")) for each in suppliers)
    lines = ((north, "2021-09-01", 70), (north, "2021-10-01", 60), (south, "2021-12-01", 45), (north, "2022-02-01", 80))
    for number, (lane, day, units) in enumerate(lines):
        order_make(lane, f"PO-{number}", date.fromisoformat(day), units)
    PurchaseOrderLine.objects.filter(supplier=south.supplier).update(closed=True, received=40)
    problem = problem_of(world)
    assert problem.ordered_before.tolist() == [60], "neither before the lanes were as they are nor in the plan itself"
    assert problem.lanes.ordered_before.tolist() == [40], "what was cancelled was not bought"


def order_make(lane: Sourcing, number: str, placed: date, units: int) -> None:
    PurchaseOrderLine.objects.create(
        number=number,
        line=1,
        item=lane.item,
        supplier=lane.supplier,
        ordered_on=placed,
        first_promised_on=placed,
        promised_on=placed,
        ordered=units,
        unit_cost=2,
    )


def test_a_lane_without_a_share_is_not_read(world: Supplied) -> None:
    Sourcing.objects.filter(supplier__code="SOUTHGATE").update(share=0)
    assert len(problem_of(world).lanes) == 0
    run = planned(world.cast.sam, world.cycle)
    assert not SupplyLane.objects.exists()
    assert SupplyLine.objects.filter(run=run, releases__gt=0).exists()


def test_what_the_tables_leave_out_of_a_lane_is_said(world: Supplied) -> None:
    Cost.objects.filter(supplier__code="SOUTHGATE").delete()
    LeadTimeAssumption.objects.filter(supplier__code="SOUTHGATE").delete()
    inputs = inputs_of(world.cycle, version=1, item_ids=[world.item.pk])
    name = Supplier.objects.get(code="SOUTHGATE").name
    assert inputs.notes[world.item.pk][-2:] == [
        f"No lead time of {name} is known; {DEFAULT_LEAD_TIME_DAYS} days are assumed.",
        f"No cost of {name} is known; the main supplier's is used.",
    ]
    assert inputs.problem.lanes.unit_cost[0, 0] == inputs.problem.unit_cost[0, 0]


def test_a_run_keeps_what_is_ordered_from_each_supplier_and_loads_follow(world: Supplied) -> None:
    run = planned(world.cast.sam, world.cycle)
    lines = {line.bucket: line.releases for line in SupplyLine.objects.filter(run=run)}
    ordered: dict[str, dict[date, Decimal]] = {}
    for row in SupplyLane.objects.filter(run=run).select_related("supplier"):
        ordered.setdefault(row.supplier.code, {})[row.bucket] = row.releases
    assert {month: sum(each[month] for each in ordered.values()) for month in lines} == lines
    north, south = (sum(ordered[code].values()) for code in ("NORTHGATE", "SOUTHGATE"))
    assert south > 0 and abs(north / Decimal(6) - south / Decimal(4)) <= 10
    loads = SupplyLoad.objects.filter(run=run, supplier__isnull=False).select_related("supplier")
    for load in loads:
        each = {"units": 1.0, "money": 2.0 if load.supplier.code == "NORTHGATE" else 3.0}[load.unit]
        assert load.planned == pytest.approx(each * float(ordered[load.supplier.code][load.bucket]))
    assert {load.supplier.code for load in loads} == {"NORTHGATE", "SOUTHGATE"}
    assert SupplyItem.objects.get(run=run).share_lead_time >= 0


@pytest.mark.parametrize("limited", [{}, {"SOUTHGATE": 10}, {"SOUTHGATE": 10, "NORTHGATE": 20}])
def test_an_edit_is_planned_as_a_whole_run_would_plan_it(world: Supplied, limited: dict[str, int]) -> None:
    for code, quantity in limited.items():
        limit(code, quantity)
    run = planned(world.cast.sam, world.cycle)
    before = figures(SupplyLane, run)
    with acting(world.cast.sam, Source.PAGE):
        policy_set(
            user=world.cast.sam,
            cycle_id=world.cycle.pk,
            item_id=world.item.pk,
            policy=Policy(None, "cycle", Decimal(35)),
            reason="Promised",
            version=version_of(world.item),
        )
    models = (SupplyLine, SupplyLane, SupplyItem)
    at_once, loads = [figures(model, run) for model in models], figures(SupplyLoad, run)
    assert at_once[1] != before
    whole = planned(world.cast.sam, world.cycle)
    assert [figures(model, whole) for model in models] == at_once
    for one, other in zip(loads, figures(SupplyLoad, whole), strict=True):
        for name in ("supplier_id", "bucket", "unit", "wanted", "planned", "moved", "cut", "late"):
            assert one[name] == (pytest.approx(other[name], abs=0.02) if isinstance(one[name], float) else other[name])


def limit(code: str, quantity: int, months: tuple[date, ...] = (FEBRUARY, MARCH)) -> Supplier:
    """Return a supplier that accepts so much in each month."""
    supplier = Supplier.objects.get(code=code)
    for bucket in months:
        Capacity.objects.create(supplier=supplier, bucket=bucket, unit="units", quantity=quantity)
    return supplier


def test_a_limit_touches_only_what_is_ordered_from_that_supplier(world: Supplied) -> None:
    free = planned(world.cast.sam, world.cycle)
    months = tuple(plan_months(world.cycle))
    south = limit("SOUTHGATE", 10, months)
    run = planned(world.cast.sam, world.cycle)
    orders = SupplyLane.objects.filter(run=run)
    assert max(row.releases for row in orders.filter(supplier=south)) == 10
    north = [list(SupplyLane.objects.filter(run=one).exclude(supplier=south).order_by("bucket")) for one in (free, run)]
    assert [row.releases for row in north[0]] == [row.releases for row in north[1]]
    assert all(row.moved == row.cut == row.late == 0 for row in north[1])
    [row] = rough_cut(run)
    assert [item.id for item in row.items] == [world.item.pk]
    moved, cut = (sum(getattr(line, name) for line in orders.filter(supplier=south)) for name in ("moved", "cut"))
    assert (row.items[0].moved, row.items[0].cut) == (float(moved), float(cut))
    then = rule_what_if(run, south, "proportional")
    assert then is not None and [item.id for item in then.rows[0].items] == [world.item.pk]


def test_an_item_of_two_limited_suppliers_links_all_their_items(world: Supplied) -> None:
    """Nails come from Southgate only, tiles from Northgate only; shingles from both."""
    north, south = limit("NORTHGATE", 30), limit("SOUTHGATE", 10)
    items = {}
    for code, supplier in (("NAIL", south), ("TILE", north)):
        items[code] = StockItem.objects.create(product=product_make(code), location=world.item.location)
        Sourcing.objects.create(item=items[code], supplier=supplier)
    everyone = sorted([world.item.pk, items["NAIL"].pk, items["TILE"].pk])
    assert items_limited([FEBRUARY]) == {north.pk: everyone, south.pk: everyone}
    Sourcing.objects.filter(item=world.item, supplier=south).update(share=0)
    assert items_limited([FEBRUARY]) == {
        north.pk: sorted([world.item.pk, items["TILE"].pk]),
        south.pk: [items["NAIL"].pk],
    }


def test_reading_many_lanes_takes_the_queries_of_few(world: Supplied) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            ids = list(StockItem.objects.values_list("pk", flat=True))
            problem = inputs_of(world.cycle, version=1, item_ids=ids).problem
        assert len(problem.lanes) == len(ids)
        return len(queries)

    few = counted()
    for code in ("A", "B", "C"):
        series = series_make(world.cast.harbour, product_make(code), location_make("DEPOT" + code))
        snapshot_make(world.cycle, {series: "5"})
        item = StockItem.objects.create(product=series.product, location=series.location)
        Sourcing.objects.create(item=item, supplier=Supplier.objects.get(code="NORTHGATE"))
        southgate_lane(item, share="0.3")
    assert counted() == few


def test_orders_of_the_plan_go_to_both_however_the_items_lie(world: Supplied) -> None:
    """A second stock item in the plan changes nothing for the one with two lanes."""
    alone = problem_of(world)
    other = StockItem.objects.create(product=product_make("NAIL"), location=world.item.location)
    both = inputs_of(world.cycle, version=1, item_ids=[other.pk, world.item.pk]).problem
    row = int(np.flatnonzero(both.items == world.item.pk)[0])
    assert both.lanes.item.tolist() == [row]
    assert both.take([row]).lanes.unit_cost.tobytes() == alone.lanes.unit_cost.tobytes()
