"""Finished figures of reconcile."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sop.figures import Figure, bar_trace, figure, line_trace, mark_trace

if TYPE_CHECKING:
    from reconcile.selectors.sheet import SheetMonth


def sheet_figure(months: Sequence["SheetMonth"]) -> Figure:
    """Return demand and receipts as bars, inventory and safety stock as lines, shortages as marks, base units."""
    at = [month.bucket for month in months]
    short = [-month.lost if month.lost > 0 else float("nan") for month in months]
    return figure(
        [
            bar_trace("Demand", at, [month.demand for month in months], "accent"),
            bar_trace("Supply", at, [month.receipts for month in months], "accent-soft"),
            line_trace("Projected inventory", at, [month.closing for month in months], "ink"),
            line_trace("Safety stock", at, [month.safety_stock for month in months], "muted", dash="dash", width=1.5),
            mark_trace("Short", at, short, "short", "triangle-down"),
        ]
    )
