"""Exponential smoothing in its state-space form, the kind chosen by AICc: a member where series are few.

Hyndman, Koehler, Ord & Snyder 2008, Forecasting with Exponential Smoothing. It costs some twenty times what the other
members of the regular route cost together, so it stands in only where there is too little for one model over all.
"""

from functools import cache
from typing import Any

import numpy as np

from demand.engine.history import SEASON, History
from sop.engine.arrays import Array

ETS = "ets"  # its name among the members
MIN_MONTHS = 24  # a season is fitted: every month seen twice


@cache
def ets_method() -> Any:
    """Return the method. Importing it takes a second and 100 MB: once, and only in workers that need it."""
    from statsforecast.models import AutoETS  # noqa: PLC0415

    return AutoETS(season_length=SEASON)


def ets_points(history: History, horizon: int) -> Array:
    """Return the mean forecast, n x horizon, base units a month; NaN where the history is short or the method fails."""
    points = np.full((len(history), horizon), np.nan)
    for row, months in enumerate(history.months):
        if months >= MIN_MONTHS:
            points[row] = _one(history.values[row, -months:], horizon)
    return points


def _one(values: Array, steps: int) -> Array:
    if np.ptp(values) == 0:
        return np.full(steps, values[-1])
    try:
        return np.asarray(ets_method().forecast(y=values, h=steps)["mean"], dtype=np.float64)
    except Exception:  # whatever a library raises on odd data: one series must not stop a run
        return np.full(steps, np.nan)
