"""Array types of the engine, and how arrays of items by steps lie in memory."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
DateArray = npt.NDArray[np.datetime64]
Labels = npt.NDArray[np.generic]

RESIDUE = 1e-6  # smaller quantities are rounding residue: no order line, no flag


def steps_array(items: int, steps: int) -> Array:
    """Return zeros, items x steps; one step of all items is contiguous because the plan walks step by step."""
    return np.zeros((steps, items)).T
