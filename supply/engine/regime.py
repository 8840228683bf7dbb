"""Regimes of a lead time: stretches of orders with one level each, found in receipts and never averaged across.

Three weeks and then fourteen are two regimes. Breaks are looked for in the logarithm of days (a lead time doubles or
halves rather than growing by so many days), by binary segmentation: the split that explains most is kept while it
explains more than chance would (Scott & Knott 1974; penalty as in Killick, Fearnhead & Eckley 2012).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from supply.engine.arrays import Array
from supply.engine.reliability import LeadTime, lead_time_measured

LEAST_ORDER_DAYS = 4  # a regime of fewer may be one bad ship; lines ordered on one day share one fate
LEAST_TREND = 8  # receipts
LEAST_RATIO = 1.25  # a smaller step is spread, not another regime
LEAST_DAYS = 4.0
PENALTY = 8.0  # times log(n): receipts of one month share a fate, so more than for independent ones
OPEN_TAIL = 0.1  # a time in which more of the orders are still open tells of the fast ones only
KNOWN_AFTER = 0.95  # quantile of days after which an open order says something: it takes longer than nearly all did

Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class Regime:
    """Orders placed from `first` to `last` took one lead time: its measure, and how many of them are still open."""

    first: np.datetime64
    last: np.datetime64
    lead: LeadTime
    still_open: int = 0


def regimes_find(
    ordered_on: ArrayLike, days: ArrayLike, *, open_since: ArrayLike = (), as_of: np.datetime64 | None = None
) -> list[Regime]:
    """Return the regimes of one supplier's or lane's lead time, the oldest first; none without receipts.

    ordered_on, days: order date and days until receipt of each received line (days >= 0). open_since: order dates of
    lines not received by `as_of`; older ones than nearly all receipts took count with their age, younger ones take
    the receipts of their own time out of account where they are many: only the fast ones have come.
    Raises ValueError where a receipt lies before its order.
    """
    placed, taken = _days(ordered_on), np.asarray(days, dtype=np.float64)
    if len(placed) == 0:
        return []
    if (taken < 0).any():
        raise ValueError(f"A receipt lies {-taken.min():g} days before its order; correct its dates.")
    waiting = _days(open_since)
    placed, taken, is_open = _with_open(placed, taken, waiting, as_of)
    order = np.lexsort((taken, placed))
    placed, taken, is_open = placed[order], taken[order], is_open[order]
    starts = np.unique(placed, return_index=True)[1]
    daily = np.array([np.median(day) for day in np.split(np.log(np.maximum(taken, 1.0)), starts[1:])])
    cuts = [0, *starts[_breaks(daily)].tolist(), len(placed)]
    return [_regime(placed[start:end], taken[start:end], is_open[start:end]) for start, end in pairwise(cuts)]


def trend_days_a_month(ordered_on: ArrayLike, days: ArrayLike) -> float:
    """Return how many days a month a lead time grows inside a regime: the median of slopes (Theil-Sen); 0 if unsure.

    Unsure is a trend whose pairs do not agree in direction more than chance lets them (Kendall, two-sided 5 %).
    """
    placed, taken = _days(ordered_on), np.asarray(days, dtype=np.float64)
    if len(placed) < LEAST_TREND:
        return 0.0
    months = (placed - placed.min()) / np.timedelta64(1, "D") / 30.4375
    first, second = np.triu_indices(len(months), k=1)
    apart = months[second] - months[first]
    known = apart != 0
    slopes = (taken[second] - taken[first])[known] / apart[known]
    n = len(months)
    agreement = abs(np.sign(slopes).sum()) / np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return float(np.median(slopes)) if len(slopes) and agreement > 1.96 else 0.0


def _with_open(
    placed: Dates, taken: Array, waiting: Dates, as_of: np.datetime64 | None
) -> tuple[Dates, Array, NDArray[np.bool_]]:
    """Return order dates, days and whether still open, with what open orders tell."""
    is_open = np.zeros(len(placed), dtype=bool)
    if len(waiting) == 0 or as_of is None:
        return placed, taken, is_open
    age = (_days([as_of])[0] - waiting) / np.timedelta64(1, "D")
    late = age > np.quantile(taken, KNOWN_AFTER)
    young = waiting[~late]
    keep = np.ones(len(placed), dtype=bool)
    if len(young):
        tail = placed >= young.min()
        if len(young) > OPEN_TAIL * (len(young) + tail.sum()) and not tail.all():
            keep = ~tail
    placed, taken = placed[keep], taken[keep]
    marks = np.concatenate([np.zeros(len(placed), dtype=bool), np.ones(int(late.sum()), dtype=bool)])
    return np.concatenate([placed, waiting[late]]), np.concatenate([taken, age[late]]), marks


def _breaks(level: Array) -> list[int]:
    """Return where another regime begins, as places in the order days, in order."""
    noise = _noise(level)
    found: list[int] = []
    stretches = [(0, len(level))]
    while stretches:
        start, end = stretches.pop()
        cut = _best_split(level[start:end], noise)
        if cut is not None:
            found.append(start + cut)
            stretches += [(start, start + cut), (start + cut, end)]
    return _merged(sorted(found), level)


def _best_split(level: Array, noise: float) -> int | None:
    """Return where to split a stretch in two, None where that would explain no more than chance."""
    n = len(level)
    if n < 2 * LEAST_ORDER_DAYS:
        return None
    at = np.arange(LEAST_ORDER_DAYS, n - LEAST_ORDER_DAYS + 1)
    sums = np.cumsum(level)
    left, right = sums[at - 1] / at, (sums[-1] - sums[at - 1]) / (n - at)
    gain = at * (n - at) / n * (left - right) ** 2
    best = int(at[np.argmax(gain)])
    if gain.max() <= PENALTY * np.log(n) * noise or not _is_step(level[:best], level[best:]):
        return None
    return best


def _merged(cuts: list[int], level: Array) -> list[int]:
    """Return the cuts without those whose two sides, after all cuts, are hardly apart."""
    while cuts:
        ends = [0, *cuts, len(level)]
        weak = [
            at
            for at in range(1, len(ends) - 1)
            if not _is_step(level[ends[at - 1] : ends[at]], level[ends[at] : ends[at + 1]])
        ]
        if not weak:
            return cuts
        cuts.pop(weak[0] - 1)
    return cuts


def _is_step(before: Array, after: Array) -> bool:
    """Return whether two levels (log days) are far enough apart to be planned with apart."""
    left, right = float(np.median(before)), float(np.median(after))
    return bool(abs(right - left) >= np.log(LEAST_RATIO) and abs(np.exp(right) - np.exp(left)) >= LEAST_DAYS)


def _noise(level: Array) -> float:
    """Return the variance of neighbouring orders about each other: breaks, being few, do not raise it."""
    apart = np.abs(np.diff(level))
    spread = 1.4826 * float(np.median(apart)) / np.sqrt(2) if len(apart) else 0.0
    return max(spread, 0.05) ** 2  # below 5 % of the level dates are rounder than that


def _regime(placed: Dates, taken: Array, is_open: NDArray[np.bool_]) -> Regime:
    return Regime(placed[0], placed[-1], lead_time_measured(taken), int(is_open.sum()))


def _days(dates: ArrayLike) -> Dates:
    return np.asarray(dates, dtype="datetime64[D]")
