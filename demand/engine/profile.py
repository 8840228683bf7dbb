"""What kind of demand a series is: its pattern, how far it swings, and whether its level broke lately."""

from dataclasses import dataclass

import numpy as np

from demand.engine.history import SEASON, History
from demand.engine.level_shift import LevelShifts
from demand.engine.routes import ENDED, GROWING, INTERMITTENT, NONE, SHORT
from demand.engine.seasonal import Season, seasonal_indices, without_season
from sop.engine.arrays import Array, TextArray

NEW, SMOOTH, SEASONAL, TRENDING, TURNING, LUMPY = "new", "smooth", "seasonal", "trending", "seasonal_trend", "lumpy"
PATTERNS = (NEW, SHORT, ENDED, INTERMITTENT, LUMPY, SMOOTH, SEASONAL, TRENDING, TURNING)
LUMPY_FROM = 0.49  # squared coefficient of variation of the months with sales (Syntetos, Boylan & Croston 2005)
SEASON_FROM = 0.15  # mean distance of the shrunk indices from none, as a share of the level
TREND_FROM = 0.10  # change of the level over the last two years, a year, as a share of it
RECENT = 24
X_BELOW, Y_BELOW = 0.25, 0.5  # coefficient of variation of what the season leaves


@dataclass(frozen=True)
class Profile:
    """The kind of n series."""

    pattern: TextArray  # one of PATTERNS
    xyz: TextArray  # X steady, Y varying, Z erratic; "" without a year of history
    break_months: np.ndarray  # months since the level broke, 0 where it did not
    break_ratio: Array  # level after over level before


def profile_of(history: History, route: TextArray, shifts: LevelShifts) -> Profile:
    """Return pattern, class of variation and break of each series.

    Seasonal: the indices, shrunk as far as noise could be their cause, lie 15 % from none on average. Trending: the
    deseasonalised level of the last year lies 10 % from that of the year before. Lumpy: sporadic, and sizes vary.
    """
    season = seasonal_indices(history.values)
    level = without_season(history.values, season)[:, -RECENT:]
    seasonal, trending = _swing(history, season) >= SEASON_FROM, np.abs(_trend(level)) >= TREND_FROM
    pattern = np.select(
        [
            route == NONE,
            route == ENDED,
            np.isin(route, [SHORT, GROWING]),
            (route == INTERMITTENT) & (_sizes(history) >= LUMPY_FROM),
            route == INTERMITTENT,
            seasonal & trending,
            seasonal,
            trending,
        ],
        [NEW, ENDED, SHORT, LUMPY, INTERMITTENT, TURNING, SEASONAL, TRENDING],
        SMOOTH,
    ).astype(np.str_)
    variation = _variation(level)
    xyz = np.select([variation < X_BELOW, variation < Y_BELOW], ["X", "Y"], "Z")
    xyz = np.where((history.months < SEASON) | (route == ENDED), "", xyz)
    return Profile(pattern, xyz.astype(np.str_), shifts.months, shifts.ratio)


def _swing(history: History, season: Season) -> Array:
    """Return the mean distance of the seasonal indices from no season, as a share of the level."""
    level = np.where(season.multiplicative, 1.0, _mean(np.abs(history.values)))
    none = np.where(season.multiplicative, 1.0, 0.0)[:, None]
    distance = np.abs(season.index - none).mean(axis=1)
    return np.where(level > 0, distance / np.where(level > 0, level, 1.0), 0.0)


def _trend(level: Array) -> Array:
    """Return the change from the year before last to the last, as a share of their mean."""
    last, before = _mean(level[:, SEASON:]), _mean(level[:, :SEASON])
    middle = (last + before) / 2
    return np.where(middle > 0, (last - before) / np.where(middle > 0, middle, 1.0), 0.0)


def _sizes(history: History) -> Array:
    """Return the squared coefficient of variation of the months with sales."""
    sold = np.where(np.nan_to_num(history.values) > 0, history.values, np.nan)
    return _variation(sold) ** 2


def _variation(values: Array) -> Array:
    """Return standard deviation over mean of each row's known months; infinite where the mean is nothing."""
    mean = _mean(values)
    spread = np.sqrt(_mean((values - mean[:, None]) ** 2))
    return np.where(mean > 0, spread / np.where(mean > 0, mean, 1.0), np.inf)


def _mean(values: Array) -> Array:
    counted = np.maximum((~np.isnan(values)).sum(axis=1), 1)
    mean: Array = np.nansum(values, axis=1) / counted
    return mean
