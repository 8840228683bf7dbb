"""The layers of the demand plan as matrices (series x months), and their sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Max
from numpy.typing import NDArray

from demand.frames import DEMAND_SQL, FloatMatrix, month_matrix
from demand.models import Actual, BaselineRun, ForecastSnapshot
from demand.selectors.assumed import ASSUMED_SQL
from sop.engine.months import month_add, month_list
from sop.models import Cycle

BASELINE_SQL = """
    select b.series_id, b.bucket, b.{column}::float8 from demand_baseline b
    join demand_baselinerun r on r.id = b.run_id
    where r.cycle_id = %(cycle)s and r.adopted and b.series_id = any(%(ids)s)
"""
OVERRIDE_SQL = """
    select series_id, bucket, quantity::float8 from demand_override
    where cycle_id = %(cycle)s and layer = %(layer)s and series_id = any(%(ids)s)
"""
ASSUMED_MATRIX_SQL = f"""
    select series_id, bucket, quantity::float8 from ({ASSUMED_SQL}) assumed where series_id = any(%(ids)s)
"""  # noqa: S608  (a constant of assumed.py)
VERSION_SQL = """
    select series_id, bucket, version from demand_override
    where cycle_id = %(cycle)s and layer = %(layer)s and series_id = any(%(ids)s)
"""
ACTUAL_SQL = f"""
    select series_id, bucket, {DEMAND_SQL}::float8 from demand_actual
    where series_id = any(%(ids)s) and bucket >= %(first)s and bucket <= %(last)s
"""  # noqa: S608  (a constant of frames.py)
SHIPPED_SQL = """
    select series_id, bucket, shipped::float8 from demand_actual
    where series_id = any(%(ids)s) and bucket >= %(first)s and bucket <= %(last)s
"""
ORDERS_SQL = """
    select series_id, bucket, open_orders::float8 from demand_orderbook
    where series_id = any(%(ids)s) and open_orders > 0
"""
SNAPSHOT_SQL = """
    select s.series_id, s.bucket, s.consensus::float8 from demand_forecastsnapshot s
    where s.cycle_id = %(cycle)s and s.series_id = any(%(ids)s)
      and s.version = (select max(version) from demand_forecastsnapshot where cycle_id = %(cycle)s)
"""
MONTHS_SQL = """
    select month::date from generate_series(%(since)s::date, (select max(bucket) from demand_actual),
                                            interval '1 month') as month
    where exists (select from demand_actual where bucket = month::date and ordered > 0) order by 1
"""


@dataclass(frozen=True)
class Layers:
    """Every layer of one cycle for some series: matrices of base units, rows as `series_ids`, columns as `months`.

    `assumed` is sales with the assumptions in the number: the consensus where no planner wrote a number. `added` is
    what they add in the consensus, NaN where there is none and where a planner's number takes their place.
    """

    cycle: Cycle
    series_ids: Sequence[int]
    months: Sequence[date]
    baseline: FloatMatrix
    sales: FloatMatrix
    assumed: FloatMatrix
    consensus: FloatMatrix
    added: FloatMatrix

    @cached_property
    def naive(self) -> FloatMatrix:
        """Return the same month last year; read when asked for, which most screens do not."""
        params: dict[str, Any] = {"cycle": self.cycle.pk, "ids": list(self.series_ids)}
        sql = BASELINE_SQL.format(column="naive")
        return month_matrix(sql, params, series_ids=self.series_ids, months=self.months)


def plan_months(cycle: Cycle) -> list[date]:
    """Return the months this cycle plans."""
    return month_list(cycle.bucket, cycle.horizon_months)


def layers(cycle: Cycle, *, series_ids: Sequence[int]) -> Layers:
    """Return all layers; a later layer takes the earlier one's number wherever nobody changed it.

    The consensus is the planner's number where there is one, else sales with the assumptions in the number.
    """
    months = plan_months(cycle)

    def read(sql: str, **more: object) -> FloatMatrix:
        params = {"cycle": cycle.pk, "ids": list(series_ids)} | more
        return month_matrix(sql, params, series_ids=series_ids, months=months)

    baseline = np.nan_to_num(read(BASELINE_SQL.format(column="mean")))
    sales = _over(read(OVERRIDE_SQL, layer="sales"), baseline)
    assumed, planned = read(ASSUMED_MATRIX_SQL), read(OVERRIDE_SQL, layer="consensus")
    added = np.where(np.isnan(planned), assumed - sales, np.nan)
    assumed = _over(assumed, sales)
    return Layers(cycle, series_ids, months, baseline, sales, assumed, _over(planned, assumed), added)


def versions(cycle: Cycle, *, series_ids: Sequence[int], layer: str) -> NDArray[np.int64]:
    """Return each cell's version in a layer, 0 where nobody ever changed it."""
    params: dict[str, Any] = {"cycle": cycle.pk, "layer": layer, "ids": list(series_ids)}
    matrix = month_matrix(VERSION_SQL, params, series_ids=series_ids, months=plan_months(cycle))
    return np.nan_to_num(matrix).astype(np.int64)


