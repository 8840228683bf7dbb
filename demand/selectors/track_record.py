"""How a person's numbers turned out: what was asked in finished cycles, held against what was ordered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from demand.frames import DEMAND_SQL
from demand.models import Series
from demand.selectors.layers import months_with_actuals
from demand.selectors.series import layer_of, series_editable
from sop.engine.months import month_add
from sop.models import Cycle, Family, User

MONTHS_BACK = 12
LAG_MAX = 3  # months from the cycle to the month; what was said a year ahead is nobody's record

# A month counts once for every cycle that planned it: the same number repeated three times was wrong three times.
# Which months of which cycles count is settled first, or the database asks for the latest version row by row.
RECORD_SQL = f"""
    with past as materialized (
        select c.id, c.bucket, (select max(version) from demand_forecastsnapshot v where v.cycle_id = c.id) as version
        from sop_cycle c where c.bucket < %(now)s
    ), said as materialized (
        select p.id as cycle_id, p.version, month as bucket from past p, unnest(%(months)s::date[]) as month
        where month >= p.bucket and month < p.bucket + make_interval(months => %(lag)s)
    ), cell as (
        select s.bucket, s.baseline, s.{{layer}} as own, coalesce({DEMAND_SQL}, 0) as actual
        from said join demand_forecastsnapshot s using (cycle_id, version, bucket)
        join unnest(%(ids)s::bigint[]) as mine(id) on mine.id = s.series_id
        left join demand_actual a on a.series_id = s.series_id and a.bucket = s.bucket
    )
    select coalesce(sum(own), 0), coalesce(sum(baseline), 0), coalesce(sum(actual), 0),
           min(bucket), max(bucket), count(*) filter (where own <> baseline),
           count(*) filter (where abs(own - actual) < abs(baseline - actual))
    from cell
"""  # noqa: S608  (a constant of frames.py and a layer's name)


@dataclass(frozen=True)
class TrackRecord:
    """What one person asked for and what was ordered, summed over months (base units)."""

    family: str  # empty = all families
    first: date
    last: date
    asked: float
    baseline: float
    actual: float
    changed: int  # cells where the person's number left the baseline
    helped: int  # of these, nearer to what was ordered than the baseline

    @property
    def bias(self) -> float | None:
        """Return (asked - actual) / actual, plus = asked for too much; None where nothing was ordered."""
        return (self.asked - self.actual) / self.actual if self.actual > 0 else None

    @property
    def baseline_bias(self) -> float | None:
        """Return the same of the baseline."""
        return (self.baseline - self.actual) / self.actual if self.actual > 0 else None


def track_record(cycle: Cycle, user: User, chosen: QuerySet[Series], *, family: str) -> TrackRecord | None:
    """Return how this person's own numbers for `chosen` series turned out; None without own series or past cycles."""
    own = series_editable(user).filter(pk__in=chosen)
    ids = list(own.values_list("pk", flat=True))
    months = [month for month in months_with_actuals(month_add(cycle.bucket, -MONTHS_BACK)) if month < cycle.bucket]
    if not ids or not months:
        return None
    params: dict[str, Any] = {"ids": ids, "months": months, "now": cycle.bucket, "lag": LAG_MAX}
    with connection.cursor() as cursor:
        cursor.execute(RECORD_SQL.format(layer=layer_of(user)), params)
        asked, baseline, actual, first, last, changed, helped = cursor.fetchone()
    if first is None:
        return None
    return TrackRecord(family, first, last, float(asked), float(baseline), float(actual), changed, helped)


