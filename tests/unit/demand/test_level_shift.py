"""Breaks in level: found when they are there, not where demand only swings, and followed within three months."""

import numpy as np
import pytest

from demand.engine.baseline import BaselineOptions, baseline_make
from demand.engine.history import history_of
from demand.engine.level_shift import FOLLOWED, followed, level_shifts
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import END, SEASON, panel_of, regular


def broken(months_since: int, ratio: float, noise: float = 0.06, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = 100 * SEASON[np.arange(60) % 12] * random.lognormal(0, noise, 60)
    values[60 - months_since :] *= ratio
    return values


def found(**series):
    return level_shifts(history_of(check_panel(panel_of(**series))))


@pytest.mark.parametrize("months", [3, 5, 9, 12])
@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_a_break_is_found_with_its_month_and_size(months, ratio):
    shifts = found(**{f"S{seed}": broken(months, ratio, seed=seed) for seed in range(20)})
    hit = shifts.months > 0
    assert hit.mean() >= 0.8
    assert np.median(shifts.months[hit]) == months
    assert np.median(shifts.ratio[hit]) == pytest.approx(ratio, rel=0.15)


def test_two_months_are_no_break_yet_and_old_ones_are_learnt():
    assert not found(A=broken(2, 0.5)).months.any()
    assert not found(A=broken(30, 0.5)).months.any()


def test_swings_trends_and_short_histories_are_no_break():
    calm = {f"S{seed}": regular(60, noise=8, seed=seed) for seed in range(60)}
    steep = {f"T{seed}": regular(60, trend=4, noise=8, seed=seed) for seed in range(20)}
    noisy = {f"N{seed}": broken(3, 1.0, noise=0.5, seed=seed) for seed in range(60)}
    assert not found(**calm, **steep, SHORT=broken(3, 0.5)[-14:]).months.any()
    assert (found(**noisy).months > 0).mean() <= 0.05


def test_months_before_the_break_come_most_of_the_way_and_those_since_stay():
    history = history_of(check_panel(panel_of(A=broken(4, 0.5), B=regular(60))))
    shifts = level_shifts(history)
    scaled = followed(history, shifts)
    assert scaled.values[0, -4:].tolist() == history.values[0, -4:].tolist()
    assert scaled.values[0, -30] == pytest.approx(history.values[0, -30] * shifts.ratio[0] ** FOLLOWED)
    assert np.array_equal(scaled.values[1], history.values[1], equal_nan=True)


@pytest.mark.parametrize("ratio", [0.5, 1.7])
def test_it_is_followed_within_three_months_and_said(ratio):
    series = {f"S{seed}": broken(3, ratio, seed=seed) for seed in range(12)}
    result = baseline_make(panel_of(**series), horizon=12, as_of=END, options=BaselineOptions(with_all=False))
    level = result.forecast.groupby("unique_id")["yhat"].mean() / 100
    said = result.series[result.series["break_months"] == 3]
    assert len(said) >= 10
    assert level[said["unique_id"]].mean() == pytest.approx(ratio, rel=0.15)
    word = "fell" if ratio < 1 else "rose"
    assert said["reason"].str.contains(f"The level {word} by .* in November 2021").all()
