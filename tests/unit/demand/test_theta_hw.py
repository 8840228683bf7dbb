"""Theta and Holt-Winters by statsmodels: the library's own figures, and never more than a fence of them."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from demand.engine import theta_hw
from demand.engine.history import history_of
from demand.engine.libraries import LibraryMissing, library
from demand.engine.seasonal import season_ahead, seasonal_indices, without_season
from demand.engine.theta_hw import theta_hw_points
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import panel_of, regular


def history(**series):
    return history_of(check_panel(panel_of(**series)))


def theirs(values, horizon):
    """Return Theta of the series and damped smoothing of it without its season, as the library gives them."""
    found = history(A=values)
    season = seasonal_indices(found.values)
    level = without_season(found.values, season)[0, -len(values) :]
    fit = ExponentialSmoothing(level, trend="add", damped_trend=True, initialization_method="heuristic").fit()
    theta = np.asarray(ThetaModel(values, period=12).fit().forecast(horizon))
    return theta, season_ahead(fit.forecast(horizon)[None, :], season)[0]


@pytest.mark.parametrize("values", [regular(60), regular(84, trend=-0.8, noise=15), regular(36) - 60], ids=str)
def test_it_is_the_mean_of_the_librarys_two(values):
    theta, smoothed = theirs(values, 15)
    ceiling = 3 * values[-12:].max()
    both = [np.clip(theta, 0, ceiling), np.clip(smoothed, 0, ceiling)]
    assert theta_hw_points(history(A=values), 15)[0] == pytest.approx(np.mean(both, axis=0))


def test_under_two_years_it_says_nothing_and_of_a_still_series_its_value():
    found = theta_hw_points(history(SHORT=regular(23), STILL=np.full(30, 7.0)), 4)
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [7.0] * 4


def test_where_one_of_the_two_fails_the_other_stands_and_where_both_nothing(monkeypatch):
    values = regular(60)
    theta, smoothed = theirs(values, 5)

    def broken(*_):
        raise ArithmeticError("odd data")

    with monkeypatch.context() as patch:
        patch.setattr(theta_hw, "_theta", broken)
        assert theta_hw_points(history(A=values), 5)[0] == pytest.approx(smoothed)
    monkeypatch.setattr(theta_hw, "_smoothed", broken)
    assert theta_hw_points(history(A=values), 5)[0] == pytest.approx(theta)
    monkeypatch.setattr(theta_hw, "_theta", broken)
    assert np.isnan(theta_hw_points(history(A=values), 5)).all()


def test_a_fit_that_does_not_settle_is_left_out(monkeypatch):
    class Fit:
        mle_retvals = SimpleNamespace(success=False)

    class Model:
        def __init__(self, *_, **__):
            pass

        def fit(self):
            return Fit

    values = regular(60)
    monkeypatch.setattr(library("statsmodels.tsa.holtwinters"), "ExponentialSmoothing", Model)
    assert theta_hw_points(history(A=values), 5)[0] == pytest.approx(
        np.asarray(ThetaModel(values, period=12).fit().forecast(5))
    )


def test_one_that_explodes_is_fenced_before_the_mean_is_taken(monkeypatch):
    values = regular(60)
    _, smoothed = theirs(values, 5)
    monkeypatch.setattr(theta_hw, "_theta", lambda *_: np.full(5, 1e9))
    found = theta_hw_points(history(A=values), 5)[0]
    assert found == pytest.approx((3 * values[-12:].max() + smoothed) / 2)


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.tsa.forecasting.theta", None)
    with pytest.raises(LibraryMissing, match="statsmodels cannot be loaded on this machine"):
        theta_hw_points(history(A=regular(60)), 3)
