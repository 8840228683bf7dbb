"""Booked orders eat the forecast of their month: what is left is still expected to come."""

import numpy as np
from numpy.typing import ArrayLike

from sop.engine.arrays import Array


def forecast_left(forecast: ArrayLike, orders: ArrayLike, *, window: int = 0) -> Array:
    """Return the forecast not yet covered by booked orders, per bucket, never below zero; base units.

    Orders consume their own bucket first; what they exceed it by, the buckets before, nearest first, then those after,
    at most `window` buckets away. Orders beyond all of them are demand on top of the forecast and consume nothing.

    `forecast`, `orders`: series x buckets, or buckets alone.
    """
    given = np.asarray(forecast, dtype=np.float64)
    left = np.atleast_2d(given).copy()
    open_orders = np.atleast_2d(np.asarray(orders, dtype=np.float64)).copy()
    buckets = left.shape[1]
    reach = [0, *(-away for away in range(1, window + 1)), *range(1, window + 1)]
    _eat(left, open_orders, np.arange(buckets), np.arange(buckets))
    for bucket in range(buckets):
        for away in reach[1:]:
            if 0 <= bucket + away < buckets:
                _eat(left, open_orders, np.array([bucket + away]), np.array([bucket]))
    return left.reshape(given.shape)


def _eat(left: Array, orders: Array, of: Array, by: Array) -> None:
    """Take from the forecast of buckets `of` what the orders of buckets `by` still need, in place."""
    eaten = np.minimum(left[:, of], orders[:, by])
    left[:, of] -= eaten
    orders[:, by] -= eaten
