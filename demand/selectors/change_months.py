"""One person's change of one product, month by month."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from sop.models import Cycle, User

MONTHS_SQL = """
    select b.bucket, sum(b.mean), sum(coalesce(o.quantity, b.mean))
    from demand_baseline b
    join demand_baselinerun r on r.id = b.run_id and r.adopted and r.cycle_id = %(cycle)s
    join demand_series d on d.id = b.series_id and d.active and d.product_id = %(product)s
    join sop_customer c on c.id = d.customer_id
    left join demand_override o on o.cycle_id = %(cycle)s and o.layer = 'sales'
         and o.series_id = b.series_id and o.bucket = b.bucket
    where coalesce(c.owner_id, o.changed_by_id) = %(person)s
    group by 1 order by 1
"""


@dataclass(frozen=True)
class ChangeMonth:
    """One month of a product in one person's customers, base units."""

    bucket: date
    baseline: Decimal
    sales: Decimal

    @property
    def units(self) -> Decimal:
        """Return the change."""
        return self.sales - self.baseline

    @property
    def share(self) -> float | None:
        """Return the change against the baseline as a share; None without a baseline."""
        return float(self.sales / self.baseline - 1) if self.baseline else None


def change_months(cycle: Cycle, person: User, product_id: int) -> list[ChangeMonth]:
    """Return the plan's months of a product in a person's customers."""
    params: dict[str, Any] = {"cycle": cycle.pk, "person": person.pk, "product": product_id}
    with connection.cursor() as cursor:
        cursor.execute(MONTHS_SQL, params)
        return [ChangeMonth(*row) for row in cursor.fetchall()]
