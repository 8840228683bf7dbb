"""Cover: how long a stock lasts against the demand that follows it, never against one month's average."""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, IntArray, picked, running_total, steps_array


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
    periods, total = demand.shape[1], running_total(demand)
    used_up, eaten = total.T, np.asfortranarray(demand)
    some, rate = tail > 0, np.where(tail > 0, tail, 1.0)
    lasts = steps_array(*stock.shape)
    for place, begin in enumerate(after + 1):
        held = np.maximum(stock[:, place], 0.0)
        level = used_up[begin] + held
        # Counting all periods below the level reads them as they lie: faster than a search that leaps among them.
        first = begin + np.add.reduce(used_up[begin:] < level, axis=0, dtype=np.int16)
        before = np.clip(first - 1, 0, periods - 1)
        wanted = picked(eaten, before)
        within = before - begin + (level - picked(total, before)) / np.where(wanted > 0, wanted, 1.0)
        beyond = periods - begin + np.where(some, (level - used_up[-1]) / rate, np.nan)
        lasts[:, place] = np.where(held > 0, np.where(first <= periods, within, beyond), 0.0)
    return lasts
