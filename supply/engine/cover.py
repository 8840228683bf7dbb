"""Cover: how long a stock lasts against the demand that follows it, never against one month's average."""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, IntArray


def cover(stock: ArrayLike, demand: ArrayLike, tail: ArrayLike | None = None) -> Array:
    """Return how many periods of following demand each stock lasts, with fractions; NaN if it never runs out.

    stock: a number, or one per item [units]; demand: periods, or items x periods, from the first that follows
    [units]; tail: demand per period after the last one (default: the last period's repeats).
    """
    ahead = np.atleast_2d(np.asarray(demand, dtype=np.float64))
    held = np.broadcast_to(np.asarray(stock, dtype=np.float64), ahead.shape[:1])
    rate = ahead[:, -1] if tail is None else np.broadcast_to(np.asarray(tail, dtype=np.float64), ahead.shape[:1])
    lasts = cover_after(held[:, None], ahead, np.array([-1]), rate)[:, 0]
    return lasts[0] if np.ndim(demand) == 1 and np.ndim(stock) == 0 else lasts


def cover_after(stock: Array, demand: Array, after: IntArray, tail: Array) -> Array:
    """Return how many periods each stock lasts against the demand of the periods after it; NaN: never runs out.

    stock: items x J, held at the end of period `after` (J; -1 = before the first); demand: items x periods; tail
    (items): demand per period beyond the last.
    """
    items, periods = demand.shape
    total = np.zeros((periods + 1, items)).T
    np.cumsum(demand.T, axis=0, out=total.T[1:])
    held = np.maximum(stock, 0.0)
    used_up = held + total[:, after + 1]
    first = _first_reaching(total, used_up)
    inside = first <= periods
    before = np.clip(first - 1, 0, periods - 1)
    start = np.take_along_axis(total, before, axis=1)
    step = np.take_along_axis(demand, before, axis=1)
    within = before + (used_up - start) / np.where(step > 0, step, 1.0) - (after + 1)
    beyond = np.where(tail[:, None] > 0, (used_up - total[:, -1:]) / np.where(tail > 0, tail, 1.0)[:, None], np.nan)
    lasts = np.where(inside, within, periods - (after + 1) + beyond)
    return np.where(held > 0, lasts, 0.0)


def _first_reaching(total: Array, level: Array) -> IntArray:
    """Return the first column of each row's rising total that is above or at the level; past the end if none is."""
    low = np.zeros(level.shape, dtype=np.int64)
    high = np.full(level.shape, total.shape[1], dtype=np.int64)
    while (searching := low < high).any():
        middle = (low + high) // 2
        reached = np.take_along_axis(total, np.minimum(middle, total.shape[1] - 1), axis=1) >= level
        high = np.where(searching & reached, middle, high)
        low = np.where(searching & ~reached, middle + 1, low)
    return low
