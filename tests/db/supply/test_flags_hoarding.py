"""Flags of hoarding from a run on the tables: what happened of late is read as it was kept."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demand.models import Actual
from sop.constants import CycleState
from sop.models import Cycle
from supply.constants import FlagKind
from supply.frames.history import item_history
from supply.models import LeadTimeAssumption, PurchaseOrderLine, StockExplained, SupplyFlag
from tests.api_world import NOON
from tests.factories import FEBRUARY, Cast
from tests.plan_makers import snapshot_make
from tests.supply_makers import Supplied, lane_make, planned, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> Supplied:
    return supplied_make(cast)


def month(number: int) -> date:
    """Return a month of 2021 and on: 1 is January 2021, 13 January 2022."""
    return date(2021 + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def sold(world: Supplied, numbers: range, units: int, cancelled: int = 0) -> None:
    for number in numbers:
        Actual.objects.create(
            series=world.series, bucket=month(number), ordered=units + cancelled, cancelled=cancelled, shipped=units
        )


def bought(world: Supplied, placed: date, units: int, **more: object) -> None:
    lane = world.item.lanes.get()
    dates = {"ordered_on": placed, "first_promised_on": placed, "promised_on": placed, "received_on": placed}
    facts = {"item": world.item, "supplier": lane.supplier, "ordered": units, "received": units, "unit_cost": 2}
    PurchaseOrderLine.objects.create(number=f"PO-{PurchaseOrderLine.objects.count()}", **{**dates, **facts, **more})


def flags(world: Supplied) -> dict[str, SupplyFlag]:
    planned(world.cast.sam, world.cycle)
    return {flag.kind: flag for flag in SupplyFlag.objects.filter(cycle=world.cycle)}


def test_stock_and_orders_beyond_need_are_flagged_with_a_sentence(world: Supplied) -> None:
    lane_make(world.item)
    stock_make(world.item, "400")
    bought(world, date(2022, 1, 20), 30, received=0, received_on=None, promised_on=date(2022, 2, 20))
    found = flags(world)
    assert found[FlagKind.HOARD_ORDERS].units == 30
    assert found[FlagKind.HOARD_ORDERS].cause == (
        "30 of the orders due within lead time and review are not needed by then"
    )
    left, row = found[FlagKind.HOARD_STOCK], StockExplained.objects.get()
    assert (left.units, left.money) == (row.early + row.rest, row.early_money + row.rest_money)
    assert left.units > 300
    assert left.cause.startswith(f"{left.units:,.0f} held or on order that neither need")


def test_a_forecast_above_sales_is_flagged_where_the_lead_time_grew(world: Supplied) -> None:
    lane = lane_make(world.item, days="30")
    stock_make(world.item, "10")
    sold(world, range(1, 14), 20)
    assert FlagKind.PADDED not in flags(world)
    LeadTimeAssumption.objects.create(supplier=lane.supplier, valid_from=date(2021, 11, 1), mean_days=90)
    assert "2.0 times what the last 12 months sold" in flags(world)[FlagKind.PADDED].cause


def test_a_forecast_too_high_in_every_cycle_of_a_quarter_is_flagged(world: Supplied) -> None:
    lane_make(world.item)
    sold(world, range(1, 14), 50, cancelled=9)
    for number in (11, 12, 13):
        cycle = Cycle.objects.create(
            bucket=month(number), state=CycleState.CLOSED, opened_at=NOON, opened_by=world.cast.cora
        )
        snapshot_make(cycle, {world.series: "80"}, months=(month(number),))
    assert "1.6 times what was asked for, three months running" in flags(world)[FlagKind.PADDED].cause


def test_orders_that_swing_are_flagged_and_months_without_a_row_count_as_nothing(world: Supplied) -> None:
    lane_make(world.item)
    sold(world, range(1, 14), 50)
    for number in (3, 7, 11):
        bought(world, month(number) + timedelta(9), 200)
    assert flags(world)[FlagKind.BULLWHIP].cause.startswith("A year's orders swing")


def test_stock_beyond_its_shelf_life_is_flagged(world: Supplied) -> None:
    lane_make(world.item)
    stock_make(world.item, "400")
    world.series.product.shelf_life_days = 120
    world.series.product.save()
    found = flags(world)[FlagKind.SHELF_LIFE]
    assert found.cause == f"{found.units:,.0f} will not be sold within their shelf life, from Feb 2022"


def test_what_is_too_young_or_not_brought_in_yet_is_not_told(world: Supplied) -> None:
    ids = [world.item.pk]
    assert str(item_history(ids, FEBRUARY).shipped[0][0]) == "nan"
    sold(world, range(8, 13), 50)
    assert str(item_history(ids, FEBRUARY).shipped[0][0]) == "nan", "five months are no year"
    sold(world, range(1, 2), 50)
    with CaptureQueriesContext(connection) as asked:
        found = item_history(ids, FEBRUARY)
    assert found.shipped[0].tolist() == [50] + [0] * 6 + [50] * 5, "January 2022 is not in: the year ends before"
    assert len(asked) == 5
