"""The risk of a run: drawn beside its plan, one row per stock item and month."""

from typing import TYPE_CHECKING, Any

import numpy as np

from supply.frames import SupplyInputs
from supply.models import Sourcing, StockItem

if TYPE_CHECKING:
    from supply.engine.plan import SupplyPlan

RISK_COLUMNS = (
    *("run_id", "item_id", "bucket", "demand", "stockout", "late_units", "lost_units", "lost_value", "draws"),
)
DRAWN = ("demand", "stockout", "late", "lost", "lost_value")


def risk_rows(run_id: int, inputs: SupplyInputs, plan: "SupplyPlan") -> list[tuple[Any, ...]]:
    """Return one row per stock item and month in the order of RISK_COLUMNS; the same plan gives the same rows."""
    from supply.engine.risk import risk_of  # noqa: PLC0415  (engines load in workers only)
    from supply.engine.risk_draws import RiskRule  # noqa: PLC0415

    rule, ids = RiskRule(), inputs.item_ids
    places = dict(StockItem.objects.filter(pk__in=ids).values_list("pk", "location_id"))
    lanes = Sourcing.objects.filter(item__in=ids).order_by("share", "-pk").values_list("item_id", "supplier_id")
    sources = dict(lanes)  # the largest share comes last and stays
    risk = risk_of(
        plan,
        rule,
        location=np.array([places[item] for item in ids]),
        supplier=np.array([sources.get(item, 0) for item in ids]),
    )
    items = np.repeat(ids, len(inputs.months)).tolist()
    columns = (getattr(risk, name).ravel().round(6).tolist() for name in DRAWN)
    rows = zip(items, inputs.months * len(ids), *columns, strict=True)
    return [(run_id, *row, rule.draws) for row in rows]
