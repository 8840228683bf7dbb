"""How a person's numbers turned out: what was asked in finished cycles, held against what was ordered."""

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
from sop.models import Cycle, User

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
