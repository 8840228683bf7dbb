"""Whole units: pieces are not forecast in thirds."""

import zlib

import numpy as np

from sop.engine.arrays import Array, TextArray


def whole_units(points: Array, ids: TextArray) -> Array:
    """Return whole numbers whose running total stays within one unit of that of `points`, n x months, not negative.

    A third a month becomes one every third month. Where in its turn each series begins is drawn from its name: if all
    began alike, the sums of many slow series would be nothing for months, then everything at once.
    """
    start = np.array([zlib.crc32(name.encode()) for name in ids.tolist()], dtype=np.float64) / 2**32
    total = np.floor(np.cumsum(points, axis=1) + start[:, None])
    return np.diff(total, axis=1, prepend=np.floor(start)[:, None])
