"""Capacity: the load a plan puts on a supplier or work centre, and what fits into it period by period."""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import RESIDUE, Array


def rough_cut_load(quantity: ArrayLike, capacity_per_unit: ArrayLike, share: ArrayLike = 1.0) -> Array:
    """Return the load on each resource: sum of quantity * capacity per unit, split by each resource's share.

    quantity, capacity_per_unit: one per item; share: one per resource. Capacity planning using overall factors
    (Vollmann, Berry & Whybark).
    """
    needed = float(np.sum(np.asarray(quantity, dtype=np.float64) * np.asarray(capacity_per_unit, dtype=np.float64)))
    return needed * np.asarray(share, dtype=np.float64)


def load_in_sequence(quantity: ArrayLike, capacity_per_unit: ArrayLike, limits: ArrayLike) -> Array:
    """Return how much of each order fits into each period, orders x periods [units], the first order first.

    quantity, capacity_per_unit: one per order, already in order of priority; limits: capacity of each period.
    """
    left = np.asarray(quantity, dtype=np.float64).copy()
    each = np.asarray(capacity_per_unit, dtype=np.float64)
    room = np.asarray(limits, dtype=np.float64)
    taken = np.zeros((len(left), len(room)))
    for period, limit in enumerate(room):
        free = float(limit)
        for order in np.flatnonzero(left > RESIDUE):
            taken[order, period] = min(left[order], free / each[order])
            left[order] -= taken[order, period]
            free -= taken[order, period] * each[order]
    return taken
