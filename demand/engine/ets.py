"""Exponential smoothing in its state-space form, the kind chosen by AICc: a member where series are few.

Hyndman, Koehler, Ord & Snyder 2008, Forecasting with Exponential Smoothing. It costs some twenty times what the other
members of the regular route cost together, so it stands in only where there is too little for one model over all.
"""

from functools import cache
from typing import Any

import numpy as np

from demand.engine.history import SEASON, History
from demand.engine.libraries import library
from sop.engine.arrays import Array

ETS = "ets"  # its name among the members
MIN_MONTHS = 24  # a season is fitted: every month seen twice


@cache
def ets_method() -> Any:
    """Return the method. Raises LibraryMissing."""
    return library("statsforecast.models").AutoETS(season_length=SEASON)


def ets_points(history: History, horizon: int) -> Array:
    """Return the mean forecast, n x horizon, base units a month; NaN where the history is under two years.

    Raises what the library raises where no kind can be fitted to a series.
    """
    points = np.full((len(history), horizon), np.nan)
    for row, months in enumerate(history.months):
        if months >= MIN_MONTHS:
            points[row] = _one(history.values[row, -months:], horizon)
    return points


def _one(values: Array, steps: int) -> Array:
    if np.ptp(values) == 0:
        return np.full(steps, values[-1])
    return np.asarray(ets_method().forecast(y=values, h=steps)["mean"], dtype=np.float64)
