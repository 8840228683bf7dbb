"""The mean of Theta and Holt-Winters by statsmodels: what stands in where a member gives no number.

Another library than the members', so that what breaks one does not break both. Theta: Assimakopoulos & Nikolopoulos
2000, International Journal of Forecasting 16, with a season where the autocorrelation shows one. Holt-Winters with a
damped trend (Gardner & McKenzie 1985, Management Science 31) on the series without its shrunk season: a season fitted
to each series costs five times as much and, on public monthly series, 1 % of accuracy.
"""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from demand.engine.history import SEASON, History
from demand.engine.libraries import library
from demand.engine.seasonal import season_ahead, seasonal_indices, without_season
from sop.engine.arrays import Array

THETA_HW = "theta_hw"  # its name among the members
MIN_MONTHS = 24  # a season and a trend: fitted on less they explode
FENCE = 3.0  # times the largest month of the last twelve: one of the two must not drag the other along


def theta_hw_points(history: History, horizon: int) -> Array:
    """Return the mean of the two, n x horizon, base units a month; of one where the other fails.

    A row of NaN where both fail or the history is under two years. Raises LibraryMissing.
    """
    theta = library("statsmodels.tsa.forecasting.theta").ThetaModel
    smoothing = library("statsmodels.tsa.holtwinters").ExponentialSmoothing
    season = seasonal_indices(history.values)
    level = without_season(history.values, season)
    found = np.full((2, len(history), horizon), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd data; what comes of it is looked at below
        for row in np.flatnonzero(history.months >= MIN_MONTHS):
            own = slice(-int(history.months[row]), None)
            found[0, row] = _one(partial(_theta, theta), history.values[row, own], horizon)
            found[1, row] = _one(partial(_smoothed, smoothing), level[row, own], horizon)
    found[1] = season_ahead(found[1], season)
    ceiling = FENCE * np.maximum(np.nan_to_num(history.values[:, -SEASON:]).max(axis=1), 0)
    usable = np.isfinite(found).all(axis=2, keepdims=True)
    total = np.where(usable, np.clip(found, 0, ceiling[:, None]), 0.0).sum(axis=0)
    count = usable.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _one(method: Callable[[Array, int], Any], values: Array, steps: int) -> Array:
    """Return one method's forecast of one series, NaN where it fails; of a still series its value."""
    if np.ptp(values) == 0:
        return np.full(steps, values[-1])
    try:
        return np.asarray(method(values, steps), dtype=np.float64)
    except Exception:  # whatever a library raises on odd data: the other of the two stands alone
        return np.full(steps, np.nan)


def _theta(model: Any, values: Array, steps: int) -> Any:
    return model(values, period=SEASON).fit().forecast(steps)


def _smoothed(model: Any, level: Array, steps: int) -> Any:
    fit = model(level, trend="add", damped_trend=True, initialization_method="heuristic").fit()
    if not fit.mle_retvals.success:
        raise ArithmeticError("The optimiser did not settle.")
    return fit.forecast(steps)