# The same for many people and families at once, of each cycle's last snapshot and its first months.
RECORDS_SQL = f"""
    with pair as (
        select * from unnest(%(people)s::bigint[], %(families)s::bigint[]) as p(person_id, family_id)
    ), own as materialized (
        select p.person_id, p.family_id, d.id as series_id from pair p
        join sop_customer c on c.owner_id = p.person_id
        join sop_product q on q.family_id = p.family_id
        join demand_series d on d.active and d.customer_id = c.id and d.product_id = q.id
    ), cell as (
        select o.person_id, o.family_id, s.bucket, s.baseline, s.sales as own,
               coalesce({DEMAND_SQL}, 0) as actual
        from own o
        cross join unnest(%(cycles)s::bigint[], %(versions)s::int[], %(buckets)s::date[])
             as k(cycle_id, version, bucket)
        cross join lateral (  -- cell by cell through the index: the whole table is a hundred times what is asked for
            select bucket, baseline, sales, series_id from demand_forecastsnapshot s
            where s.cycle_id = k.cycle_id and s.version = k.version and s.series_id = o.series_id
              and s.bucket = k.bucket offset 0
        ) s
        left join demand_actual a on a.series_id = s.series_id and a.bucket = s.bucket
    )
    select person_id, family_id, sum(own), sum(baseline), sum(actual), min(bucket), max(bucket),
           count(*) filter (where own <> baseline),
           count(*) filter (where abs(own - actual) < abs(baseline - actual))
    from cell group by 1, 2
"""  # noqa: S608  (a constant of frames.py)


def track_records(cycle: Cycle, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], TrackRecord]:
    """Return how sales numbers turned out by (person, family), in one query; pairs without a past are absent."""
    said = _said(cycle)
    if not pairs or not said:
        return {}
    names = dict(Family.objects.filter(pk__in={family for _, family in pairs}).values_list("pk", "name"))
    params: dict[str, Any] = {
        "people": [person for person, _ in pairs],
        "families": [family for _, family in pairs],
        "cycles": [cycle_id for cycle_id, _, _ in said],
        "versions": [version for _, version, _ in said],
        "buckets": [bucket for _, _, bucket in said],
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORDS_SQL, params)
        return {
            (person, family): TrackRecord(
                names[family], first, last, float(own), float(baseline), float(actual), changed, helped
            )
            for person, family, own, baseline, actual, first, last, changed, helped in cursor.fetchall()
        }


# Series by series first: rows of whole cycles are then joined once. Floats, as decimals take three times as long.
BIASES_SQL = f"""
    with series as (
        select s.series_id, sum(s.sales::float8) as own, sum(coalesce({DEMAND_SQL}, 0)::float8) as actual
        from unnest(%(cycles)s::bigint[], %(versions)s::int[], %(buckets)s::date[]) as k(cycle_id, version, bucket)
        join demand_forecastsnapshot s using (cycle_id, version, bucket)
        left join demand_actual a on a.series_id = s.series_id and a.bucket = s.bucket group by 1
    )
    select c.owner_id, q.family_id, (sum(own) - sum(actual)) / sum(actual)
    from series join demand_series d on d.id = series.series_id and d.active
    join sop_customer c on c.id = d.customer_id and c.owner_id is not null
    join sop_product q on q.id = d.product_id
    group by 1, 2 having sum(actual) > 0
"""  # noqa: S608  (a constant of frames.py)


def sales_biases(cycle: Cycle) -> dict[tuple[int, int], float]:
    """Return the bias of sales numbers of every (person, family) with a past: `TrackRecord.bias` of all at once."""
    said = _said(cycle)
    if not said:
        return {}
    cycles, versions, buckets = (list(column) for column in zip(*said, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(BIASES_SQL, {"cycles": cycles, "versions": versions, "buckets": buckets})
        return {(person, family): bias for person, family, bias in cursor.fetchall()}


def _said(cycle: Cycle) -> list[tuple[int, int, date]]:
    """Return which months of which earlier cycles count: cycle, its last version, month."""
    months = [month for month in months_with_actuals(month_add(cycle.bucket, -MONTHS_BACK)) if month < cycle.bucket]
    return [
        (cycle_id, version, month)
        for cycle_id, begins, version in _snapshots_kept(cycle)
        for month in months
        if begins <= month < month_add(begins, LAG_MAX)
    ]


def _snapshots_kept(cycle: Cycle) -> list[tuple[int, date, int]]:
    """Return the cycles before this one that say something of the months looked at: id, first month, last version."""
    sql = """
        select * from (
            select c.id, c.bucket, (select max(version) from demand_forecastsnapshot s where s.cycle_id = c.id) as last
            from sop_cycle c where c.bucket < %s and c.bucket >= %s
        ) cycle where last is not null
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [cycle.bucket, month_add(cycle.bucket, -MONTHS_BACK - LAG_MAX)])
        return list(cursor.fetchall())
