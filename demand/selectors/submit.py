"""What still needs a reason before a territory can be submitted."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from demand.selectors.assumed import ASSUMED_SQL
from demand.selectors.grid import reason_threshold
from demand.selectors.series import layer_of, series_editable
from sop.models import Cycle, User

# Grouped by product: a person explains a product's change once, not cell by cell. A change counts against what the
# cell would be without it (the baseline; for a planner the rep's number with the assumptions in it), in percent of the
# month or in money at today's price.
MISSING_SQL = f"""
    with assumed as ({ASSUMED_SQL}), cell as (
        select o.series_id, o.bucket, o.quantity, coalesce(assumed.quantity, sales.quantity, b.mean) as below,
               d.product_id,
               (select p.price from sop_price p where p.product_id = d.product_id and p.valid_from <= o.bucket
                  and (p.customer_id = d.customer_id or p.customer_id is null)
                order by p.customer_id nulls last, p.valid_from desc limit 1) as price
        from demand_override o join demand_series d on d.id = o.series_id
        left join demand_baselinerun r on r.cycle_id = o.cycle_id and r.adopted
        left join demand_baseline b on b.run_id = r.id and b.series_id = o.series_id and b.bucket = o.bucket
        left join demand_override sales on o.layer = 'consensus' and sales.layer = 'sales'
             and sales.cycle_id = o.cycle_id and sales.series_id = o.series_id and sales.bucket = o.bucket
        left join assumed on o.layer = 'consensus' and assumed.series_id = o.series_id and assumed.bucket = o.bucket
        where o.cycle_id = %(cycle)s and o.layer = %(layer)s and o.reason = '' and o.quantity is not null
          and o.series_id = any(%(ids)s) and o.quantity <> coalesce(assumed.quantity, sales.quantity, b.mean, 0)
    )
    select p.id, p.name, array_agg(c.series_id), array_agg(c.bucket), sum(c.below), sum(c.quantity),
           sum((c.quantity - coalesce(c.below, 0)) * coalesce(c.price, 0))
    from cell c join sop_product p on p.id = c.product_id
    where abs(c.quantity - coalesce(c.below, 0)) > coalesce(c.below, 0) * %(percent)s / 100
       or abs(c.quantity - coalesce(c.below, 0)) * coalesce(c.price, 0) > %(money)s
    group by 1, 2 order by abs(sum((c.quantity - coalesce(c.below, 0)) * coalesce(c.price, 0))) desc
"""  # noqa: S608  (a constant of assumed.py)


@dataclass(frozen=True)
class Unexplained:
    """One product's changes without a reason: which cells, what they were and are, what they are worth."""

    product_id: int
    product: str
    cells: list[tuple[int, date]]
    was: Decimal
    now: Decimal
    value: Decimal

    @property
    def first(self) -> date:
        """Return the first month changed."""
        return min(bucket for _, bucket in self.cells)

    @property
    def last(self) -> date:
        """Return the last month changed."""
        return max(bucket for _, bucket in self.cells)


def reasons_missing(cycle: Cycle, user: User) -> list[Unexplained]:
    """Return this person's changes above the threshold that have no reason, dearest first."""
    percent, money = reason_threshold()
    ids = list(series_editable(user).values_list("pk", flat=True))
    params: dict[str, Any] = {
        "cycle": cycle.pk,
        "layer": layer_of(user),
        "ids": ids,
        "percent": percent,
        "money": money,
    }
    with connection.cursor() as cursor:
        cursor.execute(MISSING_SQL, params)
        return [
            Unexplained(pk, name, list(zip(series, buckets, strict=True)), was or Decimal(0), now, value)
            for pk, name, series, buckets, was, now, value in cursor.fetchall()
        ]
