"""What receipts say of lead times, written beside what is assumed; the plan goes on with what a person assumes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sop.services.history import bulk_update_with_history
from supply.frames.receipts import Key
from supply.models import LeadTimeAssumption
from supply.selectors.measured import Measured, suppliers_measured

COLUMNS = ("measured_mean_days", "measured_sd_days", "receipts_measured")
MOST_DAYS = Decimal(99999)  # what the columns hold


def lead_times_measure(*, until: date, measured: Mapping[Key, Measured] | None = None) -> int:
    """Measure the lead times in force on a day; return how many changed.

    Only receipts of the present regime count: nothing is averaged across a jump.
    """
    found = suppliers_measured(until) if measured is None else measured
    rows = []
    for assumed in lead_times_in_force(until):
        one = found.get((assumed.supplier_id, assumed.product_id))
        row = None if one is None else _row(one)
        if row and any(row[name] != getattr(assumed, name) for name in COLUMNS):
            rows.append({"id": assumed.pk, **row})
    bulk_update_with_history(LeadTimeAssumption, key=("id",), rows=rows, reason="measured from receipts")
    return len(rows)


def lead_times_in_force(until: date) -> list[LeadTimeAssumption]:
    """Return the lead time in force on a day for each supplier, and for each product that has its own."""
    found = LeadTimeAssumption.objects.filter(valid_from__lte=until)
    return list(found.order_by("supplier_id", "product_id", "-valid_from").distinct("supplier_id", "product_id"))


def _row(one: Measured) -> dict[str, Any] | None:
    present = one.present
    if present is None:
        return None
    mean, sd = (Decimal(str(round(days, 1))) for days in (present.lead.mean_days, present.lead.sd_days))
    if max(mean, sd) > MOST_DAYS:
        return None
    return dict(zip(COLUMNS, (mean, sd, present.lead.receipts), strict=True))
