"""One series taken apart for the eye: trend, season and what is left, how strong each is, and whether chance is left.

Robust STL (Cleveland, Cleveland, McRae & Terpenning 1990) with the spans of demand.engine.outliers. The strengths are
those of Wang, Smith & Hyndman (2006), "Characteristic-based clustering for time series data", in the form of Hyndman &
Athanasopoulos (2021), "Forecasting: principles and practice", 4.3.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa.seasonal import STL

from demand.engine.fills import SEASON_FROM
from demand.engine.history import SEASON
from demand.engine.outliers import NORMAL, ROBUST_PASSES, SEASON_SMOOTHER, TREND_SMOOTHER
from sop.engine.arrays import Array, IntArray

OUTLYING = 3.5  # usual deviations from trend and season (Iglewicz & Hoaglin 1993)
LAGS = 6  # months over which what is left may resemble itself
# Taking a trend and a season out leaves remainders that turn back on themselves, so that the test alone accuses one
# series of chance in five. Asked for neighbours that resemble each other as well, it accuses one in fifteen.
CHANCE_BELOW = 0.05


@dataclass(frozen=True)
class Decomposition:
    """One series of n months taken apart, base units; trend + season + remainder is the series."""

    trend: Array
    season: Array
    remainder: Array
    trend_strength: float  # 0 none to 1 nothing else moves the deseasonalised series
    seasonal_strength: float  # 0 none to 1 nothing else moves the detrended series
    chance: float  # p-value of Ljung & Box (1978): how often chance leaves so much; 1 where nothing is left
    neighbours: float  # autocorrelation of the remainder from one month to the next
    outlying: IntArray  # places of the months far from trend and season

    @property
    def has_pattern(self) -> bool:
        """Return whether what is left is more than chance: months of one kind follow each other."""
        return self.chance < CHANCE_BELOW and self.neighbours > 0


def decompose(values: Array) -> Decomposition | None:
    """Return one series taken apart; None under 24 months, where a season cannot be told from chance.

    `values`: n months in order, base units, without gaps. Raises ValueError where a month is not known.
    """
    if not np.isfinite(values).all():
        raise ValueError("A month is not known: fill the gaps first.")
    if len(values) < SEASON_FROM:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a perfectly regular series has no residual to weigh
        parts = STL(
            values, period=SEASON, seasonal=SEASON_SMOOTHER, trend=TREND_SMOOTHER, seasonal_deg=0, robust=True
        ).fit(inner_iter=1, outer_iter=ROBUST_PASSES)
    trend, season = np.asarray(parts.trend), np.asarray(parts.seasonal)
    remainder = values - trend - season
    if np.abs(remainder).max() <= 1e-9 * max(np.abs(values).max(), 1.0):
        remainder = np.zeros_like(remainder)  # rounding of a series without noise, not a pattern
    chance, neighbours = _left(remainder)
    return Decomposition(
        trend=trend,
        season=season,
        remainder=remainder,
        trend_strength=strength(trend, remainder),
        seasonal_strength=strength(season, remainder),
        chance=chance,
        neighbours=neighbours,
        outlying=_outlying(remainder),
    )


def strength(part: Array, remainder: Array) -> float:
    """Return max(0, 1 - Var(remainder) / Var(part + remainder)); 0 where neither moves."""
    whole = float(np.var(part + remainder))
    return max(0.0, 1.0 - float(np.var(remainder)) / whole) if whole > 0 else 0.0


def _left(remainder: Array) -> tuple[float, float]:
    """Return how often chance alone leaves so much, and the autocorrelation from month to month."""
    apart = remainder - remainder.mean()
    square = float((apart**2).sum())
    if not square:
        return 1.0, 0.0
    found = acorr_ljungbox(remainder, lags=[LAGS])
    return float(found["lb_pvalue"].iloc[0]), float((apart[1:] * apart[:-1]).sum()) / square


def _outlying(remainder: Array) -> IntArray:
    apart = np.abs(remainder - np.median(remainder))
    usual = NORMAL * float(np.median(apart))
    places: IntArray = np.flatnonzero(apart > OUTLYING * usual) if usual > 0 else np.array([], dtype=np.int64)
    return places
