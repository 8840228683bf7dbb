"""Array types every engine speaks."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
MonthArray = npt.NDArray[np.datetime64]  # datetime64[M]
TextArray = npt.NDArray[np.str_]
