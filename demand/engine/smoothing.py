"""Simple exponential smoothing of many series at once: the level routes and the fallback stand on it."""

import numpy as np

from sop.engine.arrays import Array

ALPHAS = np.linspace(0.05, 0.95, 37)  # smoothing weights tried; the best in-sample one is kept per series


def smoothed_level(values: Array, alphas: Array = ALPHAS) -> Array:
    """Return each row's level after its last month; NaN for a row without any value.

    level(t) = level(t-1) + alpha * (y(t) - level(t-1)), starting at the first value; alpha by the smallest sum of
    squared one-step errors over the grid. `values`: n x months, NaN before the first month.
    """
    months = np.flatnonzero(~np.isnan(values).all(axis=0))
    level = np.full((len(values), len(alphas)), np.nan)
    squares = np.zeros_like(level)
    for month in range(months[0] if len(months) else values.shape[1], values.shape[1]):
        value = values[:, month : month + 1]
        error = np.where(np.isnan(level), 0.0, value - level)
        level = np.where(np.isnan(level), value, level + alphas * error)
        squares += error**2
    best = np.argmin(squares, axis=1)
    return np.take_along_axis(level, best[:, None], axis=1)[:, 0]


def flat(level: Array, horizon: int) -> Array:
    """Return the level repeated over the horizon, n x horizon."""
    return np.repeat(level[:, None], horizon, axis=1)
