"""Simple exponential smoothing of a matrix equals the loop over one series."""

import numpy as np
import pytest

from demand.engine.smoothing import ALPHAS, flat, smoothed_level


def loop_level(y):
    best = (np.inf, None)
    for alpha in ALPHAS:
        level, squares = y[0], 0.0
        for value in y[1:]:
            error = value - level
            level += alpha * error
            squares += error**2
        if squares < best[0]:
            best = (squares, level)
    return best[1]


def test_vectorised_level_equals_the_loop():
    random = np.random.default_rng(4)
    rows = [100 + np.cumsum(random.normal(0, size, months)) for size in (0, 1, 30) for months in (1, 2, 7, 40)]
    values = np.full((len(rows), 50), np.nan)
    for place, row in enumerate(rows):
        values[place, 50 - len(row) :] = row
    assert smoothed_level(values) == pytest.approx([loop_level(row) for row in rows])


def test_row_without_a_value_has_no_level():
    assert np.isnan(smoothed_level(np.full((2, 5), np.nan))).all()


def test_jump_is_followed_and_noise_is_averaged():
    jump = np.repeat([10.0, 50.0], 12)
    noise = 30 + np.where(np.arange(24) % 2, 5.0, -5.0)
    levels = smoothed_level(np.vstack([jump, noise]))
    assert levels[0] > 49
    assert abs(levels[1] - 30) < 1.5


def test_flat_repeats_the_level():
    assert flat(np.array([3.0, 4.0]), 3).tolist() == [[3, 3, 3], [4, 4, 4]]
