"""JS-Theta: the dynamic optimised Theta method on a series whose season was taken out by shrunk indices.

The method: Fiorucci et al. 2016, International Journal of Forecasting 32. Its usual implementations test for a season
by autocorrelation, which a trend fools, and drop it at a single month of zero; so the season is taken out here.
"""

from functools import cache
from typing import Any

import numpy as np

from demand.engine.history import History
from demand.engine.libraries import library
from demand.engine.seasonal import season_ahead, seasonal_indices, without_season
from sop.engine.arrays import Array

MIN_MONTHS = 4  # three parameters are fitted


@cache
def theta_method() -> Any:
    """Return the method. Raises LibraryMissing."""
    return library("statsforecast.models").DynamicOptimizedTheta(season_length=1)


def theta_points(history: History, horizon: int) -> Array:
    """Return the mean forecast, n x horizon, base units a month; NaN in a row with under four months.

    Raises what the library raises where its optimiser gives up on a series.
    """
    season = seasonal_indices(history.values)
    level = without_season(history.values, season)
    points = np.full((len(history), horizon), np.nan)
    for row, months in enumerate(history.months):
        if months >= MIN_MONTHS:
            points[row] = _one(level[row, -months:], horizon)
    return season_ahead(points, season)


def _one(level: Array, horizon: int) -> Array:
    """Return the forecast of one deseasonalised series."""
    if np.ptp(level) == 0:
        return np.full(horizon, level[-1])
    return np.asarray(theta_method().forecast(y=level, h=horizon)["mean"], dtype=np.float64)
