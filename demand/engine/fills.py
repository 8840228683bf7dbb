"""Months that are not known, filled by trend and season so that a method sees an unbroken history."""

import numpy as np

from demand.engine.seasonal import seasonal_indices, with_season, without_season
from sop.engine.arrays import Array

SEASON_FROM = 24  # months of history before a fill can lean on the season


def fill_gaps(values: Array) -> Array:
    """Return the matrix with gaps inside a series filled; what lies before a series' first month stays NaN.

    Linear between the neighbours; from two years on, linear in the deseasonalised series, so that a missing December
    becomes a December. `values`: n x months, every series ending in the last column.
    """
    known = ~np.isnan(values)
    inside = np.logical_or.accumulate(known, axis=1)
    result = values.copy()
    rows = np.flatnonzero((inside & ~known).any(axis=1))
    if not len(rows):
        return result
    straight = _between(values[rows])
    season = seasonal_indices(straight, known=known[rows])
    seasonal = with_season(_between(without_season(values[rows], season)), season)
    long = inside[rows].sum(axis=1, keepdims=True) >= SEASON_FROM
    result[rows] = np.where(known[rows], values[rows], np.where(long, seasonal, straight))
    return result


def _between(values: Array) -> Array:
    """Return NaN between two known months replaced by the straight line between them."""
    columns = np.arange(values.shape[1])
    known = ~np.isnan(values)
    before = np.maximum.accumulate(np.where(known, columns, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, columns, len(columns))[:, ::-1], axis=1)[:, ::-1]
    inside = (before >= 0) & (after < len(columns))
    left = np.take_along_axis(values, np.maximum(before, 0), axis=1)
    right = np.take_along_axis(values, np.minimum(after, len(columns) - 1), axis=1)
    share = (columns - before) / np.maximum(after - before, 1)
    return np.where(known, values, np.where(inside, left + (right - left) * share, np.nan))
