"""Which way a series' baseline is made, and the sentence that says why."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from demand.engine.history import INTERMITTENT_FROM, SEASON, History
from sop.engine.arrays import BoolArray, TextArray

NONE, SHORT, GROWING, ENDED, INTERMITTENT, REGULAR = "none", "short", "growing", "ended", "intermittent", "regular"
ROUTES = (NONE, SHORT, GROWING, ENDED, INTERMITTENT, REGULAR)
REGULAR_FROM = 24  # months


@dataclass(frozen=True)
class Routing:
    """Route and reason of n series, row by row as their history."""

    route: TextArray
    reason: TextArray


def routes_find(history: History, ended: BoolArray | None = None) -> Routing:
    """Return each series' route: the first that fits of none, ended, short, intermittent, growing, regular.

    Sporadic demand is told from 12 months on, before "growing": repeating last year's months says nothing about it.
    `ended`: True where a person set an end date that is past.
    """
    sold = np.nan_to_num(history.values) > 0
    sales = sold.sum(axis=1)
    asleep = ~np.nan_to_num(history.values[:, -SEASON:]).any(axis=1) & (history.months >= SEASON)
    silent = history.behind >= SEASON
    by_date = np.zeros(len(history), dtype=np.bool_) if ended is None else ended
    route = np.select(
        [
            history.months == 0,
            by_date | asleep | silent,
            history.months < SEASON,
            history.months >= INTERMITTENT_FROM * np.maximum(sales, 1),
            history.months < REGULAR_FROM,
        ],
        [NONE, ENDED, SHORT, INTERMITTENT, GROWING],
        REGULAR,
    ).astype(np.str_)
    lent = ~np.isnan(history.siblings[:, 0])
    facts = pd.DataFrame(
        {
            "route": route,
            "months": history.months,
            "sales": sales,
            "lent": lent,
            "by_date": by_date,
            "behind": history.behind,
            "filled": history.filled,
            "trimmed": history.trimmed,
        }
    )
    return Routing(route, np.array([_reason(**row) for row in facts.to_dict("records")], dtype=np.str_))


def _reason(
    *, route: str, months: int, sales: int, lent: bool, by_date: bool, behind: int, filled: int, trimmed: int
) -> str:
    """Return the sentences a planner reads under "why this baseline"."""
    season = "with the season its siblings agree on" if lent else "without a season, siblings lend none"
    said = {
        NONE: "No history: 0 until a like item is chosen or a number is typed.",
        ENDED: "Its end date is past: 0."
        if by_date
        else f"Nothing sold in the last {max(SEASON, behind)} months: 0, a person confirms that it has ended.",
        SHORT: f"{_months(months)} of history: a smoothed level {season}.",
        INTERMITTENT: f"Sold in {sales} of {_months(months)}: mean of IMAPA and the average of the last 12 months.",
        GROWING: f"{_months(months)} of history: a smoothed level {season}."
        if lent
        else f"{_months(months)} of history: mean of the same month last year and the smoothed level.",
        REGULAR: f"{_months(months)} of regular demand: the mean of the methods that follow level, trend and season.",
    }[route]
    if filled:
        said += f" {_months(filled)} without a figure {'was' if filled == 1 else 'were'} filled."
    if trimmed:
        said += f" {_months(trimmed)} at zero before the first sale left out."
    if 0 < behind < SEASON:
        said += f" The last {_months(behind)} are not known yet and were forecast over."
    return said


def _months(count: int) -> str:
    return "1 month" if count == 1 else f"{count} months"
