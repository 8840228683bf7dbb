"""Which way a series' baseline is made, and the sentence that says why."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demand.engine.history import INTERMITTENT_FROM, SEASON, History
from sop.engine.arrays import BoolArray, TextArray

NONE, SHORT, GROWING, ENDED, INTERMITTENT, REGULAR = "none", "short", "growing", "ended", "intermittent", "regular"
CHOSEN = "chosen"
ROUTES = (NONE, SHORT, GROWING, ENDED, INTERMITTENT, REGULAR, CHOSEN)
REGULAR_FROM = 24  # months


@dataclass(frozen=True)
class Routing:
    """Route and reason of n series, row by row as their history."""

    route: TextArray
    reason: TextArray


class _Facts(NamedTuple):
    """What the reason of one series is made of."""

    route: str
    months: int
    sales: int
    lent: bool
    by_date: bool
    behind: int
    filled: int
    trimmed: int


def routes_find(history: History, ended: BoolArray | None = None, chosen: TextArray | None = None) -> Routing:
    """Return each series' route: the first that fits of chosen, none, ended, short, intermittent, growing, regular.

    Sporadic demand is told from 12 months on, before "growing": repeating last year's months says nothing about it.
    `ended`: True where a person set an end date that is past, which goes before all. `chosen`: the method a person
    chose, "" where the history decides.
    """
    sold = np.nan_to_num(history.values) > 0
    sales = sold.sum(axis=1)
    asleep = ~np.nan_to_num(history.values[:, -SEASON:]).any(axis=1) & (history.months >= SEASON)
    silent = history.behind >= SEASON
    by_date = np.zeros(len(history), dtype=np.bool_) if ended is None else ended
    by_choice = np.zeros(len(history), dtype=np.bool_) if chosen is None else chosen != ""
    route = np.select(
        [
            by_choice & ~by_date,
            (history.months == 0) & ~by_date,
            by_date | asleep | silent,
            history.months < SEASON,
            history.months >= INTERMITTENT_FROM * np.maximum(sales, 1),
            history.months < REGULAR_FROM,
        ],
        [CHOSEN, NONE, ENDED, SHORT, INTERMITTENT, GROWING],
        REGULAR,
    ).astype(np.str_)
    lent = ~np.isnan(history.siblings[:, 0])
    facts = (route, history.months, sales, lent, by_date, history.behind, history.filled, history.trimmed)
    rows = [_Facts(*row) for row in zip(*(column.tolist() for column in facts), strict=True)]
    return Routing(route, np.array([_reason(row) for row in rows], dtype=np.str_))


def _reason(row: _Facts) -> str:
    """Return the sentences a planner reads under "why this baseline"."""
    said = _route_reason(row)
    if row.filled:
        said += f" {_months(row.filled)} without a figure {'was' if row.filled == 1 else 'were'} filled."
    if row.trimmed:
        said += f" {_months(row.trimmed)} at zero before the first sale left out."
    if 0 < row.behind < SEASON and row.route not in {NONE, ENDED}:
        said += f" Known until {_months(row.behind)} before the plan starts; the gap was forecast over."
    return said


def _route_reason(row: _Facts) -> str:
    history = f"{_months(row.months)} of history"
    level = f"{history}: a smoothed level {'with the season its siblings share' if row.lent else 'without a season'}."
    silent = max(SEASON, row.behind)
    return {
        CHOSEN: "A person chose how it is forecast.",
        NONE: "No history: 0 until a like item is chosen or a number is typed.",
        ENDED: "Its end date is past: 0."
        if row.by_date
        else f"Nothing sold in the last {silent} months: 0, a person confirms that it has ended.",
        SHORT: level,
        GROWING: level if row.lent else f"{history}: mean of the same month last year and a smoothed level.",
        INTERMITTENT: f"Sold in {row.sales} of {_months(row.months)}: mean of IMAPA and the last 12 months' average.",
        REGULAR: f"{_months(row.months)} of regular demand: level, trend and season.",
    }[row.route]


def _months(count: int) -> str:
    return "1 month" if count == 1 else f"{count} months"
