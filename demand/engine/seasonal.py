"""Monthly indices shrunk toward no season, as far as the history cannot tell a season from noise.

Classical decomposition overstates the season of a short or noisy series; shrinking the indices by the James-Stein rule
lowers the error (Miller & Williams 2003, "Shrinkage estimators of time series seasonal factors and their effect on
forecasting accuracy", International Journal of Forecasting 19).
"""

from dataclasses import dataclass

import numpy as np

from sop.engine.arrays import Array, BoolArray, IntArray

SEASON = 12
MEDIAN_FROM = 5  # years: under five a median throws away too much of the little there is


@dataclass(frozen=True)
class Season:
    """Season of n series by phase: phase 0 is the month of columns 0, 12, 24..., phase 11 that of the last column."""

    index: Array  # n x 12: factors around 1 where multiplicative, else units around 0
    multiplicative: BoolArray  # n
    strength: Array  # n: 1 = indices as measured, 0 = shrunk to no season at all


def seasonal_indices(values: Array, known: BoolArray | None = None) -> Season:
    """Return the shrunk season of each row.

    Ratio to (multiplicative, all > 0) or difference from (additive) the centred 2x12 moving average; per month the
    median over the years, the mean under five years; then shrunk by
    w = min(1, (m-3)/(m-1) * V / (V + A/(m-1))), m = 12, V = mean over months of the variance of the index estimate,
    A = sum of squared deviations of the indices from no season. Under 14 months, or where no month was seen twice,
    there is no season to tell from noise: w = 1.

    `values`: n x months (a multiple of 12), NaN before the first month. `known`: False marks months to leave out.
    """
    multiplicative = np.where(np.isnan(values), np.inf, values).min(axis=1) > 0
    trend = _centred_average(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(multiplicative[:, None], values / trend, values - trend)
    if known is not None:
        ratios = np.where(known, ratios, np.nan)
    by_year = ratios.reshape(len(values), values.shape[1] // SEASON, SEASON)
    years = (~np.isnan(by_year)).sum(axis=1)
    index = _normed(_typical(by_year, years), multiplicative)
    none = np.where(multiplicative, 1.0, 0.0)[:, None]
    toward_none = _shrinkage(by_year, years, index - none)[:, None]
    shrunk = np.where(np.isnan(index), none, toward_none * none + (1 - toward_none) * index)
    return Season(np.where(toward_none == 1, none, shrunk), multiplicative, 1 - toward_none[:, 0])


def without_season(values: Array, season: Season) -> Array:
    """Return the matrix, ending in the last column, with its season taken out."""
    index = np.tile(season.index, (1, values.shape[1] // SEASON))
    factor = np.where(season.multiplicative[:, None], index, 1.0)
    return np.where(season.multiplicative[:, None], values / factor, values - index)


def with_season(values: Array, season: Season) -> Array:
    """Return the matrix, ending in the last column, with its season put back."""
    index = np.tile(season.index, (1, values.shape[1] // SEASON))
    return np.where(season.multiplicative[:, None], values * index, values + index)


def season_ahead(level: Array, season: Season) -> Array:
    """Return forecasts of the deseasonalised series, n x steps, with the season of each month ahead."""
    steps = level.shape[1]
    index = np.tile(season.index, (1, -(-steps // SEASON)))[:, :steps]
    return np.where(season.multiplicative[:, None], level * index, level + index)


def _centred_average(values: Array) -> Array:
    """Return the centred 2x12 moving average; NaN in the first and last half year."""
    months = values.shape[1]
    total = values[:, :-SEASON] * 0.5 + values[:, SEASON:] * 0.5
    for offset in range(1, SEASON):
        total = total + values[:, offset : months - SEASON + offset]
    average = np.full_like(values, np.nan)
    average[:, SEASON // 2 : -SEASON // 2] = total / SEASON
    return average


def _typical(by_year: Array, years: IntArray) -> Array:
    """Return the median over the years, the mean under five; NaN for a month never seen."""
    ordered = np.sort(by_year, axis=1)  # NaN last
    low = np.maximum((years - 1) // 2, 0)[:, None, :]
    high = np.minimum(years // 2, by_year.shape[1] - 1)[:, None, :]
    pair = np.take_along_axis(ordered, low, axis=1) + np.take_along_axis(ordered, high, axis=1)
    seen = np.maximum(years, 1)
    mean = np.nansum(by_year, axis=1) / seen
    typical = np.where(years >= MEDIAN_FROM, pair[:, 0] / 2, mean)
    return np.where(years > 0, typical, np.nan)


def _normed(index: Array, multiplicative: BoolArray) -> Array:
    """Return indices whose mean is 1 (multiplicative) or 0 (additive)."""
    seen = np.maximum((~np.isnan(index)).sum(axis=1, keepdims=True), 1)
    mean: Array = np.nansum(index, axis=1, keepdims=True) / seen
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(multiplicative[:, None], index / mean, index - mean)


def _shrinkage(by_year: Array, years: IntArray, deviation: Array) -> Array:
    """Return the weight of no season, 0..1, per row."""
    seen = np.maximum(years, 1)
    mean = np.nansum(by_year, axis=1) / seen
    squares = np.nansum((by_year - mean[:, None, :]) ** 2, axis=1)
    repeated = years >= 2
    variance = np.where(repeated, squares / np.maximum(years - 1, 1) / seen, 0.0)
    months = repeated.sum(axis=1)
    noise = variance.sum(axis=1) / np.maximum(months, 1)
    signal = np.nansum(deviation**2, axis=1) / (SEASON - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.minimum(1.0, (SEASON - 3) / (SEASON - 1) * noise / (noise + signal))
    return np.where((months > 0) & (noise + signal > 0), weight, 1.0)
