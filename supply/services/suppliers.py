"""How suppliers stand, kept with the run that measured it; what their lead times are worth in stock."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection

from sop.models import Supplier
from supply.frames.reading import rows_of
from supply.frames.receipts import Key
from supply.models import SupplierRecord, SupplyRun
from supply.selectors.measured import Measured
from supply.services.lead_times import lead_times_in_force

if TYPE_CHECKING:
    from supply.engine.plan import SupplyPlan

# What was measured beside the lead time in force when the plan begins, of the supplier a stock item is bought from.
MEASURED_SQL = """
    select i.id, lane.supplier_id, t.measured_mean_days::float8, t.measured_sd_days::float8, t.receipts_measured
    from supply_stockitem i
    join lateral (select supplier_id from supply_sourcing l where l.item_id = i.id order by share desc, id limit 1) lane
      on true
    join lateral (select * from supply_leadtimeassumption t
                  where t.supplier_id = lane.supplier_id and (t.product_id = i.product_id or t.product_id is null)
                    and t.valid_from <= %(first)s
                  order by t.product_id nulls last, t.valid_from desc limit 1) t on true
    where i.id = any(%(ids)s)
"""
SUM_SQL = """
    update supply_supplierrecord r set stock_gap = round(g.gap, 2)
    from (select (facts->>'supplier')::bigint as supplier_id, sum((facts->>'lead_gap')::numeric) as gap
          from supply_supplyitem where run_id = %(run)s and facts ? 'lead_gap' group by 1) g
    where r.run_id = %(run)s and r.supplier_id = g.supplier_id
"""


def supplier_records_write(run: SupplyRun, measured: Mapping[Key, Measured]) -> None:
    """Keep with a run how each supplier stands on its first day."""
    assumed = {
        row.supplier_id: float(row.mean_days) for row in lead_times_in_force(run.first_bucket) if row.product_id is None
    }
    SupplierRecord.objects.bulk_create(
        SupplierRecord(run=run, supplier_id=supplier, **_columns(assumed.get(supplier), measured.get((supplier, None))))
        for supplier in Supplier.objects.order_by("pk").values_list("pk", flat=True)
    )


def item_gaps(run: SupplyRun, plan: "SupplyPlan") -> dict[int, dict[str, Any]]:
    """Return per stock item its supplier and how much more stock the measured lead time needs [money at cost].

    Where too few receipts were measured the money is left out.
    """
    from supply.engine.lead_gap import stock_gap  # noqa: PLC0415  (engines load in workers only)
    from supply.engine.sample import LEAST_RECEIPTS  # noqa: PLC0415

    ids = [int(item) for item in plan.problem.items]
    place = {item: at for at, item in enumerate(ids)}
    days, spread = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    suppliers: dict[int, int] = {}
    for item, supplier, mean, sd, receipts in rows_of(MEASURED_SQL, {"ids": ids, "first": run.first_bucket}):
        suppliers[item] = supplier
        if receipts >= LEAST_RECEIPTS and mean is not None:
            days[place[item]], spread[place[item]] = mean, sd or 0.0
    gaps = stock_gap(plan.problem, plan.safety, days, spread)
    return {
        item: {"supplier": supplier} | ({} if np.isnan(gap := gaps[place[item]]) else {"lead_gap": round(gap, 2)})
        for item, supplier in suppliers.items()
    }


def stock_gaps_sum(run: SupplyRun) -> None:
    """Add up the stock items' gaps to their suppliers', once all parts of a run are there."""
    with connection.cursor() as cursor:
        cursor.execute(SUM_SQL, {"run": run.pk})


def _columns(assumed: float | None, one: Measured | None) -> dict[str, Any]:
    columns: dict[str, Any] = {"assumed_days": assumed}
    if one is None:
        return columns
    kept, present = one.promises, one.present
    columns |= {
        "left_out": one.left_out,
        "due": kept.due,
        "on_time": _known(kept.on_time),
        "on_time_in_full": _known(kept.on_time_in_full),
        "late_mean_days": _known(kept.late_mean),
        "late_sd_days": _known(kept.late_sd),
        "short": _known(kept.short),
        "open_lines": one.open_lines,
        "overdue": one.overdue,
    }
    if present is not None:
        lead = present.lead
        columns |= {"since": present.first.item(), "measured_days": lead.mean_days, "measured_sd_days": lead.sd_days}
        columns |= {"receipts": lead.receipts, "days_gap": None if assumed is None else lead.mean_days - assumed}
    if one.earlier is not None:
        lead = one.earlier.lead
        columns |= {"earlier_days": lead.mean_days, "earlier_sd_days": lead.sd_days, "earlier_receipts": lead.receipts}
    return columns


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
