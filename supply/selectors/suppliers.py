"""Suppliers by what the gap of their lead times costs, as the current run measured them."""

from django.db.models import F, QuerySet

from sop.models import Cycle, Supplier
from supply.models import SupplierRecord
from supply.selectors.workbench import run_current

ORDERINGS = {
    "money": F("stock_gap").desc(nulls_last=True),
    "days": F("days_gap").desc(nulls_last=True),
    "on_time": F("on_time_in_full").asc(nulls_last=True),
    "short": F("short").desc(nulls_last=True),
    "overdue": F("overdue").desc(),
    "supplier": F("supplier__name").asc(),
}


def supplier_records(cycle: Cycle) -> QuerySet[SupplierRecord]:
    """Return how each supplier stands in the cycle's current run; none before the first run."""
    return SupplierRecord.objects.filter(run=run_current(cycle), run__isnull=False).select_related("supplier")


def supplier_records_ordered(cycle: Cycle, order: str) -> QuerySet[SupplierRecord]:
    """Return the records in an order of ORDERINGS, the most money first unless another one is known."""
    return supplier_records(cycle).order_by(ORDERINGS.get(order, ORDERINGS["money"]), "supplier__name", "id")


def supplier_record(cycle: Cycle, supplier: Supplier) -> SupplierRecord | None:
    """Return how one supplier stands in the cycle's current run."""
    return supplier_records(cycle).filter(supplier=supplier).first()
