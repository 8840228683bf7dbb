"""What receipts say of lead times, written beside what is assumed; the plan goes on with what a person assumes."""

from datetime import date
from typing import Any

from django.db import connection

from sop.services.history import bulk_update_with_history
from supply.constants import LEAD_TIME_MEASURED_DAYS
from supply.models import LeadTimeAssumption

# The assumption in force for each supplier, and for each product that has its own; a receipt before its order says
# nothing.
MEASURED_SQL = """
    with assumed as (
        select distinct on (supplier_id, product_id) * from supply_leadtimeassumption
        where valid_from <= %(until)s order by supplier_id, product_id, valid_from desc
    ), measured as (
        select t.id, round(avg(o.received_on - o.ordered_on), 1) as mean, count(*) as receipts,
               round(coalesce(stddev_samp(o.received_on - o.ordered_on), 0), 1) as sd
        from assumed t
        join supply_purchaseorderline o on o.supplier_id = t.supplier_id
        join supply_stockitem i on i.id = o.item_id and (t.product_id is null or i.product_id = t.product_id)
        where o.received_on between %(until)s::date - %(days)s and %(until)s and o.received_on >= o.ordered_on
        group by t.id
    )
    select m.id, m.mean, m.sd, m.receipts from measured m join assumed t on t.id = m.id
    where m.mean < 100000 and m.sd < 100000
      and (m.mean, m.sd, m.receipts)
          is distinct from (t.measured_mean_days, t.measured_sd_days, t.receipts_measured::bigint)
"""
COLUMNS = ("id", "measured_mean_days", "measured_sd_days", "receipts_measured")


def lead_times_measure(*, until: date) -> int:
    """Measure the lead times in force on a day from the receipts of the months before; return how many changed."""
    with connection.cursor() as cursor:
        cursor.execute(MEASURED_SQL, {"until": until, "days": LEAD_TIME_MEASURED_DAYS})
        rows: list[dict[str, Any]] = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    bulk_update_with_history(LeadTimeAssumption, key=("id",), rows=rows, reason="measured from receipts")
    return len(rows)
