"""Whole units that add up to what was forecast."""

import numpy as np
import pytest

from demand.engine.rounding import whole_units

IDS = np.array([f"S{number}" for number in range(400)])


def test_running_totals_stay_within_one_unit_and_months_are_whole():
    points = np.random.default_rng(1).uniform(0, 3, (400, 18))
    found = whole_units(points, IDS)
    assert (found == np.round(found)).all()
    assert (found >= 0).all()
    assert np.abs(np.cumsum(found, axis=1) - np.cumsum(points, axis=1)).max() < 1


def test_sums_of_many_slow_series_are_steady():
    total = whole_units(np.full((400, 12), 0.1), IDS).sum(axis=0)
    assert total == pytest.approx(np.full(12, 40), abs=20)


def test_a_whole_number_stays_and_the_place_in_the_table_does_not_matter():
    points = np.array([[5.0, 7.0, 0.0], [0.4, 0.4, 0.4]])
    both = whole_units(points, IDS[:2])
    assert both[0].tolist() == [5, 7, 0]
    assert whole_units(points[1:], IDS[1:2]).tolist() == both[1:].tolist()
