"""Allocation: how what there is too little of is shared."""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import RESIDUE, Array


def fair_share(available: float, stock: ArrayLike, demand: ArrayLike) -> tuple[float, Array]:
    """Return the common cover [periods] and what each place gets [units] so that all last equally long.

    stock [units] and demand [units/period]: one per place. Cover = (available + sum of stock) / sum of demand; a place
    already above it gets nothing and is left out, and the cover is computed again (Bowersox & Closs, Logistical
    Management, fair share allocation, with exclusion). Raises ValueError when nobody demands anything or
    the quantity is negative.
    """
    held, rate = np.asarray(stock, dtype=np.float64), np.asarray(demand, dtype=np.float64)
    if available < 0:
        raise ValueError(f"There is nothing to share: {available:g} units.")
    if not (rate > 0).any():
        raise ValueError("There is no demand to share by; name who shall get the quantity.")
    sharing = rate > 0
    while True:
        cover = float((available + held[sharing].sum()) / rate[sharing].sum())
        above = sharing & (held > cover * rate)
        if not above.any() or (above == sharing).all():  # all of them: so little to share that it is rounding residue
            return cover, np.where(sharing, np.maximum(cover * rate - held, 0.0), 0.0)
        sharing &= ~above


def share_by_priority(available: float, wanted: ArrayLike, priority: ArrayLike) -> Array:
    """Return what each gets [units]: the lowest priority number is served in full first."""
    need, rank = np.asarray(wanted, dtype=np.float64), np.asarray(priority, dtype=np.float64)
    order = np.argsort(rank, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(need[order])[:-1]])
    given = np.zeros(len(need))
    given[order] = np.clip(available - before, 0.0, need[order])
    return given


def share_in_proportion(quantity: float, weights: ArrayLike, multiple: float = 0.0) -> Array:
    """Return a quantity split by weights [units]; with a multiple, larger weights are rounded up first.

    Parts are whole multiples and add up to the quantity, as long as it is one itself. Raises ValueError when all
    weights are 0.
    """
    weight = np.asarray(weights, dtype=np.float64)
    if not weight.sum() > 0:
        raise ValueError("All weights are 0; give at least one a share.")
    exact: Array = quantity * weight / weight.sum()
    if multiple <= 0:
        return exact
    given, left = np.zeros(len(weight)), quantity
    for place in np.argsort(-weight, kind="stable"):
        given[place] = min(np.ceil(exact[place] / multiple - RESIDUE) * multiple, left)
        left -= given[place]
    return given
