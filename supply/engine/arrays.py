"""Array types of the engine, what counts as nothing, and how arrays of items by steps lie in memory."""

import numpy as np
import numpy.typing as npt

from sop.engine.arrays import Array, BoolArray, IntArray

DateArray = npt.NDArray[np.datetime64]  # datetime64[D]
Labels = npt.NDArray[np.generic]  # ids or names of items, families

RESIDUE = 1e-6  # smaller quantities are rounding residue: no order line, no flag

__all__ = ["RESIDUE", "Array", "BoolArray", "DateArray", "IntArray", "Labels", "steps_array"]


def steps_array(items: int, steps: int) -> Array:
    """Return zeros, items x steps; one step of all items is contiguous because the plan walks step by step."""
    return np.zeros((steps, items)).T
