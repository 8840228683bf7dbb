"""Planning anew at once what a planner changed by hand: the same figures as a whole run, the rest untouched."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sop.constants import Source, StepKind
from sop.models import CycleStep, Supplier
from sop.refusals import Conflict
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.selectors.master_history import version_of
from supply import hooks
from supply.constants import CutBy
from supply.models import (
    Capacity,
    CustomerShare,
    LeadTimeAssumption,
    RiskGroup,
    StockItem,
    SupplierRule,
    SupplyFlag,
    SupplyItem,
    SupplyLine,
    SupplyLoad,
    SupplyRisk,
    SupplyRun,
)
from supply.selectors.workbench import stands_since
from supply.services import inputs, replan
from supply.services.receipts import ReceiptCell, receipts_set
from tests.api_world import FEBRUARY, MARCH
from tests.demand_makers import series_make
from tests.factories import Cast, product_make
from tests.plan_makers import snapshot_make
from tests.supply_makers import Supplied, lane_make, planned, price_make, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

NOT_FIGURES = {"id", "run_id"}


@pytest.fixture
def world(cast: Cast) -> Supplied:
    """Shingles run short, as their orders take three months; tiles lie beside them."""
    world = supplied_make(cast)
    other = series_make(cast.ridge, product_make("TILE"), world.item.location)
    snapshot_make(world.cycle, {other: "7"})
    stock_make(world.item, "50")
    lane_make(world.item, days="90")
    price_make(world.item.product, "5")
    planned(cast.sam, world.cycle)
    CycleStep.objects.update(stale_because="")
    return world


def receipts(world: Supplied, quantity: int = 60, version: int = 0) -> None:
    with acting(world.cast.sam, Source.PAGE, f"receipts {quantity}"):
        cell = ReceiptCell(MARCH, Decimal(quantity), version)
        receipts_set(
            user=world.cast.sam, cycle_id=world.cycle.pk, item_id=world.item.pk, cells=[cell], reason="By phone"
        )


def lead_time(world: Supplied) -> None:
    with acting(world.cast.sam, Source.PAGE, "lead time"):
        inputs.lead_time_set(
            user=world.cast.sam,
            cycle_id=world.cycle.pk,
            supplier_id=Supplier.objects.get().pk,
            product_id=None,
            valid_from=date(2022, 1, 1),
            mean_days=Decimal(20),
            sd_days=Decimal(3),
            reason="A new carrier",
            version=0,
        )


def policy(world: Supplied) -> None:
    with acting(world.cast.sam, Source.PAGE, "policy"):
        inputs.policy_set(
            user=world.cast.sam,
            cycle_id=world.cycle.pk,
            item_id=world.item.pk,
            policy=inputs.Policy(Decimal("0.99"), "cycle", Decimal(80)),
            reason="Key item",
            version=version_of(world.item),
        )


EDITS: list[Callable[[Supplied], None]] = [receipts, lead_time, policy]


def figures(model: Any, run: SupplyRun) -> list[dict[str, Any]]:
    order = [
        name
        for name in ("item_id", "series_id", "supplier_id", "location_id", "unit", "bucket", "kind")
        if name in {f.attname for f in model._meta.fields}
    ]
    return [
        {name: value for name, value in row.items() if name not in NOT_FIGURES}
        for row in model.objects.filter(run=run).order_by(*order).values()
        if row.get("state") != "gone"
    ]


PLANNED = (SupplyLine, SupplyItem, SupplyFlag, SupplyRisk, RiskGroup, CustomerShare)


def everything(run: SupplyRun) -> list[Any]:
    return [figures(model, run) for model in PLANNED]


def missing(world: Supplied) -> list[str]:
    return hooks.plan_is_run(step(world.cycle, StepKind.SUPPLY))


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_shows_in_the_plan_at_once_as_a_whole_run_would_show_it(
    world: Supplied, edit: Callable[[Supplied], None]
) -> None:
    run = SupplyRun.objects.get()
    before = everything(run)
    edit(world)
    at_once = everything(run)
    assert at_once != before
    assert missing(world) == [], "the plan knows of the change"
    whole = planned(world.cast.sam, world.cycle)
    assert everything(whole) == at_once


def test_what_was_short_is_served_and_its_flag_closes_itself(world: Supplied) -> None:
    line = SupplyLine.objects.get(item=world.item, bucket=MARCH)
    assert (line.lost, SupplyFlag.objects.get(kind="shortage", item=world.item).state) == (30, "open")
    receipts(world, 500)
    line = SupplyLine.objects.get(item=world.item, bucket=MARCH)
    assert (line.planned_receipts, line.lost) == (500, 0)
    assert SupplyFlag.objects.get(kind="shortage", item=world.item).state == "gone"
    assert step(world.cycle, StepKind.RECONCILE).stale_because == replan.CHANGED


def test_other_stock_items_and_their_flags_are_left_alone(world: Supplied) -> None:
    tiles = StockItem.objects.get(product__code="TILE")
    lines = list(SupplyLine.objects.filter(item=tiles).values())
    flags = list(SupplyFlag.objects.filter(item=tiles).values())
    assert flags
    receipts(world)
    assert list(SupplyLine.objects.filter(item=tiles).values()) == lines
    assert list(SupplyFlag.objects.filter(item=tiles).values()) == flags


@pytest.mark.parametrize("first", [True, False])
def test_what_else_changed_before_or_after_still_asks_for_a_run(world: Supplied, first: bool) -> None:
    steps = [lambda: price_make(StockItem.objects.get(product__code="TILE").product, "9"), lambda: receipts(world)]
    for change in steps if first else reversed(steps):
        change()
    assert missing(world) == ["An input of the supply plan changed since it was run; run it again."]


def test_two_edits_in_a_row_leave_the_plan_whole(world: Supplied) -> None:
    receipts(world, 60)
    receipts(world, 70, version=1)
    lead_time(world)
    assert missing(world) == []


def test_more_items_than_somebody_waits_for_need_a_run(world: Supplied, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replan, "REPLAN_AT_MOST", 0)
    run = SupplyRun.objects.get()
    before = everything(run)
    receipts(world)
    assert everything(run) == before
    assert missing(world) == ["An input of the supply plan changed since it was run; run it again."]
    assert step(world.cycle, StepKind.RECONCILE).stale_because == replan.NEEDS_RUN


def test_a_plan_of_a_demand_closed_anew_is_not_mended(world: Supplied) -> None:
    snapshot_make(world.cycle, {world.series: "99"}, version=2)
    before = everything(SupplyRun.objects.get())
    receipts(world)
    assert everything(SupplyRun.objects.get()) == before


def test_a_refused_edit_leaves_the_plan(world: Supplied) -> None:
    before = everything(SupplyRun.objects.get())
    with pytest.raises(Conflict):
        receipts(world, version=4)
    assert everything(SupplyRun.objects.get()) == before


def test_queries_do_not_grow_with_the_items_planned_anew(world: Supplied) -> None:
    with CaptureQueriesContext(connection) as one:
        lead_time(world)
    for number in range(5):
        series = series_make(world.cast.ridge, product_make(f"P{number}"), world.item.location)
        snapshot_make(world.cycle, {series: "3"})
    planned(world.cast.sam, world.cycle)
    for item in StockItem.objects.exclude(pk=world.item.pk):
        item.lanes.create(supplier=Supplier.objects.get())
    with CaptureQueriesContext(connection) as many, acting(world.cast.sam, Source.PAGE, "again"):
        inputs.lead_time_set(
            user=world.cast.sam,
            cycle_id=world.cycle.pk,
            supplier_id=Supplier.objects.get().pk,
            product_id=None,
            valid_from=FEBRUARY,
            mean_days=Decimal(25),
            sd_days=Decimal(3),
            reason="Again",
            version=0,
        )
    assert len(many) <= len(one) + 2


def test_what_was_calculated_on_the_plan_before_no_longer_stands(world: Supplied) -> None:
    run, before = SupplyRun.objects.get(), timezone.now()
    assert stands_since(run, before)
    receipts(world)
    run.refresh_from_db()
    assert not stands_since(run, before)
    assert stands_since(run, timezone.now())


@pytest.fixture
def limited(world: Supplied) -> Supplied:
    """Northgate takes little a month, of shingles and tiles together."""
    supplier, tiles = Supplier.objects.get(), StockItem.objects.get(product__code="TILE")
    tiles.lanes.create(supplier=supplier)
    stock_make(tiles, "0")
    LeadTimeAssumption.objects.update(mean_days=8)
    SupplierRule.objects.create(supplier=supplier, cut_by=CutBy.PROPORTIONAL)
    for bucket in (FEBRUARY, MARCH, date(2022, 4, 1)):
        Capacity.objects.create(supplier=supplier, bucket=bucket, unit="units", quantity=10)
    planned(world.cast.sam, world.cycle)
    CycleStep.objects.update(stale_because="")
    return world


def test_items_that_share_a_limit_are_planned_anew_together(limited: Supplied) -> None:
    run = SupplyRun.objects.get(current=True)
    before = everything(run)
    policy(limited)
    at_once = everything(run)
    tiles = [line for line in at_once[0] if line["item_id"] != limited.item.pk]
    assert tiles != [line for line in before[0] if line["item_id"] != limited.item.pk], "tiles get less of the limit"
    loads = figures(SupplyLoad, run)
    assert missing(limited) == []
    whole = planned(limited.cast.sam, limited.cycle)
    assert everything(whole) == at_once
    assert len(figures(SupplyLoad, whole)) == len(loads)
    for one, other in zip(loads, figures(SupplyLoad, whole), strict=True):
        for name in ("wanted", "planned", "moved", "cut", "late", "limit", "unmeasured"):
            assert one[name] == pytest.approx(other[name], abs=0.02), (name, one, other)


def test_a_supplier_flag_closes_itself_when_its_load_fits(limited: Supplied) -> None:
    assert SupplyFlag.objects.get(kind="supplier_over").state == "open"
    with acting(limited.cast.sam, Source.PAGE, "nothing wanted"):
        months = [date(2022, month, 1) for month in range(2, 13)] + [date(2023, month, 1) for month in range(1, 8)]
        for item in StockItem.objects.all():
            cells = [ReceiptCell(month, Decimal(0), 0) for month in months]
            receipts_set(
                user=limited.cast.sam, cycle_id=limited.cycle.pk, item_id=item.pk, cells=cells, reason="Nothing"
            )
    assert SupplyFlag.objects.get(kind="supplier_over").state == "gone"
