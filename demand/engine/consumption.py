"""Booked orders eat the forecast of their month: what is left is still expected to come."""

import numpy as np
from numpy.typing import ArrayLike

from sop.engine.arrays import Array


def forecast_left(forecast: ArrayLike, orders: ArrayLike, *, window: int = 0) -> Array:
    """Return the forecast not yet covered by booked orders, per bucket, never below zero; base units.

    Bucket after bucket, orders consume the forecast of their own bucket first; what they exceed it by, that of the
    buckets before, nearest first, then of those after, at most `window` buckets away. Orders beyond all of them are
    demand on top of the forecast and consume nothing.

    `forecast`, `orders`: series x buckets, or buckets alone.
    """
    given = np.asarray(forecast, dtype=np.float64)
    left = np.atleast_2d(given).copy()
    booked = np.atleast_2d(np.asarray(orders, dtype=np.float64))
    buckets = left.shape[1]
    reach = [0, *(-away for away in range(1, window + 1)), *range(1, window + 1)]
    for bucket in range(buckets):
        rest = booked[:, bucket].copy()
        for target in (bucket + away for away in reach if 0 <= bucket + away < buckets):
            eaten = np.minimum(left[:, target], rest)
            left[:, target] -= eaten
            rest -= eaten
    return left.reshape(given.shape)
