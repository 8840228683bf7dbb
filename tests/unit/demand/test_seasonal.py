"""Shrunk monthly indices: a real season stays, noise goes."""

import numpy as np
import pytest

from demand.engine.seasonal import season_ahead, seasonal_indices, with_season, without_season
from tests.unit.demand.shapes import SEASON, regular

WIDTH = 240


def matrix(*rows):
    """Return rows aligned at the last column."""
    values = np.full((len(rows), WIDTH), np.nan)
    for place, row in enumerate(rows):
        values[place, WIDTH - len(row) :] = row
    return values


def loop_indices(y):
    """The same indices month by month, written out as the formula reads."""
    y, m = list(y), 12
    multiplicative = min(y) > 0
    by_month = {month: [] for month in range(m)}
    for t in range(6, len(y) - 6):
        trend = (0.5 * y[t - 6] + sum(y[t - 5 : t + 6]) + 0.5 * y[t + 6]) / 12
        by_month[(t - len(y)) % 12].append(y[t] / trend if multiplicative else y[t] - trend)
    typical = [
        (np.median(found) if len(found) >= 5 else np.mean(found)) if found else np.nan for found in by_month.values()
    ]
    mean = np.nanmean(typical)
    index = [each / mean if multiplicative else each - mean for each in typical]
    none = 1.0 if multiplicative else 0.0
    variances = [np.var(found, ddof=1) / len(found) for found in by_month.values() if len(found) > 1]
    if not variances:
        return [none] * 12
    noise = np.mean(variances)
    signal = sum((each - none) ** 2 for each in index if not np.isnan(each)) / (m - 1)
    w = min(1.0, (m - 3) / (m - 1) * noise / (noise + signal)) if noise + signal > 0 else 1.0
    return [none if np.isnan(each) else w * none + (1 - w) * each for each in index]


@pytest.mark.parametrize("months", [14, 25, 30, 36, 47, 60, 61, 90, 133])
@pytest.mark.parametrize("shift", [0.0, -60.0])
def test_vectorised_indices_equal_the_loop(months, shift):
    rows = [regular(months, noise=noise, seed=seed) + shift for seed, noise in enumerate((0.5, 20, 60))]
    found = seasonal_indices(matrix(*rows)).index
    for row, index in zip(rows, found, strict=True):
        assert index == pytest.approx(loop_indices(row), rel=1e-9)


def test_clear_season_is_kept_and_pure_noise_is_shrunk():
    random = np.random.default_rng(3)
    noise = np.maximum(100 + random.normal(0, 15, (200, 60)), 1)
    clear = seasonal_indices(matrix(regular(60, noise=1)))
    assert clear.strength[0] > 0.98
    assert clear.index[0] == pytest.approx(SEASON, abs=0.03)
    shrunk = seasonal_indices(matrix(*noise))
    raw = 1 + (shrunk.index - 1) / shrunk.strength[:, None]
    assert shrunk.strength.mean() < 0.65
    assert ((shrunk.index - 1) ** 2).sum() < 0.5 * ((raw - 1) ** 2).sum()


def test_a_month_of_zero_leaves_the_season_of_the_others_as_units():
    values = regular(60, trend=0, noise=1)
    values[17] = 0.0
    season = seasonal_indices(matrix(values))
    assert not season.multiplicative[0]
    others = np.arange(12) != 17 % 12
    assert season.index[0][others] == pytest.approx((SEASON[others] - 1) * 100, abs=6)


@pytest.mark.parametrize("months", [0, 1, 5, 12, 13, 24])
def test_too_short_to_tell_a_season_from_noise_has_none(months):
    season = seasonal_indices(matrix(regular(months)))
    assert (season.index == 1).all()
    assert season.strength[0] == 0


@pytest.mark.parametrize("row", [np.zeros(60), np.full(60, 7.0), -regular(60)])
def test_degenerate_rows_give_finite_indices(row):
    assert np.isfinite(seasonal_indices(matrix(row)).index).all()


def test_season_out_and_in_is_the_same_series():
    values = matrix(regular(60), regular(40) - 80, np.zeros(30))
    season = seasonal_indices(values)
    assert with_season(without_season(values, season), season) == pytest.approx(values, nan_ok=True)


def test_forecast_goes_on_in_the_month_after_the_last():
    values = matrix(regular(60, trend=0, noise=0.1))
    season = seasonal_indices(values)
    ahead = season_ahead(np.full((1, 18), 100.0), season)[0]
    assert ahead == pytest.approx(np.tile(SEASON, 2)[:18] * 100, abs=1)
