"""Key figures of a plan by any grouping; every ratio is made from summed parts, never averaged."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, IntArray, Labels
from supply.engine.cover import cover_after
from supply.engine.plan import SupplyPlan

# Rows of the plan that add up over items; "closing", "backlog", "value", "tied_up" stand at a month's end.
SUMMED = (
    *("demand", "shipped", "on_time", "lost", "backlog", "closing", "safety_stock", "firm_receipts"),
    *("planned_receipts", "releases", "revenue", "cogs", "gross_margin", "carrying", "purchases", "value"),
    *("average_value", "tied_up", "lost_value", "lost_margin"),
)


def fill_rate(on_time: ArrayLike, demand: ArrayLike) -> Array:
    """Return the share of demand shipped from stock when wanted; NaN without demand. Arrays of one shape."""
    return ratio(on_time, demand)


def margin_rate(gross_margin: ArrayLike, revenue: ArrayLike) -> Array:
    """Return gross margin as a share of revenue; NaN without revenue."""
    return ratio(gross_margin, revenue)


def turns(cogs: ArrayLike, average_value: ArrayLike, months: float = 12.0) -> Array:
    """Return how often stock turns over in a year: yearly cost of goods sold / average stock value; NaN without."""
    return ratio(np.asarray(cogs, dtype=np.float64) * 12.0 / months, average_value)


def ratio(part: ArrayLike, whole: ArrayLike) -> Array:
    """Return part / whole, NaN where there is no whole."""
    above, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    some = below > 0
    return np.where(some, above / np.where(some, below, 1.0), np.nan)


def kpi_by(plan: SupplyPlan, labels: Labels) -> pd.DataFrame:
    """Return the key figures by label and month; labels: one per item (family, supplier, location, "").

    Columns: label, month, bucket, the rows of the plan summed over items (SUMMED), excess (units), excess_value,
    fill_rate, margin_rate, cover_months (of summed stock against summed demand; NaN: never runs out).
    """
    names, group = np.unique(labels, return_inverse=True)
    months, per_month = plan.problem.months, plan.problem.steps_per_month
    table = pd.DataFrame(
        {
            "label": np.repeat(names, months),
            "month": np.tile(np.arange(months), len(names)),
            "bucket": np.tile(plan.problem.buckets.astype("datetime64[ns]"), len(names)),
        }
    )
    for row in SUMMED:
        table[row] = _summed(getattr(plan.months, row), group, len(names)).ravel()
    table["excess"] = _summed(plan.excess, group, len(names)).ravel()
    table["excess_value"] = _summed(excess_value(plan), group, len(names)).ravel()
    table["fill_rate"] = fill_rate(table["on_time"], table["demand"])
    table["margin_rate"] = margin_rate(table["gross_margin"], table["revenue"])
    ends = np.arange(1, months + 1) * per_month - 1
    closing, demand = _summed(plan.months.closing, group, len(names)), _summed(plan.demand, group, len(names))
    tail = demand[:, -12 * per_month :].mean(axis=1)
    table["cover_months"] = (cover_after(closing, demand, ends, tail) / per_month).ravel()
    return table


def kpi_totals(plan: SupplyPlan) -> dict[str, float]:
    """Return the key figures of the whole plan over its horizon (NaN where there is nothing to divide by).

    Units: demand, shipped, lost, backlog (at the end). Money: revenue, cogs, gross_margin, carrying, goodwill,
    economic_margin (gross margin - carrying - goodwill), purchases, closing_value, average_value, peak_value,
    peak_tied_up, average_tied_up, lost_value, lost_margin, peak_excess_value. Ratios: margin_rate, fill_rate, turns.
    """
    months = plan.months
    value, tied_up = months.value.sum(axis=0), months.tied_up.sum(axis=0)
    total = {row: float(getattr(months, row).sum()) for row in ("demand", "shipped", "lost", "revenue", "cogs")}
    total |= {row: float(getattr(months, row).sum()) for row in ("carrying", "purchases", "lost_value", "lost_margin")}
    gross_margin = total["revenue"] - total["cogs"]
    goodwill = float((months.lost * plan.problem.goodwill[:, None]).sum())
    average_value = float(months.average_value.sum(axis=0).mean())
    return total | {
        "backlog": float(months.backlog[:, -1].sum()),
        "gross_margin": gross_margin,
        "goodwill": goodwill,
        "economic_margin": gross_margin - total["carrying"] - goodwill,
        "closing_value": float(value[-1]),
        "average_value": average_value,
        "peak_value": float(value.max()),
        "peak_tied_up": float(tied_up.max()),
        "average_tied_up": float(tied_up.mean()),
        "peak_excess_value": float(excess_value(plan).sum(axis=0).max()),
        "margin_rate": float(margin_rate(gross_margin, total["revenue"])),
        "fill_rate": float(fill_rate(months.on_time.sum(), total["demand"])),
        "turns": float(turns(total["cogs"], average_value, plan.problem.months)),
    }


def excess_value(plan: SupplyPlan) -> Array:
    """Return what the excess of each item and month cost, at its average cost, items x months [money]."""
    closing = plan.months.closing
    some = closing > 0
    return plan.excess * np.where(some, plan.months.value / np.where(some, closing, 1.0), 0.0)


def _summed(values: Array, group: IntArray, groups: int) -> Array:
    """Return values summed over the items of each group, groups x periods."""
    total = np.zeros((groups, values.shape[1]))
    np.add.at(total, group, values)
    return total
