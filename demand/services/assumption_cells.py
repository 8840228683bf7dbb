"""What running assumptions give every cell of a cycle: calculated whole whenever what it follows from changes."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection, transaction

from demand.constants import RUNNING
from demand.models import Assumption, AssumptionCell, AssumptionSum, BaselineRun
from demand.selectors.layers import plan_months
from sop.models import Cycle
from sop.services.table import rows_copy, statistics_refresh

MANY_CELLS = 5_000  # from here on the queries that follow need fresh statistics
COLUMNS = ("cycle_id", "assumption_id", "series_id", "bucket", "state", "quantity")

# Every cell the assumptions reach: all that is named must fit at once; only active series, only months of the plan.
REACHED_SQL = """
    select a.id, a.state, a.quantity, a.percent, a.successor_id, s.id as series_id, s.customer_id, s.location_id,
           m.bucket, p.whole_units, coalesce(b.mean, 0) as mean
    from demand_assumption a
    join demand_series s on s.active and s.product_id = coalesce(a.product_id, s.product_id)
         and s.customer_id = coalesce(a.customer_id, s.customer_id)
    join sop_product p on p.id = s.product_id and p.family_id = coalesce(a.family_id, p.family_id)
    cross join lateral (select generate_series(greatest(a.first_bucket, %(first)s), least(a.last_bucket, %(last)s),
                                               interval '1 month')::date) as m(bucket)
    left join demand_baselinerun r on r.cycle_id = %(cycle)s and r.adopted
    left join demand_baseline b on b.run_id = r.id and b.series_id = s.id and b.bucket = m.bucket
    where a.id = any(%(ids)s)
"""
# A percent stays a percent; what a discontinued product's baseline held goes to its successor at the same place.
PERCENT_SQL = f"""
    with reached as ({REACHED_SQL})
    insert into demand_assumptioncell (cycle_id, assumption_id, series_id, bucket, state, quantity, percent)
    select %(cycle)s, id, series_id, bucket, state, null, percent from reached where percent is not null
    union all
    select %(cycle)s, reached.id, s.id, bucket, state, mean, null from reached
    join demand_series s on s.active and s.product_id = reached.successor_id
         and s.customer_id = reached.customer_id and s.location_id = reached.location_id
    where percent is not null and mean > 0
    order by 2, 3, 4
"""  # noqa: S608  (the text above)
QUANTITY_SQL = f"""
    with reached as ({REACHED_SQL})
    select id, state, quantity, series_id, bucket, whole_units, mean::float8 from reached
    where quantity is not null order by id, bucket, series_id
"""  # noqa: S608  (the text above)

# What the cells give each series from the baseline they were shared out by.
SUMS_SQL = """
    insert into demand_assumptionsum (cycle_id, assumption_id, series_id, state, cells, units)
    select c.cycle_id, c.assumption_id, c.series_id, c.state, count(*),
           sum(coalesce(c.quantity, coalesce(b.mean, 0) * c.percent / 100))
    from demand_assumptioncell c
    left join demand_baselinerun r on r.cycle_id = c.cycle_id and r.adopted
    left join demand_baseline b on b.run_id = r.id and b.series_id = c.series_id and b.bucket = c.bucket
    where c.cycle_id = %(cycle)s and c.assumption_id = any(%(ids)s)
    group by 1, 2, 3, 4
"""


@transaction.atomic
def cells_write(cycle: Cycle, assumption_ids: Sequence[int] | None = None) -> int:
    """Write anew what running assumptions (all, unless named) give this cycle's cells; return how many cells.

    One writer at a time: the rows of the cycle's baseline runs are the lock, which adopting a baseline takes as well,
    so that no quantity stays shared out by a baseline that was replaced at the same moment.
    """
    list(BaselineRun.objects.select_for_update(no_key=True).filter(cycle=cycle).order_by("pk").values_list("pk"))
    chosen = Assumption.objects.all() if assumption_ids is None else Assumption.objects.filter(pk__in=assumption_ids)
    for table in (AssumptionCell, AssumptionSum):
        old = table.objects.filter(cycle=cycle)
        (old if assumption_ids is None else old.filter(assumption_id__in=assumption_ids)).delete()
    months = plan_months(cycle)
    params: dict[str, Any] = {
        "cycle": cycle.pk,
        "first": months[0],
        "last": months[-1],
        "ids": list(chosen.filter(state__in=RUNNING).values_list("pk", flat=True)),
    }
    if not params["ids"]:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(PERCENT_SQL, params)
        count = int(cursor.rowcount)
        cursor.execute(QUANTITY_SQL, params)
        reached = cursor.fetchall()
    if reached:
        count += rows_copy(AssumptionCell, COLUMNS, _parts(cycle, reached))
    if count > MANY_CELLS:
        statistics_refresh(AssumptionCell)
    with connection.cursor() as cursor:
        cursor.execute(SUMS_SQL, params)
    if count > MANY_CELLS:
        statistics_refresh(AssumptionSum)
    return count


def _parts(
    cycle: Cycle, reached: Sequence[tuple[int, str, Decimal, int, date, bool, float]]
) -> Iterator[tuple[int, int, int, date, str, float]]:
    """Yield a row for each cell that gets a part; `reached` is in order of assumption and month."""
    from demand.engine.assumption import assumption_parts  # noqa: PLC0415  (engines load where they are used)

    ids, states, quantities, series, buckets, whole, weights = zip(*reached, strict=True)
    keys = list(zip(ids, buckets, strict=True))
    number = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    totals = {key: float(quantity) for key, quantity in zip(keys, quantities, strict=True)}
    groups = np.array([number[key] for key in keys])
    parts = assumption_parts([totals[key] for key in number], weights, whole=np.array(whole), groups=groups)
    for at in np.flatnonzero(parts):
        yield (cycle.pk, ids[at], series[at], buckets[at], states[at], float(parts[at]))