def demand_actual(*, series_ids: Sequence[int], months: Sequence[date]) -> FloatMatrix:
    """Return what customers asked for, 0 where nothing came."""
    return np.nan_to_num(_actual(ACTUAL_SQL, series_ids, months))


def shipped_actual(*, series_ids: Sequence[int], months: Sequence[date]) -> FloatMatrix:
    """Return what was shipped, 0 where nothing went."""
    return np.nan_to_num(_actual(SHIPPED_SQL, series_ids, months))


def last_year(*, series_ids: Sequence[int], months: Sequence[date]) -> FloatMatrix:
    """Return the demand of the same months a year earlier; NaN where that year is not over yet."""
    earlier = [month_add(month, -12) for month in months]
    known_until = last_actual_month()
    matrix = demand_actual(series_ids=series_ids, months=earlier)
    if known_until is not None:
        matrix[:, [month > known_until for month in earlier]] = np.nan
    return matrix


def open_orders(*, series_ids: Sequence[int], months: Sequence[date]) -> FloatMatrix:
    """Return what customers have on order by the month they asked for; NaN where nothing is."""
    return month_matrix(ORDERS_SQL, {"ids": list(series_ids)}, series_ids=series_ids, months=months)


def last_consensus(cycle: Cycle, *, series_ids: Sequence[int]) -> FloatMatrix:
    """Return the consensus of the cycle before this one; NaN where it planned nothing."""
    before = Cycle.objects.filter(bucket__lt=cycle.bucket).order_by("-bucket").first()
    months = plan_months(cycle)
    if before is None:
        return np.full((len(series_ids), len(months)), np.nan)
    params: dict[str, Any] = {"cycle": before.pk, "ids": list(series_ids)}
    return month_matrix(SNAPSHOT_SQL, params, series_ids=series_ids, months=months)


def last_actual_month(before: date | None = None) -> date | None:
    """Return the last month (before one, if given) anything was ordered in; later ones may hold shipments only."""
    found = Actual.objects.filter(ordered__gt=0)
    if before is not None:
        found = found.filter(bucket__lt=before)
    return found.order_by("-bucket").values_list("bucket", flat=True).first()


def months_with_actuals(since: date) -> list[date]:
    """Return the months from `since` on in which anything was ordered, in order.

    Asked month by month, which takes one look at the index each; the months of half a million rows take a tenth of a
    second to tell apart.
    """
    with connection.cursor() as cursor:
        cursor.execute(MONTHS_SQL, {"since": since})
        return [month for (month,) in cursor.fetchall()]


def snapshot_version(cycle: Cycle) -> int | None:
    """Return the latest version of the layers kept when gather demand closed, None before that."""
    version: int | None = ForecastSnapshot.objects.filter(cycle=cycle).aggregate(version=Max("version"))["version"]
    return version


def adopted_run(cycle: Cycle) -> BaselineRun | None:
    """Return the baseline everybody works on, None before the first run."""
    return BaselineRun.objects.filter(cycle=cycle, adopted=True).first()


def _actual(sql: str, series_ids: Sequence[int], months: Sequence[date]) -> FloatMatrix:
    if not months:
        return np.zeros((len(series_ids), 0))
    params: dict[str, Any] = {"ids": list(series_ids), "first": months[0], "last": months[-1]}
    return month_matrix(sql, params, series_ids=series_ids, months=months)


def _over(changed: FloatMatrix, below: FloatMatrix) -> FloatMatrix:
    return np.where(np.isnan(changed), below, changed)
