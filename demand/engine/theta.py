"""JS-Theta: the dynamic optimised Theta method on a series whose season was taken out by shrunk indices.

The method: Fiorucci et al. 2016, International Journal of Forecasting 32. Its usual implementations test for a season
by autocorrelation, which a trend fools, and drop it at a single month of zero; so the season is taken out here.
"""

from functools import cache
from typing import Any

import numpy as np

from demand.engine.history import History
from demand.engine.seasonal import season_ahead, seasonal_indices, without_season
from sop.engine.arrays import Array

MIN_MONTHS = 4  # three parameters are fitted


@cache
def theta_method() -> Any:
    """Return the method. Importing it takes a second and 100 MB: once, and only in workers that need it."""
    from statsforecast.models import DynamicOptimizedTheta  # noqa: PLC0415

    return DynamicOptimizedTheta(season_length=1)


def theta_points(history: History, horizon: int) -> Array:
    """Return the mean forecast, n x horizon, base units a month; a row of NaN where the method failed."""
    season = seasonal_indices(history.values)
    level = without_season(history.values, season)
    points = np.full((len(history), horizon), np.nan)
    for row, months in enumerate(history.months):
        if months >= MIN_MONTHS:
            points[row] = _one(level[row, -months:], horizon)
    return season_ahead(points, season)


def _one(level: Array, horizon: int) -> Array:
    """Return the forecast of one deseasonalised series, NaN where the optimiser gives up."""
    if np.ptp(level) == 0:
        return np.full(horizon, level[-1])
    try:
        return np.asarray(theta_method().forecast(y=level, h=horizon)["mean"], dtype=np.float64)
    except Exception:  # whatever a library raises on odd data: one series must not stop a run
        return np.full(horizon, np.nan)
