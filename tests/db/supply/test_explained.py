"""What a run keeps of each stock item's stock and orders: adding up, measured, against a year ago, and agreed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from demand.models import Actual
from publish.models import PublishedPlan
from reconcile.models import Scenario, ScenarioRun
from sop.models import Cycle, Supplier
from supply.models import LeadTimeAssumption, OnHand, PurchaseOrderLine, Sourcing, StockExplained, SupplierRecord
from supply.selectors.agreed_buys import agreed_buys
from supply.services.explained import UNITS
from tests.api_world import FEBRUARY, NOON
from tests.factories import Cast
from tests.supply_makers import Supplied, lane_make, planned, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> Supplied:
    made = supplied_make(cast)
    made.item.safety_stock = None
    made.item.save()
    return made


def line_make(world: Supplied, placed: date, days: int | None, units: str = "10", cost: str = "2.3333") -> None:
    came = None if days is None else placed + timedelta(days)
    PurchaseOrderLine.objects.create(
        **{"number": f"PO-{PurchaseOrderLine.objects.count()}", "item": world.item, "supplier": Supplier.objects.get()},
        **{"ordered_on": placed, "first_promised_on": placed + timedelta(21), "promised_on": placed + timedelta(21)},
        **{"received_on": came, "ordered": Decimal(units), "received": Decimal(units) if came else Decimal(0)},
        **{"unit_cost": Decimal(cost), "closed": came is not None},
    )


def explained(world: Supplied) -> StockExplained:
    return StockExplained.objects.get(run=planned(world.cast.sam, world.cycle), item=world.item)


def jumped(world: Supplied) -> None:
    """Let Northgate go from 21 to 98 days in June 2021."""
    for at in range(20):
        line_make(world, date(2020, 8, 1) + timedelta(14 * at), 21)
    for at in range(14):
        line_make(world, date(2021, 6, 1) + timedelta(7 * at), 98)


def test_classes_add_up_to_the_unit_and_the_cent(world: Supplied) -> None:
    lane_make(world.item, moq="7")
    stock_make(world.item, "1234.567", cost="3.3333")
    line_make(world, date(2022, 1, 20), None, units="33.333")
    row = explained(world)
    assert sum(getattr(row, name) for name in UNITS) == row.on_hand + row.on_order == Decimal("1267.900")
    assert sum(getattr(row, f"{name}_money") for name in UNITS) == Decimal("4192.96")  # 4115.1822 and 77.7759
    assert row.supplier == Supplier.objects.get()
    assert (row.early, row.lot) == (Decimal("33.333"), Decimal(7))


def test_need_stands_on_the_measured_lead_time_and_growth_on_that_of_a_year_ago(world: Supplied) -> None:
    lane_make(world.item, days="21")
    jumped(world)
    stock_make(world.item, "400")
    OnHand.objects.create(item=world.item, as_of=date(2021, 2, 1), quantity=100, average_cost=2)
    row = explained(world)
    assert (row.assumed_days, round(row.measured_days or 0), round(row.earlier_days or 0)) == (21, 98, 21)
    assert row.per_month == pytest.approx(40)
    assert float(row.need) == pytest.approx(40 * row.months, abs=0.001)
    assert row.months == pytest.approx((98 + 7.61) / 30.4375, abs=0.01)  # a review is a quarter month at least
    assert row.held_before == Decimal(120), "two lines of ten were on the way on 1 February 2021"
    assert row.growth_money == (400 - 120) * 2
    assert 0 < (row.grown_by_lead_money or 0) <= row.growth_money
    record = SupplierRecord.objects.get(run=row.run)
    assert (round(record.earlier_days or 0), record.earlier_receipts) == (21, 20)


def test_without_receipts_what_was_assumed_a_year_ago_stands_for_it(world: Supplied) -> None:
    lane = lane_make(world.item, days="30")
    LeadTimeAssumption.objects.create(supplier=lane.supplier, valid_from=date(2021, 9, 1), mean_days=90)
    stock_make(world.item, "400")
    OnHand.objects.create(item=world.item, as_of=date(2021, 1, 20), quantity=0, average_cost=2)
    row = explained(world)
    assert (row.assumed_days, row.measured_days, row.earlier_days) == (90, None, 30)
    assert row.grown_by_lead_money == row.lengthened_money != 0


def test_a_count_too_old_for_a_year_ago_says_nothing_of_it(world: Supplied) -> None:
    lane_make(world.item)
    stock_make(world.item, "400")
    OnHand.objects.create(item=world.item, as_of=date(2020, 10, 1), quantity=0, average_cost=2)
    row = explained(world)
    assert (row.held_before, row.growth_money, row.grown_by_lead_money) == (None, None, None)


def test_without_a_lane_everything_is_explained_all_the_same(world: Supplied) -> None:
    stock_make(world.item, "400")
    Sourcing.objects.all().delete()
    row = explained(world)
    assert (row.supplier, row.measured_days, row.lengthened) == (None, None, None)
    assert sum(getattr(row, name) for name in UNITS) == 400


def agreed(world: Supplied, bucket: date, pre_buys: list[list[object]], version: int = 1) -> None:
    """Publish a plan of an earlier cycle that buys ahead."""
    cycle, _ = Cycle.objects.get_or_create(
        bucket=bucket, defaults={"state": "closed", "opened_at": NOON, "opened_by": world.cast.cora}
    )
    scenario, _ = Scenario.objects.get_or_create(cycle=cycle, name="Buy ahead")
    run = ScenarioRun.objects.create(
        scenario=scenario, supply_run=planned(world.cast.sam, world.cycle), kpis={"pre_buys": pre_buys}
    )
    PublishedPlan.objects.create(
        **{"cycle": cycle, "version": version, "scenario_run": run, "reason": "" if version == 1 else "Corrected"},
        **{"approvers": [], "published_by": world.cast.cora, "published_by_name": "Cora", "published_at": NOON},
        **{"currency": "USD", "line_count": 0, "seal": f"{bucket}{version}"},
    )


def test_what_a_published_plan_agreed_to_buy_ahead_counts_as_far_as_it_is_not_used_up(world: Supplied) -> None:
    lane_make(world.item)
    stock_make(world.item, "400")
    item = world.item.pk
    agreed(world, date(2021, 12, 1), [[item, 500, "2021-12-01", "2022-01-01"]])
    agreed(
        world, date(2021, 12, 1), [[item, 90, "2021-12-01", "2022-01-01"], [item, 70, "2022-02-01", "2022-03-01"]], 2
    )
    Actual.objects.create(series=world.series, bucket=date(2022, 1, 1), ordered=30, shipped=30)
    Actual.objects.create(series=world.series, bucket=date(2021, 12, 1), ordered=50, shipped=50)
    row = explained(world)
    assert row.pre_bought == row.pre_buy == 60, "90 of the corrected plan less what January shipped"
    assert row.rest > 0
    agreed(world, date(2022, 1, 1), [[item, 40, "2021-12-01", "2022-02-01"]])
    assert [buy.units for buy in agreed_buys(world.cycle)] == [40], "agreed again: the later plan's word"
    assert world.cycle.bucket == FEBRUARY
