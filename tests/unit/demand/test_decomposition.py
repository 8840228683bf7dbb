"""One series taken apart: its parts are found again, and its strengths are those of the formula."""

import numpy as np
import pytest

from demand.engine.decomposition import decompose, strength

MONTHS = np.arange(72)
TREND = 400 + 2.0 * MONTHS
SEASON = 80 * np.sin(2 * np.pi * MONTHS / 12)


def test_the_parts_are_found_again_and_add_up() -> None:
    values = TREND + SEASON + np.random.default_rng(5).normal(0, 8, len(MONTHS))
    parts = decompose(values)
    assert parts is not None
    assert parts.trend + parts.season + parts.remainder == pytest.approx(values)
    assert np.abs(parts.trend - TREND)[6:-6].max() < 15
    assert np.abs(parts.season - SEASON).max() < 20
    assert parts.seasonal_strength > 0.9
    assert parts.trend_strength > 0.9
    assert not parts.has_pattern


def test_strengths_follow_the_formula() -> None:
    rng = np.random.default_rng(1)
    part, left = rng.normal(0, 3, 60), rng.normal(0, 2, 60)

    def variance(values: np.ndarray) -> float:
        mean = sum(values) / len(values)
        return sum((value - mean) ** 2 for value in values) / len(values)

    assert strength(part, left) == pytest.approx(max(0, 1 - variance(left) / variance(part + left)))
    assert strength(-left / 2, left) == 0  # what is left moves more than both together
    assert strength(np.zeros(9), np.zeros(9)) == 0


def test_noise_has_neither_trend_nor_season() -> None:
    weak = []
    for seed in range(10):
        parts = decompose(500 + np.random.default_rng(seed).normal(0, 50, 96))
        assert parts is not None
        weak.append((parts.trend_strength, parts.seasonal_strength))
    assert np.mean(weak, axis=0).max() < 0.45


def test_what_follows_itself_is_a_pattern_and_chance_seldom_is() -> None:
    found = {0.0: 0, 0.8: 0}
    for followed in found:
        for seed in range(40):
            rng = np.random.default_rng(seed)
            noise = rng.normal(0, 10, len(MONTHS))
            for at in range(1, len(noise)):
                noise[at] += followed * noise[at - 1]
            parts = decompose(TREND + SEASON + noise)
            assert parts is not None
            found[followed] += parts.has_pattern
    assert found[0.0] <= 5
    assert found[0.8] >= 25


def test_a_month_far_off_is_named_and_stays_in_the_remainder() -> None:
    values = TREND + SEASON + np.random.default_rng(5).normal(0, 8, len(MONTHS))
    values[40] += 300
    parts = decompose(values)
    assert parts is not None
    assert 40 in parts.outlying.tolist()
    assert parts.remainder[40] > 250


def test_a_series_without_noise_leaves_nothing() -> None:
    parts = decompose(np.full(36, 25.0))
    assert parts is not None
    assert (parts.remainder == 0).all()
    assert (parts.chance, parts.has_pattern, len(parts.outlying)) == (1.0, False, 0)


def test_two_years_are_needed_and_no_gap_is_taken() -> None:
    assert decompose(np.arange(23.0)) is None
    assert decompose(np.arange(24.0)) is not None
    with pytest.raises(ValueError, match="not known"):
        decompose(np.array([1.0, np.nan] * 20))
