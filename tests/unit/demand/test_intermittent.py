"""Sporadic demand: IMAPA against the library's loop, quantiles in lots."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsforecast.models import IMAPA

from demand.engine.history import history_of
from demand.engine.intermittent import imapa_points, lumpy_quantiles, recent_mean_points
from demand.engine.quantiles import PROBABILITIES
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import panel_of, sporadic

THOUSANDTHS = st.integers(0, 10**8).map(lambda count: count / 1000)  # as finely as quantities are stored
CUTS = np.array(PROBABILITIES)


def history(**series):
    return history_of(check_panel(panel_of(**series)))


def test_imapa_of_a_matrix_agrees_with_the_loop_of_the_library():
    series = {f"S{seed:02d}": sporadic(40 + seed, every=0.1 + 0.015 * seed, seed=seed) for seed in range(40)}
    found = imapa_points(history(**series), 3)
    # The library searches the smoothing weight by golden section, we on a grid of 41: levels differ by some percent.
    expected = np.array([IMAPA().forecast(y=values, h=1)["mean"][0] for values in series.values()])
    assert (found == found[:, :1]).all()
    assert np.abs(found[:, 0] - expected).max() < 0.05
    assert np.abs(found[:, 0] - expected).mean() < 0.005


def test_nothing_sold_is_forecast_as_zero_and_returns_do_not_count():
    points = imapa_points(history(A=np.zeros(30), B=-sporadic(30)), 2)
    assert points.tolist() == [[0, 0], [0, 0]]
    assert recent_mean_points(history(A=[-5.0, 3.0, 4.0]), 1)[0, 0] == pytest.approx(7 / 3)


def test_recent_mean_is_that_of_twelve_months():
    assert recent_mean_points(history(A=[99.0] * 12 + [6.0, 0] * 6), 2).tolist() == [[3, 3]]


def test_quantiles_equal_the_negative_binomial_of_mean_and_variance():
    found = lumpy_quantiles(np.array([[2.0]]), np.array([5.0]), np.array([1.0]), CUTS)[0, 0]
    failures, success = 2.0**2 / (5 - 2), 2 / 5
    assert found.tolist() == stats.nbinom.ppf(CUTS, failures, success).tolist()


def test_variance_not_above_the_mean_gives_poisson():
    found = lumpy_quantiles(np.array([[4.0]]), np.array([1.0]), np.array([1.0]), CUTS)[0, 0]
    assert found.tolist() == stats.poisson.ppf(CUTS, 4.0).tolist()


def test_demand_in_lots_of_ten_has_quantiles_in_lots_of_ten():
    ones = lumpy_quantiles(np.array([[2.0]]), np.array([5.0]), np.array([1.0]), CUTS)
    tens = lumpy_quantiles(np.array([[20.0]]), np.array([500.0]), np.array([10.0]), CUTS)
    assert (tens == 10 * ones).all()


@settings(max_examples=150)
@given(THOUSANDTHS, st.floats(0, 1e10), THOUSANDTHS)
def test_quantiles_are_finite_never_negative_and_never_cross(mean, variance, lot):
    found = lumpy_quantiles(np.array([[mean]]), np.array([variance]), np.array([lot]), CUTS)[0, 0]
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (np.diff(found) >= 0).all()
