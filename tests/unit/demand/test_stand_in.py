"""Who stands in where a member fails: for that series only, in the test of the past as well, and said."""

import logging
import sys

import numpy as np
import pandas as pd
import pytest

from demand.engine import ets, members, theta
from demand.engine.all_series import all_series_pack, all_series_unpack
from demand.engine.baseline import BaselineOptions, all_series_find, baseline_chunk, baseline_finish, baseline_make
from demand.engine.chunk import chunk_join
from demand.engine.pool import baseline_pool
from demand.engine.smoothing import smoothed_level
from demand.engine.stand_in import failed_words
from tests.unit.demand.shapes import panel_of, regular, sporadic

ALONE = BaselineOptions(with_all=False)
STOPPED = "Left out: theta (it stopped with an error); theta_hw in its place."
NO_THETA = "theta (statsforecast cannot be loaded on this machine)"


@pytest.fixture
def broken(monkeypatch):
    """Let Theta fail on a series of 60 months, from today and from a year before."""
    usual = theta.theta_method()

    class Broken:
        def forecast(self, *, y, h):
            if len(y) in (48, 60):
                raise ValueError("odd data")
            return usual.forecast(y=y, h=h)

    monkeypatch.setattr(theta, "theta_method", Broken)


@pytest.fixture
def without(monkeypatch):
    """Return a function that takes a library away from this machine."""

    def take_away(*names):
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)
        theta.theta_method.cache_clear()
        ets.ets_method.cache_clear()

    yield take_away
    theta.theta_method.cache_clear()
    ets.ets_method.cache_clear()


def rows(result):
    return result.series.set_index("unique_id")


def points(result, name, column="yhat"):
    return result.forecast.loc[result.forecast["unique_id"] == name, column].to_numpy()


def test_it_stands_in_for_the_series_that_failed_and_for_no_other(broken):
    panel = panel_of(A=regular(60), B=regular(50), C=sporadic(60))
    result = baseline_make(panel, horizon=6, options=ALONE)
    found = rows(result)
    assert found["fallback"].tolist() == [STOPPED, "", ""]
    assert found["members"].tolist() == ["theta_hw", "theta", "imapa, recent_mean"]
    alone = baseline_make(panel, horizon=6, options=BaselineOptions(regular=("theta_hw",), with_all=False))
    assert points(result, "A").tolist() == points(alone, "A").tolist()
    assert found.loc["A", "wape"] == rows(alone).loc["A", "wape"], "the past is tested by what counts today"
    assert np.isnan(points(result, "B", "theta_hw")).all()


def test_how_series_are_cut_does_not_show(broken):
    panel = panel_of(A=regular(60), B=regular(50))
    parts = [baseline_chunk(panel[panel["unique_id"] == name], horizon=6) for name in "AB"]
    joined, whole = chunk_join(parts), baseline_chunk(panel, horizon=6)
    one, other = (baseline_finish(each, baseline_pool([each])) for each in (joined, whole))
    pd.testing.assert_frame_equal(one.forecast, other.forecast, check_exact=True)
    pd.testing.assert_frame_equal(one.series, other.series, check_exact=True)


def test_who_fails_today_is_not_tested_on_the_past(monkeypatch):
    def fails_today(history, horizon):
        if horizon == 6:
            raise ValueError("odd data")
        return np.ones((len(history), horizon))

    monkeypatch.setitem(members.MEMBERS, "moody", fails_today)
    chunk = baseline_chunk(panel_of(A=regular(60)), horizon=6, options=BaselineOptions(regular=("moody",)))
    assert np.isnan(chunk.past.members["moody"]).all()
    assert np.isfinite(chunk.past.members["theta_hw"]).all()


def test_without_statsforecast_the_whole_run_goes_on(without):
    without("statsforecast", "statsforecast.models")
    result = baseline_make(panel_of(A=regular(60), B=regular(40), C=sporadic(60)), horizon=6)
    found = rows(result)
    ets_too = NO_THETA + " and ets (statsforecast cannot be loaded on this machine)"
    assert found["fallback"].tolist() == [f"Left out: {ets_too}; theta_hw in its place."] * 2 + [""]
    assert found["members"].tolist() == ["theta_hw", "theta_hw", "imapa, recent_mean"]
    assert (points(result, "A") > 0).all()


def test_without_scikit_learn_the_model_over_all_is_replaced_and_nothing_moves_toward_sums(without):
    panel = panel_of(**{f"S{number:02d}": regular(60, seed=number) for number in range(22)})
    facts = pd.DataFrame({"unique_id": sorted(panel["unique_id"].unique()), "family": "Roofing"})
    without("sklearn", "sklearn.ensemble")
    found = all_series_unpack(all_series_pack(all_series_find(panel, horizon=3, facts=facts)))
    assert len(found.sums.points) == 0
    result = baseline_make(panel, horizon=3, facts=facts)
    assert set(result.series["members"]) == {"ets, theta, theta_hw"}
    assert set(result.series["fallback"]) == {
        "Left out: global (sklearn cannot be loaded on this machine); theta_hw in its place."
    }
    three = result.forecast[["ets", "theta", "theta_hw"]].mean(axis=1)
    assert result.forecast["yhat"].to_numpy() == pytest.approx(three.to_numpy())


def test_where_that_fails_too_a_smoothed_level_remains(without):
    without("statsforecast", "statsforecast.models", "statsmodels.tsa.holtwinters")
    result = baseline_make(panel_of(A=regular(60)), horizon=3, options=ALONE)
    instead = "theta_hw (statsmodels cannot be loaded on this machine); a smoothed level in its place."
    assert rows(result).loc["A", "fallback"] == f"Left out: {NO_THETA} and {instead}"
    level = smoothed_level(regular(60)[None, :])[0]
    assert points(result, "A") == pytest.approx(np.full(3, level))


def test_a_chosen_method_of_another_kind_of_series_is_not_lost_to_the_regular_ones():
    panel = panel_of(A=regular(60), B=regular(50))
    chosen = pd.DataFrame({"unique_id": ["A", "B"], "chosen": ["ets", ""]})
    result = baseline_make(panel, horizon=3, facts=chosen)
    assert rows(result)["members"].tolist() == ["ets", "ets, theta"]


def test_it_can_be_chosen_like_the_other_methods():
    chosen = pd.DataFrame({"unique_id": ["A"], "chosen": ["theta_hw"], "said": ["Olga chose it."]})
    result = baseline_make(panel_of(A=regular(60)), horizon=3, facts=chosen)
    assert rows(result).loc["A", ["route", "members", "fallback"]].tolist() == ["chosen", "theta_hw", ""]


def test_the_sentence_is_in_a_planners_words():
    words = {"theta": "Theta", "theta_hw": "Theta and Holt-Winters"}
    said = failed_words("theta=it gave no number;own=it stopped", ["theta_hw"], words)
    assert said == "Left out: Theta (it gave no number) and own (it stopped); Theta and Holt-Winters in its place."
    assert failed_words("own=it stopped", ["theta"], words) == "Left out: own (it stopped); the other methods alone."
    assert failed_words("", ["theta"], words) == ""


def test_a_failure_is_in_the_log_with_its_error(broken, caplog):
    with caplog.at_level(logging.WARNING):
        baseline_chunk(panel_of(A=regular(60)), horizon=3)
    assert "theta failed on series A: ValueError('odd data')" in caplog.text
