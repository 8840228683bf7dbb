"""The months of one grid row, added up in the database: the layers of the plan, what was ordered, last cycle's plan.

`layers` gives every series its own line; a row of ten thousand needs their sums only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import DecimalField, F, QuerySet, Sum
from django.db.models.functions import Greatest
from numpy.typing import NDArray

from demand.models import Actual, AssumptionCell, Baseline, ForecastSnapshot, Override, Series
from demand.selectors.assumed import ASSUMED_SQL
from demand.selectors.layers import last_actual_month, snapshot_version
from sop.engine.months import month_add
from sop.models import Cycle
from sop.selectors.cycle import cycle_before

FloatRow = NDArray[np.float64]

# What people and assumptions made of the baseline, by month: a few cells, however many series there are.
CHANGED_SQL = f"""
    with assumed as (select * from ({ASSUMED_SQL}) each_cell where series_id = any(%(ids)s)),
    touched as (
        select series_id, bucket from demand_override
        where cycle_id = %(cycle)s and quantity is not null and series_id = any(%(ids)s)
        union select series_id, bucket from assumed
    ), cell as (
        select t.bucket, coalesce(b.mean, 0) as baseline, coalesce(o.quantity, b.mean, 0) as sales,
               a.quantity as assumed, k.quantity as planned
        from touched t
        left join demand_baselinerun r on r.cycle_id = %(cycle)s and r.adopted
        left join demand_baseline b on b.run_id = r.id and b.series_id = t.series_id and b.bucket = t.bucket
        left join demand_override o on o.cycle_id = %(cycle)s and o.layer = 'sales'
             and o.series_id = t.series_id and o.bucket = t.bucket
        left join demand_override k on k.cycle_id = %(cycle)s and k.layer = 'consensus'
             and k.series_id = t.series_id and k.bucket = t.bucket
        left join assumed a on a.series_id = t.series_id and a.bucket = t.bucket
        where t.bucket = any(%(months)s)
    )
    select bucket, sum(sales - baseline), sum(coalesce(planned, assumed, sales) - baseline),
           coalesce(sum(assumed - sales) filter (where planned is null), 0)
    from cell group by bucket
"""  # noqa: S608  (a constant of assumed.py)


@dataclass(frozen=True)
class RowLayers:
    """The sums of a row's layers over the plan's months, base units; as `layers` has them series by series."""

    baseline: FloatRow
    sales: FloatRow
    consensus: FloatRow
    added: FloatRow  # by assumptions in the number, where no planner's number stands


@dataclass(frozen=True)
class ActualMonth:
    """What happened in one month of a row, base units; demand is what was ordered and not taken back."""

    ordered: float = 0.0
    shipped: float = 0.0
    cancelled: float = 0.0
    demand: float = 0.0


def row_layers(cycle: Cycle, chosen: QuerySet[Series], months: Sequence[date]) -> RowLayers:
    """Return the sums of every layer of some series in months of the plan."""
    held = Baseline.objects.filter(run__cycle=cycle, run__adopted=True, series__in=chosen, bucket__in=months)
    baseline = filled(months, dict(held.order_by().values_list("bucket").annotate(Sum("mean"))))
    moved = _changed(cycle, chosen, months)
    sales, consensus, added = (filled(months, {month: sums[at] for month, sums in moved.items()}) for at in range(3))
    return RowLayers(baseline, baseline + sales, baseline + consensus, added)


def actual_months(chosen: QuerySet[Series], *, since: date, before: date) -> dict[date, ActualMonth]:
    """Return what happened to some series by month; months without anything are absent."""
    net = Greatest(F("ordered") - F("cancelled"), Decimal(0), output_field=DecimalField())
    found = (
        Actual.objects.filter(series__in=chosen, bucket__gte=since, bucket__lt=before)
        .order_by()
        .values_list("bucket")
        .annotate(Sum("ordered"), Sum("shipped"), Sum("cancelled"), demand=Sum(net))
    )
    return {month: ActualMonth(*map(float, sums)) for month, *sums in found}


def year_before(happened: Mapping[date, ActualMonth], months: Sequence[date]) -> FloatRow:
    """Return the demand of the same months a year earlier; NaN where that year is not over yet."""
    known_until = last_actual_month()
    earlier = [month_add(month, -12) for month in months]
    past = filled(earlier, {month: row.demand for month, row in happened.items()})
    past[[known_until is not None and month > known_until for month in earlier]] = np.nan
    return past


def row_last_consensus(cycle: Cycle, chosen: QuerySet[Series], months: Sequence[date]) -> FloatRow:
    """Return the consensus of the cycle before this one by month; NaN in months it did not plan."""
    before = cycle_before(cycle)
    version = snapshot_version(before) if before else None
    if before is None or version is None:
        return np.full(len(months), np.nan)
    kept = ForecastSnapshot.objects.filter(cycle=before, version=version, series__in=chosen).order_by()
    return filled(months, dict(kept.values_list("bucket").annotate(Sum("consensus"))), empty=np.nan)


def row_range(cycle: Cycle, series: Series, months: Sequence[date]) -> tuple[FloatRow, FloatRow]:
    """Return the baseline's 80 % range of one series by month, NaN where there is none; ranges do not add up."""
    held = Baseline.objects.filter(run__cycle=cycle, run__adopted=True, series=series)
    rows = {month: quantiles for month, *quantiles in held.values_list("bucket", "q0_1", "q0_9")}
    low, high = np.array([rows.get(month, (None, None)) for month in months], dtype=float).T
    return low, high


def filled(months: Iterable[date], values: Mapping[date, Any], empty: float = 0.0) -> FloatRow:
    """Return values in the order of months."""
    return np.array([float(values.get(month, empty)) for month in months])


def _changed(
    cycle: Cycle, chosen: QuerySet[Series], months: Sequence[date]
) -> dict[date, tuple[Decimal, Decimal, Decimal]]:
    """Return by month what sales, consensus and assumptions are above the baseline."""
    touched = set(
        Override.objects.filter(cycle=cycle, quantity__isnull=False, series__in=chosen)
        .order_by().values_list("series_id", flat=True).distinct()
    ) | set(
        AssumptionCell.objects.filter(cycle=cycle, series__in=chosen)
        .order_by().values_list("series_id", flat=True).distinct()
    )  # fmt: skip
    if not touched:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_SQL, {"cycle": cycle.pk, "ids": list(touched), "months": list(months)})
        return {month: (sales, consensus, added) for month, sales, consensus, added in cursor.fetchall()}
