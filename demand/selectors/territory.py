"""Territories of a cycle: who is how far, and what each changed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from sop.models import Cycle

TERRITORY_SQL = """
    with plan as (
        select c.owner_id, sum(b.mean) as baseline, sum(coalesce(o.quantity, b.mean)) as sales,
               count(o.id) filter (where o.quantity is not null and o.quantity <> b.mean) as changed,
               count(o.id) filter (where o.quantity is not null and o.quantity <> b.mean
                                     and o.reason = '') as unexplained
        from demand_baseline b
        join demand_baselinerun r on r.id = b.run_id and r.adopted and r.cycle_id = %(cycle)s
        join demand_series d on d.id = b.series_id and d.active
        join sop_customer c on c.id = d.customer_id
        left join demand_override o on o.cycle_id = %(cycle)s and o.layer = 'sales'
             and o.series_id = b.series_id and o.bucket = b.bucket
        group by 1
    )
    select u.name, p.state, p.submitted_at, p.late, coalesce(t.baseline, 0), coalesce(t.sales, 0),
           coalesce(t.changed, 0), coalesce(t.unexplained, 0)
    from sop_stepprogress p join sop_cyclestep s on s.id = p.step_id and s.kind = 'gather' and s.cycle_id = %(cycle)s
    join sop_user u on u.id = p.user_id left join plan t on t.owner_id = p.user_id
    order by p.state, u.name
"""


@dataclass(frozen=True)
class Territory:
    """One person's part of gather demand, whole horizon in base units."""

    name: str
    state: str
    submitted_at: datetime | None
    late: bool
    baseline: Decimal
    sales: Decimal
    changed: int
    unexplained: int

    @property
    def change(self) -> float | None:
        """Return the change against the baseline as a share; None without a baseline."""
        return float(self.sales / self.baseline - 1) if self.baseline else None


def territories(cycle: Cycle) -> list[Territory]:
    """Return everybody's part of the step."""
    with connection.cursor() as cursor:
        cursor.execute(TERRITORY_SQL, {"cycle": cycle.pk})
        return [Territory(*row) for row in cursor.fetchall()]
