"""The risk of a run: drawn beside its plan, one row per stock item and month, summed by family."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection

from sop.models import Family
from supply.frames import SupplyInputs
from supply.models import RiskGroup, Sourcing, StockItem, SupplyRun

if TYPE_CHECKING:
    from supply.engine.plan import SupplyPlan

RISK_COLUMNS = (
    *("run_id", "item_id", "bucket", "demand", "stockout", "late_units", "late_bar", "fill_bar"),
    *("lost_units", "lost_value", "draws"),
)
DRAWN = ("demand", "stockout", "late", "late_bar", "fill_bar", "lost", "lost_value")

# The bar of a share that was hit is known; where nothing was seen, or always, the sum says so as a whole.
GROUPS_SQL = """
    insert into supply_riskgroup (run_id, family_id, location_id, abc, bucket, items, stockouts, stockouts_bar, demand,
        late_units, late_bar, lost_units, lost_bar, lost_value, value_bar, draws)
    select r.run_id, p.family_id, i.location_id, p.abc, r.bucket, count(*) filter (where r.demand > 0),
        sum(r.stockout), sum(1.96 * sqrt(r.stockout * (1 - r.stockout) / r.draws)), sum(r.demand), sum(r.late_units),
        sum(case when r.late_units > 0 then r.fill_bar * r.demand else 0 end), sum(r.lost_units),
        sum(case when r.late_units > 0 then r.late_bar * r.lost_units / r.late_units else 0 end), sum(r.lost_value),
        sum(case when r.late_units > 0 then r.late_bar * r.lost_value / r.late_units else 0 end), max(r.draws)
    from supply_supplyrisk r join supply_stockitem i on i.id = r.item_id join sop_product p on p.id = i.product_id
    where r.run_id = %(run)s and p.family_id = any(%(families)s)
    group by r.run_id, p.family_id, i.location_id, p.abc, r.bucket
"""


def risk_rows(run: SupplyRun, inputs: SupplyInputs, plan: "SupplyPlan") -> list[tuple[Any, ...]]:
    """Return one row per stock item and month in the order of RISK_COLUMNS; the same plan gives the same rows."""
    from supply.engine.risk import risk_of  # noqa: PLC0415  (engines load in workers only)
    from supply.engine.risk_draws import RiskRule  # noqa: PLC0415

    ids = inputs.item_ids
    places = dict(StockItem.objects.filter(pk__in=ids).values_list("pk", "location_id"))
    lanes = Sourcing.objects.filter(item__in=ids).order_by("share", "-pk").values_list("item_id", "supplier_id")
    sources = dict(lanes)  # the largest share comes last and stays
    risk = risk_of(
        plan,
        RiskRule(draws=run.draws),
        location=np.array([places[item] for item in ids]),
        supplier=np.array([sources.get(item, 0) for item in ids]),
    )
    months = len(inputs.months)
    items, draws = (np.repeat(each, months).tolist() for each in (ids, risk.draws.astype(int)))
    columns = (np.nan_to_num(getattr(risk, name)).ravel().round(6).tolist() for name in DRAWN)
    rows = zip(items, inputs.months * len(ids), *columns, draws, strict=True)
    return [(run.pk, *row) for row in rows]


def risk_groups_sum(run: SupplyRun, item_ids: Sequence[int] | None = None) -> None:
    """Add up what is written by family, class and location; where items are named, of their families only."""
    families = (
        Family.objects.filter(products__stock_items__in=item_ids) if item_ids is not None else Family.objects.all()
    )
    ids = list(families.values_list("pk", flat=True).distinct())
    RiskGroup.objects.filter(run=run, family__in=ids).delete()
    with connection.cursor() as cursor:
        cursor.execute(GROUPS_SQL, {"run": run.pk, "families": ids})
