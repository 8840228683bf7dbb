"""Sharing an assumption's quantity out over the series it reaches."""

import numpy as np
from numpy.typing import ArrayLike

from sop.engine.arrays import Array, BoolArray, IntArray
from sop.engine.spread import largest_remainder

PER_UNIT = 1000  # the smallest part of a quantity that is kept


def assumption_parts(total: ArrayLike, weights: ArrayLike, *, whole: BoolArray, groups: IntArray) -> Array:
    """Return each cell's part of its group's total, in proportion to `weights`, adding up to it exactly; base units.

    Evenly where all weights of a group are zero. Cells counted in whole units get whole numbers; a group without such a
    cell is shared out to the thousandth, and a fraction in a mixed group goes to its largest cell that may hold one.

    `total`: one per group, may be negative. `weights`, `whole`, `groups` (0, 1, ...): one per cell.
    """
    totals, shares = np.atleast_1d(np.asarray(total, dtype=float)), np.asarray(weights, dtype=float)
    fine = np.bincount(groups, weights=whole, minlength=len(totals)) == 0
    steps = np.where(fine, np.round(totals * PER_UNIT), np.trunc(totals))
    parts = largest_remainder(shares, steps, groups=groups)
    parts = np.where(fine[groups], parts / PER_UNIT, parts)
    left = np.round(np.where(fine, 0.0, totals - steps), 3)
    order = np.lexsort((-shares, whole, groups))
    first = order[np.searchsorted(groups[order], np.flatnonzero(left))]
    parts[first] = np.round(parts[first] + left[left != 0], 3)
    return parts
