"""Array types of the engine, what counts as nothing, and how arrays of items by steps lie in memory."""

import numpy as np
import numpy.typing as npt

from sop.engine.arrays import Array, BoolArray, IntArray

DateArray = npt.NDArray[np.datetime64]  # datetime64[D]
Labels = npt.NDArray[np.generic]  # ids or names of items, families

RESIDUE = 1e-6  # smaller quantities are rounding residue: no order line, no flag

__all__ = [
    "RESIDUE",
    "Array",
    "BoolArray",
    "DateArray",
    "IntArray",
    "Labels",
    "picked",
    "running_total",
    "steps_array",
    "steps_arrays",
]


def picked(values: Array, column: IntArray) -> Array:
    """Return the value of each row in the column named for it: values items x K; column one per item, or items x J.

    Fastest where `values` lie column by column.
    """
    cell = column.T * len(values) + np.arange(len(values))
    return values.T.ravel().take(cell).T


def running_total(amount: Array) -> Array:
    """Return what has come up to each period: amount items x K, given items x (K + 1), 0 before the first.

    Period by period, as the arrays lie: many times faster than a cumulative sum item by item.
    """
    items, periods = amount.shape
    total = np.empty((periods + 1, items))
    total[0] = 0.0
    for period in range(periods):
        np.add(total[period], amount[:, period], out=total[period + 1])
    return total.T


def steps_arrays(count: int, items: int, steps: int) -> tuple[Array, ...]:
    """Return several arrays like `steps_array`, side by side: large blocks cost the system less to hand out."""
    return tuple(each.T for each in np.zeros((count, steps, items)))


def steps_array(items: int, steps: int) -> Array:
    """Return zeros, items x steps; one step of all items is contiguous because the plan walks step by step."""
    return np.zeros((steps, items)).T
