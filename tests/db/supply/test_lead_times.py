"""Assumed and measured lead times stand side by side, the measured ones from recent receipts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from sop.models import Product, Supplier
from supply.models import LeadTimeAssumption, PurchaseOrderLine, StockItem
from supply.services.lead_times import lead_times_measure
from tests.factories import FEBRUARY, Cast, location_make, product_make, supplier_make

pytestmark = pytest.mark.django_db


def received(item: StockItem, supplier: Supplier, on: date, days: int) -> None:
    """Let a line arrive so many days after its order."""
    PurchaseOrderLine.objects.create(
        number=f"PO-{PurchaseOrderLine.objects.count()}",
        item=item,
        supplier=supplier,
        ordered_on=on - timedelta(days=days),
        first_promised_on=on,
        promised_on=on,
        received_on=on,
        ordered=1,
        received=1,
        unit_cost=1,
    )


def assumed(supplier: Supplier, since: date, product: Product | None = None) -> LeadTimeAssumption:
    """State a lead time of three weeks."""
    return LeadTimeAssumption.objects.create(supplier=supplier, product=product, valid_from=since, mean_days=21)


def test_receipts_of_the_last_three_months_are_measured_beside_what_is_assumed(cast: Cast) -> None:
    supplier, place = supplier_make(), location_make()
    shingle, nail = (StockItem.objects.create(product=product_make(code), location=place) for code in ("S", "N"))
    old, now = assumed(supplier, date(2020, 1, 1)), assumed(supplier, date(2021, 6, 1))
    later, own = assumed(supplier, date(2022, 3, 1)), assumed(supplier, date(2021, 1, 1), nail.product)
    for item, on, days in (
        (shingle, date(2022, 1, 10), 50),
        (nail, date(2022, 1, 20), 70),
        (shingle, date(2021, 6, 1), 500),  # long ago
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
