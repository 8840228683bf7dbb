"""Closing gather demand writes every layer of every series and month, never to change again."""

from django.db import connection
from django.db.models import Max

from demand.models import BaselineRun, ForecastSnapshot
from demand.selectors.assumed import ASSUMED_SQL
from sop.models import CycleStep, User
from sop.refusals import Refused
from sop.services.table import statistics_refresh

# The layers exactly as selectors/layers.py reads them: a later layer takes the earlier one's number where unchanged. A
# series that came after the baseline has only what people gave it; its baseline is 0.
SNAPSHOT_SQL = f"""
    with assumed as ({ASSUMED_SQL}), cell as (
        select series_id, bucket from demand_baseline where run_id = %(run)s
        union
        select series_id, bucket from demand_override where cycle_id = %(cycle)s and quantity is not null
        union
        select series_id, bucket from assumed
    )
    insert into demand_forecastsnapshot (cycle_id, version, series_id, bucket, naive, baseline, sales, consensus)
    select %(cycle)s, %(version)s, cell.series_id, cell.bucket, b.naive, coalesce(b.mean, 0),
           coalesce(sales.quantity, b.mean, 0),
           coalesce(consensus.quantity, assumed.quantity, sales.quantity, b.mean, 0)
    from cell
    join demand_series s on s.id = cell.series_id and s.active
    left join demand_baseline b on b.run_id = %(run)s and b.series_id = cell.series_id and b.bucket = cell.bucket
    left join demand_override sales on sales.cycle_id = %(cycle)s and sales.layer = 'sales'
         and sales.series_id = cell.series_id and sales.bucket = cell.bucket
    left join demand_override consensus on consensus.cycle_id = %(cycle)s and consensus.layer = 'consensus'
         and consensus.series_id = cell.series_id and consensus.bucket = cell.bucket
    left join assumed on assumed.series_id = cell.series_id and assumed.bucket = cell.bucket
"""  # noqa: S608  (a constant of assumed.py)


def snapshot_write(*, user: User, step: CycleStep) -> int:
    """Write the next version of the cycle's snapshot; return how many cells it holds.

    Runs inside the transaction that closes gather demand, after the step row is locked: no edit can slip past it.
    """
    run = BaselineRun.objects.filter(cycle_id=step.cycle_id, adopted=True).first()
    if run is None:
        raise Refused("Gather demand cannot close without a baseline: run and adopt one first.")
    last = ForecastSnapshot.objects.filter(cycle_id=step.cycle_id).aggregate(version=Max("version"))["version"]
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT_SQL, {"cycle": step.cycle_id, "version": (last or 0) + 1, "run": run.pk})
        cells = int(cursor.rowcount)
    statistics_refresh(ForecastSnapshot)
    return cells
