"""What trend and season expect of each month, and the months far from it.

A robust screen over all series at once finds months worth a look; only their series are decomposed by robust STL
(Cleveland, Cleveland, McRae & Terpenning 1990, "STL: A seasonal-trend decomposition procedure based on loess"), which
costs a hundred times as much.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from statsmodels.tsa.seasonal import STL

from demand.engine.fills import SEASON_FROM, fill_gaps
from demand.engine.history import SEASON
from sop.engine.arrays import Array, BoolArray, IntArray

WINDOW = 13  # months of the running median: a year, and odd
SEASON_SMOOTHER = 13  # years STL draws one month's season over: steady, as a trade's season is
TREND_SMOOTHER = 21  # months, what STL takes for these two; a line over so many takes two degrees of freedom
ROBUST_PASSES = 5  # "a very safe value" (Cleveland et al., 3.4); the worst months are filled before
NORMAL = 1.4826  # median absolute deviation to standard deviation
SCREEN, SCREEN_SHARE = 3.0, 0.3  # deviations, and share of the level: both, and a month is worth decomposing for
FEW = 4  # months known to both sides of nothing: under so many no usual deviation can be told
LEAST_SHARE = 0.05  # of the level: a month nearer than this is never far off, however smooth the series


@dataclass(frozen=True)
class Expected:
    """What trend and season expect, n x months in base units, and how far months usually lie from it (same shape).

    NaN where a series is not looked at: too short, or no suspicious month.
    """

    value: Array
    usual: Array


def expected_find(values: Array, suspects: BoolArray) -> tuple[Expected, BoolArray]:
    """Return what is expected in the series with suspicious months, and the suspicious months: given and screened.

    `values`: n x months (a multiple of 12) of demand, every series ending in the last column, NaN before its first
    month and where a month is not known. `suspects`: months known to say nothing about what is usual. Series from two
    years on are decomposed by robust STL with the suspicious months filled; shorter ones are expected on the straight
    line between the neighbours.
    """
    level, usual = _screen(np.where(suspects, np.nan, values))
    with np.errstate(invalid="ignore"):
        apart = np.abs(values - level)
        screened = suspects | (apart > SCREEN * _at_least(usual, level)) & (apart > SCREEN_SHARE * np.abs(level))
    rows = np.flatnonzero(screened.any(axis=1))
    value, far = np.full_like(values, np.nan), np.full_like(values, np.nan)
    held_out = np.where(screened, np.nan, values)[rows]
    filled = fill_gaps(held_out)
    filled = np.where(np.isnan(filled), level[rows], filled)  # at the end there is no neighbour to draw a line to
    for row, known, line in zip(rows, ~np.isnan(held_out), filled, strict=True):
        fitted = _fitted(line)
        value[row] = np.maximum(fitted, 0)
        errors = np.abs(line - fitted)[known]
        spread = NORMAL * np.median(errors) * _fit_loss(len(errors)) if len(errors) >= FEW else np.inf
        far[row] = _at_least(np.full(values.shape[1], max(spread, np.nan_to_num(usual[row, 0]))), value[row])
    return Expected(value, far), screened


def _fitted(line: Array) -> Array:
    """Return trend and season of one series without gaps; the line itself where it is too short for a season."""
    own = ~np.isnan(line)
    if own.sum() < SEASON_FROM:
        level: Array = _running_median(line[None, :])[0]
        return level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a perfectly regular series has no residual to weigh
        parts = STL(
            line[own], period=SEASON, seasonal=SEASON_SMOOTHER, trend=TREND_SMOOTHER, seasonal_deg=0, robust=True
        ).fit(inner_iter=1, outer_iter=ROBUST_PASSES)
    fitted = np.full_like(line, np.nan)
    fitted[own] = parts.trend + parts.seasonal
    return fitted


def _fit_loss(months: int) -> float:
    """Return how much smaller a fit makes the errors it was made from: twelve seasons and a trend were fitted."""
    if months < SEASON_FROM:
        return 1.0
    free = months - SEASON - 2 * months / TREND_SMOOTHER
    return float(np.sqrt(months / max(free, 1.0)))


def _screen(values: Array) -> tuple[Array, Array]:
    """Return level with season, n x months, and the usual deviation from it, n x 1: medians only."""
    trend = _running_median(values)
    apart = (values - trend).reshape(len(values), values.shape[1] // SEASON, SEASON)
    season = _season(apart)
    level = trend + np.tile(season, (1, values.shape[1] // SEASON))
    return level, NORMAL * _median(np.abs(values - level))[:, None]


def _season(apart: Array) -> Array:
    """Return, n x 12, each month's median distance from the trend over the years; of two years the smaller one."""
    seen: IntArray = (~np.isnan(apart)).sum(axis=1)
    nearest = np.take_along_axis(apart, np.argmin(np.where(np.isnan(apart), np.inf, np.abs(apart)), axis=1)[:, None], 1)
    median = _median(np.swapaxes(apart, 1, 2))
    return np.where(seen >= 3, median, np.where(seen == 2, nearest[:, 0], 0.0))


def _running_median(values: Array) -> Array:
    """Return the centred running median over the known months of a year around each."""
    half = WINDOW // 2
    around = np.pad(values, ((0, 0), (half, half)), constant_values=np.nan)
    return np.where(np.isnan(_mask(values)), np.nan, _median(sliding_window_view(around, WINDOW, axis=1)))


def _mask(values: Array) -> Array:
    """Return 1 from a series' first month on, NaN before."""
    begun = np.logical_or.accumulate(~np.isnan(values), axis=1)
    return np.where(begun, 1.0, np.nan)


def _median(values: Array) -> Array:
    """Return the median over the last axis, leaving NaN out; NaN where nothing is known."""
    ordered = np.sort(values, axis=-1)  # NaN last
    count = (~np.isnan(values)).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-1] - 1), axis=-1)
    middle: Array = ((low + high) / 2)[..., 0]
    return middle


def _at_least(usual: Array, level: Array) -> Array:
    """Return the usual deviation, no less than chance gives a count of that size and than a small share of it."""
    size = np.maximum(np.nan_to_num(level), 0)
    return np.maximum(
        np.where(np.isnan(usual), 0, usual), np.maximum(np.sqrt(size), np.maximum(LEAST_SHARE * size, 1.0))
    )
