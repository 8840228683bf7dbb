"""The chart of a supplier: days of each receipt over its order date, regimes as levels, what was assumed as steps."""

from datetime import date
from typing import Any

import numpy as np

from sop.figures import figure, line_trace, mark_trace
from supply.models import LeadTimeAssumption
from supply.selectors.measured import Measured

MOST_MARKS = 1500  # more of them are a blot and a slow page; then one mark a day of orders, their median


def supplier_figure(until: date, measured: Measured, assumptions: list[LeadTimeAssumption]) -> dict[str, Any]:
    """Return the finished figure; `assumptions` of the supplier as a whole."""
    placed, days = _marks(measured)
    receipts = mark_trace("Receipt", placed, days, "accent", "circle")
    receipts["marker"] |= {"size": 5, "opacity": 0.5}
    levels: list[tuple[date, float]] = []
    for regime in measured.regimes:
        first, last = (day.astype(object) for day in (regime.first, regime.last))
        levels += [(first, regime.lead.mean_days), (last, regime.lead.mean_days), (last, float("nan"))]
    steps = _assumed(min(placed, default=until), until, assumptions)
    assumed = line_trace("Assumed", [at for at, _ in steps], [value for _, value in steps], "ink", dash="dash")
    assumed["line"] |= {"shape": "hv"}
    regimes = line_trace("Regime", [at for at, _ in levels], [value for _, value in levels], "short", width=3)
    return figure([receipts, regimes, assumed], unit="Days")


def _marks(measured: Measured) -> tuple[list[date], list[float]]:
    """Return order dates and days, each pair once."""
    lines = measured.lines
    came = lines.days >= 0
    pairs = np.unique(np.stack([lines.placed[came].astype(np.int64), lines.days[came].astype(np.int64)]), axis=1)
    if pairs.shape[1] > MOST_MARKS:
        starts = np.unique(pairs[0], return_index=True)[1]
        pairs = np.stack([pairs[0][starts], [np.median(day) for day in np.split(pairs[1], starts[1:])]])
    return pairs[0].astype("datetime64[D]").tolist(), pairs[1].astype(np.float64).tolist()


def _assumed(first: date, until: date, assumptions: list[LeadTimeAssumption]) -> list[tuple[date, float]]:
    """Return where the assumption changes, from the first receipt shown on, to the day looked from."""
    rows = sorted((row for row in assumptions if row.valid_from <= until), key=lambda row: row.valid_from)
    steps = [(max(row.valid_from, first), float(row.mean_days)) for row in rows]
    return [*steps, (until, steps[-1][1])] if steps else []
