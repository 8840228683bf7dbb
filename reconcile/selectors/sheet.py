"""The family sheet: demand, supply, inventory and money of one family or all, month by month."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from reconcile.models import ScenarioRun

# Every sum the sheet and the comparisons show, over the lines of one scenario run.
SUMS = """
    sum(l.demand) as demand, sum(l.receipts) as receipts, sum(l.shipped) as shipped, sum(l.lost) as lost,
    sum(l.closing) as closing, sum(l.safety_stock) as safety_stock, sum(l.revenue) as revenue, sum(l.cogs) as cogs,
    sum(l.inventory_value) as inventory_value, sum(l.purchases_value) as purchases_value, sum(l.carrying) as carrying,
    sum(l.lost_revenue) as lost_revenue, sum(l.lost_margin) as lost_margin
"""


@dataclass(frozen=True)
class SheetMonth:
    """One month of the family sheet, base units and plan currency."""

    bucket: date
    demand: float
    receipts: float
    shipped: float
    lost: float
    closing: float
    safety_stock: float
    revenue: float
    cogs: float
    inventory_value: float
    purchases_value: float
    carrying: float
    lost_revenue: float
    lost_margin: float
    budget: float | None = None  # revenue; None where none was brought in

    @property
    def budget_gap(self) -> float | None:
        """Return revenue above budget, negative below; None without a budget."""
        return None if self.budget is None else self.revenue - self.budget

    @property
    def margin_share(self) -> float | None:
        """Return gross margin as a share of revenue; None without revenue."""
        return (self.revenue - self.cogs) / self.revenue if self.revenue else None


def family_sheet(run: ScenarioRun, family_id: int | None) -> list[SheetMonth]:
    """Return one family's months (all families when None) in order."""
    sql = f"""
        with planned as (
            select l.bucket, {SUMS} from reconcile_scenarioline l
            join supply_stockitem i on i.id = l.item_id join sop_product p on p.id = i.product_id
            where l.run_id = %(run)s and (%(family)s::bigint is null or p.family_id = %(family)s) group by l.bucket
        )
        select planned.*, (
            select sum(revenue) from sop_budget b
            where b.bucket = planned.bucket and (%(family)s::bigint is null or b.family_id = %(family)s)
        ) as budget
        from planned order by bucket
    """  # noqa: S608  (SUMS is the constant above)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"run": run.pk, "family": family_id})
        names = [field.name for field in fields(SheetMonth)]
        return [_sheet_month(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _sheet_month(row: dict[str, Any]) -> SheetMonth:
    facts: dict[str, Any] = {name: float(v) if isinstance(v, Decimal) else v for name, v in row.items()}
    return SheetMonth(**facts)
