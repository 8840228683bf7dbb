"""The one model over all regular series: learns what they share, says nothing where it knows nothing."""

import numpy as np
import pandas as pd
import pytest

from demand.engine import global_model
from demand.engine.all_series import AllSeries, all_series_pack, all_series_unpack, chunk_with_all
from demand.engine.baseline import BaselineOptions, all_series_find, baseline_chunk, baseline_make
from demand.engine.ets import ETS
from demand.engine.global_model import GLOBAL, global_points
from demand.engine.hierarchy import SumForecasts
from demand.engine.history import History, history_of
from tests.unit.demand.shapes import panel_of, regular, sporadic

MANY = 120
PANEL = panel_of(**{f"S{number:03d}": regular(level=50.0 + 5 * number, seed=number) for number in range(MANY)})


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(global_model, "TREES", 40)


def history(panel: pd.DataFrame) -> History:
    return history_of(panel.assign(ds=pd.to_datetime(panel["ds"])))


def swinging(number: int, months: int = 48) -> np.ndarray:
    """Return demand that doubles and halves in turn around its level; odd series begin with the half."""
    level = 20.0 * (number + 1)
    return level * np.where((np.arange(months) + number) % 2, 2.0, 1.0)


def test_it_learns_what_the_series_share() -> None:
    panel = panel_of(**{f"S{number:03d}": swinging(number) for number in range(MANY)})
    points = global_points(history(panel), 4)
    expected = np.array([swinging(number, 52)[-4:] for number in range(MANY)])
    assert points == pytest.approx(expected, rel=0.05)


def test_the_same_histories_give_the_same_numbers_in_any_order() -> None:
    once, again = (global_points(history(panel), 6) for panel in (PANEL, PANEL.sample(frac=1, random_state=3)))
    assert np.array_equal(once, again)


def test_too_few_series_teach_nothing() -> None:
    few = PANEL[PANEL["unique_id"] < "S019"]
    assert np.isnan(global_points(history(few), 3)).all()
    assert set(all_series_find(few, horizon=3).now) == {ETS}
    assert set(baseline_make(few, horizon=3).series["members"]) == {"ets, theta"}


def test_few_series_have_both_the_model_over_all_and_smoothing_each() -> None:
    some = PANEL[PANEL["unique_id"] < "S030"]
    result = baseline_make(some, horizon=3)
    assert set(result.series["members"]) == {"ets, global, theta"}
    members = result.forecast[[ETS, GLOBAL, "theta"]]
    assert result.forecast["yhat"].to_numpy() == pytest.approx(members.mean(axis=1).to_numpy())


def test_a_history_under_thirteen_months_is_not_forecast() -> None:
    panel = pd.concat([PANEL, panel_of(short=regular(12), enough=regular(13))])
    found = history(panel)
    points = dict(zip(found.ids, global_points(found, 3), strict=True))
    assert np.isnan(points["short"]).all()
    assert np.isfinite(points["enough"]).all()


def test_zero_and_negative_months_give_numbers_at_or_above_zero() -> None:
    odd = regular(60)
    odd[10], odd[30], odd[-1] = 0.0, -25.0, 0.0
    found = history(pd.concat([PANEL, panel_of(odd=odd)]))
    points = global_points(found, 18)
    assert np.isfinite(points).all()
    assert (points >= 0).all()


def test_a_series_known_until_earlier_is_forecast_over_the_gap() -> None:
    found = history(PANEL)
    late = History(**{**vars(found), "behind": np.where(np.arange(len(found)) == 0, 2, 0)})
    assert global_points(late, 4)[0] == pytest.approx(global_points(found, 6)[0, 2:])


def test_only_the_latest_months_are_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(global_model, "LATEST_MAX", 3 * MANY)
    found = history(PANEL)
    level = np.log1p(found.values)
    features, target = global_model._examples(level, np.zeros(MANY, dtype=np.int64))
    assert len(features) == len(target) == 3 * MANY
    assert np.array_equal(target[:MANY], np.diff(level, axis=1)[:, -1])


def test_of_more_months_than_it_can_hold_it_draws_on_all_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(global_model, "EXAMPLES_MAX", 1000)
    found = history(PANEL)
    level, last = np.log1p(found.values), np.arange(MANY) % 12
    features, target = global_model._examples(level, last)
    every = np.diff(level, axis=1)[:, -47:][:, ::-1].T
    drawn = np.isin(every, target)
    assert len(features) == len(target) == drawn.sum() == 1000
    assert set(drawn.sum(axis=1)) == {21, 22}, "as many of every month"
    assert drawn.sum(axis=0).max() < 47, "no series with all of its months"
    again, same = global_model._examples(level, last)
    assert np.array_equal(features, again)
    assert np.array_equal(target, same)


def test_few_enough_months_are_all_learnt_from() -> None:
    found = history(PANEL)
    level = np.log1p(found.values)
    _, target = global_model._examples(level, np.zeros(MANY, dtype=np.int64))
    assert np.array_equal(target, np.diff(level, axis=1)[:, -47:][:, ::-1].T.ravel())


def test_the_baseline_is_the_mean_of_the_model_and_theta_for_regular_series_alone() -> None:
    panel = pd.concat([PANEL, panel_of(rare=sporadic())])
    result = baseline_make(panel, horizon=6)
    regular_rows = result.forecast[result.forecast["unique_id"] != "rare"]
    mean = (regular_rows["theta"] + regular_rows[GLOBAL]) / 2
    assert regular_rows["yhat"].to_numpy() == pytest.approx(mean.to_numpy())
    assert result.forecast.loc[result.forecast["unique_id"] == "rare", GLOBAL].isna().all()
    assert set(result.series["members"]) == {"global, theta", "imapa, recent_mean"}


def test_without_the_model_the_other_member_stands_alone() -> None:
    result = baseline_make(PANEL, horizon=6, options=BaselineOptions(with_all=False))
    assert set(result.series["members"]) == {"theta"}


def test_forecasts_join_the_chunk_they_belong_to_whatever_its_series() -> None:
    ids = np.array(["S001", "S003"])
    now, past = np.array([[1.0], [3.0]]), np.array([[10.0], [30.0]]).repeat(12, axis=1)
    none = SumForecasts(np.zeros((0, 1)), np.zeros(0), ids[:0], np.zeros(0, dtype=np.int64))
    found = AllSeries(ids, {GLOBAL: now}, {GLOBAL: past}, np.ones(11), none, np.full(2, ""))
    part = PANEL[PANEL["unique_id"].isin(["S000", "S003"])]
    joined = chunk_with_all(baseline_chunk(part, horizon=1), all_series_unpack(all_series_pack(found)))
    assert np.array_equal(joined.now.members[GLOBAL][:, 0], [np.nan, 3], equal_nan=True)
    assert np.array_equal(joined.past.members[GLOBAL][:, 0], [np.nan, 30], equal_nan=True)
