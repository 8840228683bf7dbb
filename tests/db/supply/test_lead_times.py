"""Assumed and measured lead times stand side by side, the measured ones from the present regime of receipts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sop.models import Product, Supplier
from supply.models import LeadTimeAssumption, PurchaseOrderLine, StockItem, SupplierRecord, SupplyItem
from supply.selectors.measured import suppliers_measured
from supply.services.lead_times import lead_times_measure
from tests.factories import FEBRUARY, Cast, location_make, product_make, supplier_make
from tests.supply_makers import lane_make, planned, supplied_make

pytestmark = pytest.mark.django_db


def received(item: StockItem, supplier: Supplier, on: date, days: int, **more: object) -> None:
    """Let a line arrive so many days after its order."""
    PurchaseOrderLine.objects.create(
        **{
            "number": f"PO-{PurchaseOrderLine.objects.count()}",
            "item": item,
            "supplier": supplier,
            "ordered_on": on - timedelta(days=days),
            "first_promised_on": on,
            "promised_on": on,
            "received_on": on,
            "ordered": 1,
            "received": 1,
            "unit_cost": 1,
            **more,
        }
    )


def assumed(supplier: Supplier, since: date, product: Product | None = None) -> LeadTimeAssumption:
    """State a lead time of three weeks."""
    return LeadTimeAssumption.objects.create(supplier=supplier, product=product, valid_from=since, mean_days=21)


def jump(item: StockItem, supplier: Supplier) -> None:
    """Let a supplier go from three weeks to fourteen: twenty orders before June 2021, fourteen after."""
    for at in range(20):
        received(item, supplier, date(2020, 8, 1) + timedelta(days=14 * at + 21), 21)
    for at in range(14):
        received(item, supplier, date(2021, 6, 1) + timedelta(days=7 * at + 98), 98)


def test_lead_times_in_force_are_measured_beside_what_is_assumed(cast: Cast) -> None:
    supplier, place = supplier_make(), location_make()
    shingle, nail = (StockItem.objects.create(product=product_make(code), location=place) for code in ("S", "N"))
    old, now = assumed(supplier, date(2020, 1, 1)), assumed(supplier, date(2021, 6, 1))
    later, own = assumed(supplier, date(2022, 3, 1)), assumed(supplier, date(2021, 1, 1), nail.product)
    for item, on, days in (
        (shingle, date(2022, 1, 10), 50),
        (nail, date(2022, 1, 20), 70),
        (shingle, date(2019, 6, 1), 500),  # long ago
        (shingle, date(2022, 1, 15), -3),  # received before it was ordered
    ):
        received(item, supplier, on, days)
    assert lead_times_measure(until=FEBRUARY) == 2
    for row in (old, now, later, own):
        row.refresh_from_db()
    assert (now.measured_mean_days, now.measured_sd_days, now.receipts_measured) == (60, Decimal("14.1"), 2)
    assert (own.measured_mean_days, own.receipts_measured) == (70, 1)
    assert old.measured_mean_days is None and later.measured_mean_days is None
    assert now.mean_days == 21, "the plan goes on with what is assumed"
    assert now.history.latest().history_change_reason == "measured from receipts"
    assert lead_times_measure(until=FEBRUARY) == 0, "nothing new, nothing written"
    assert suppliers_measured(FEBRUARY)[supplier.pk, None].left_out == 1


def test_after_a_jump_only_the_present_regime_is_measured(cast: Cast) -> None:
    supplier = supplier_make()
    item = StockItem.objects.create(product=product_make(), location=location_make())
    row = assumed(supplier, date(2020, 1, 1))
    jump(item, supplier)
    lead_times_measure(until=FEBRUARY)
    row.refresh_from_db()
    assert (row.measured_mean_days, row.receipts_measured) == (98, 14), "not the mean of 21 and 98"


def test_what_came_later_was_open_on_the_day(cast: Cast) -> None:
    supplier = supplier_make()
    item = StockItem.objects.create(product=product_make(), location=location_make())
    jump(item, supplier)
    day = date(2021, 6, 20)
    found = suppliers_measured(day)[supplier.pk, None]
    assert found.present is not None
    assert (found.present.lead.mean_days, found.open_lines, found.overdue) == (21, 3, 0)


def test_measuring_takes_the_same_queries_for_few_and_many(cast: Cast) -> None:
    place = location_make()

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            lead_times_measure(until=FEBRUARY)
        return len(queries)

    counts = []
    for code in ("A", "B", "C", "D", "E"):
        item = StockItem.objects.create(product=product_make(code), location=place)
        supplier = supplier_make(code)
        assumed(supplier, date(2020, 1, 1))
        received(item, supplier, date(2022, 1, 10), 50)
        counts.append(count())
    assert len(set(counts)) == 1, counts


def test_a_run_keeps_how_its_suppliers_stand(cast: Cast) -> None:
    """100 a month short of 77 days is demand of 2.53 months at 2 each; the safety stock is set by hand."""
    supplied = supplied_make(cast, demand="100")
    lane = lane_make(supplied.item, days="21")
    jump(supplied.item, lane.supplier)
    received(supplied.item, lane.supplier, date(2022, 1, 20), 98, first_promised_on=date(2022, 1, 10), received="0.5")
    run = planned(cast.sam, supplied.cycle)
    record = SupplierRecord.objects.get(run=run, supplier=lane.supplier)
    assert (record.assumed_days, record.measured_days, record.days_gap) == (21, 98, 77)
    assert (record.since, record.receipts) == (date(2021, 6, 1), 15)
    assert (record.open_lines, record.overdue) == (1, 1)
    assert record.on_time == record.on_time_in_full == pytest.approx(1 - 1 / record.due)
    assert record.late_mean_days == 10
    assert record.stock_gap == pytest.approx(Decimal(100 * 2 * 77 / 30.4375), abs=1)
    facts = SupplyItem.objects.get(run=run, item=supplied.item).facts
    assert facts["supplier"] == lane.supplier_id
    assert facts["lead_gap"] == pytest.approx(float(record.stock_gap), abs=0.01)


def test_too_few_receipts_have_no_gap_in_money(cast: Cast) -> None:
    supplied = supplied_make(cast)
    lane = lane_make(supplied.item)
    received(supplied.item, lane.supplier, date(2022, 1, 20), 98)
    record = SupplierRecord.objects.get(run=planned(cast.sam, supplied.cycle), supplier=lane.supplier)
    assert (record.receipts, record.measured_days, record.stock_gap) == (1, 98, None)
