"""Exponential smoothing as a member: agrees with another implementation, stays silent where it knows too little."""

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from demand.engine import ets
from demand.engine.ets import ETS, ets_points
from demand.engine.history import history_of
from demand.engine.members import members_run
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import panel_of, regular


def points(horizon=6, **series):
    return ets_points(history_of(check_panel(panel_of(**series))), horizon)


def test_it_agrees_with_an_independent_implementation():
    values = regular(84, noise=2)
    theirs = ETSModel(values, error="add", trend="add", seasonal="mul", seasonal_periods=12).fit(disp=False)
    assert points(12, A=values)[0] == pytest.approx(theirs.forecast(12), rel=0.06)


def test_under_two_years_it_says_nothing_and_of_a_still_series_its_value():
    found = points(SHORT=regular(23), STILL=np.full(30, 7.0))
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [7.0] * 6


def test_what_the_library_raises_on_one_series_stops_no_other(monkeypatch):
    class Broken:
        def forecast(self, *, y, h):
            if len(y) == 60:
                raise ValueError("odd data")
            return {"mean": np.ones(h)}

    monkeypatch.setattr(ets, "ets_method", Broken)
    history = history_of(check_panel(panel_of(A=regular(60), B=regular(50))))
    ran = members_run(history, {ETS: np.ones(2, bool)}, 6)
    assert np.isnan(ran.points[ETS][0]).all()
    assert ran.points[ETS][1].tolist() == [1.0] * 6
    assert ran.why[ETS].tolist() == ["it stopped with an error", ""]
