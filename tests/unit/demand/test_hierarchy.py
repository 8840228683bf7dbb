"""Sums and their series: which are made, and a baseline moved so that it agrees with them."""

import numpy as np
import pandas as pd
import pytest

from demand.engine import hierarchy
from demand.engine.baseline import BaselineOptions, baseline_make
from demand.engine.hierarchy import NO_SUMS, SumForecasts, reconciled, sums_of
from demand.engine.history import history_of
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import END, SEASON, panel_of, regular

IDS = np.array(["A", "B", "C"])
PART, WHOLE = np.array(["A", "B", "C"]), np.zeros(3, dtype=np.int64)


def one_sum(total: float, variance: float) -> SumForecasts:
    return SumForecasts(np.array([[total]]), np.array([variance]), PART, WHOLE)


def moved(variance: list[float], total: float, sure: float = 0.0) -> np.ndarray:
    points = np.array([[10.0], [20.0], [30.0]])
    return points[:, 0] + reconciled(IDS, points, np.array(variance), one_sum(total, sure)).points[:, 0]


def test_a_sum_that_is_sure_of_itself_is_met_and_the_unsure_series_give_way():
    assert moved([1.0, 1.0, 1.0], 66) == pytest.approx([12, 22, 32], rel=1e-6)
    assert moved([1.0, 4.0, 1.0], 66) == pytest.approx([11, 24, 31], rel=1e-6)
    assert moved([0.0, 1.0, 1.0], 66) == pytest.approx([10, 23, 33], rel=1e-6)


def test_a_sum_as_unsure_as_its_series_together_is_met_halfway():
    assert moved([1.0, 1.0, 1.0], 66, sure=3.0) == pytest.approx([11, 21, 31], rel=1e-6)


def test_it_is_the_weighted_least_squares_solution_over_two_levels():
    random = np.random.default_rng(4)
    ids = np.array([f"S{number}" for number in range(6)])
    points, variance = random.uniform(5, 50, (6, 3)), random.uniform(0.5, 4, 6)
    which = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]], dtype=float)
    totals, sure = which @ points + random.normal(0, 3, (3, 3)), np.array([9.0, 2.0, 3.0])
    whole, part = np.nonzero(which)
    found = points + reconciled(ids, points, variance, SumForecasts(totals, sure, ids[part], whole)).points
    # min (b - points)' V^-1 (b - points) + (A b - totals)' S^-1 (A b - totals), solved as an ordinary regression.
    rows = np.vstack([np.eye(6) / np.sqrt(variance)[:, None], which / np.sqrt(sure)[:, None]])
    target = np.vstack([points / np.sqrt(variance)[:, None], totals / np.sqrt(sure)[:, None]])
    assert found == pytest.approx(np.linalg.lstsq(rows, target, rcond=None)[0], rel=1e-6)


def test_without_sums_nothing_moves():
    shift = reconciled(IDS, np.ones((3, 2)), np.ones(3), NO_SUMS)
    assert shift.of(IDS, 2).tolist() == np.zeros((3, 2)).tolist()


def test_a_series_among_no_sum_is_not_moved():
    shift = reconciled(IDS, np.full((3, 1), 10.0), np.ones(3), one_sum(33, 0.0))
    assert shift.of(np.array(["A", "Z"]), 1)[:, 0] == pytest.approx([1.0, 0.0], abs=1e-6)


def test_sums_are_made_of_mature_series_from_the_youngest_on_and_each_once():
    panel = panel_of(A=np.full(60, 1.0), B=np.full(48, 2.0), C=np.full(40, 4.0), D=np.full(50, 8.0))
    history = history_of(check_panel(panel))
    keys = {"family": np.array(["roof", "roof", "door", "roof"]), "region": np.array(["x", "x", "x", "y"])}
    found = sums_of(history, np.array([True, True, True, False]), keys)
    members = [found.part[found.whole == number].tolist() for number in range(len(found.history))]
    assert members == [["A", "B", "C"], ["A", "B"]], "region x is the total, door has one series: neither is repeated"
    assert found.history.months.tolist() == [40, 48]
    assert set(found.history.values[0, -40:]) == {7.0}
    assert not len(sums_of(history, np.ones(4, dtype=bool), {}).history)


def test_the_finest_sums_are_left_out_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hierarchy, "SUMS_MAX", 2)
    history = history_of(check_panel(panel_of(**{f"S{number}": np.full(40, 1.0) for number in range(6)})))
    keys = {"family": np.array(["a", "a", "a", "b", "b", "b"]), "product": np.array(["p", "p", "q", "q", "r", "r"])}
    assert len(sums_of(history, np.ones(6, dtype=bool), keys).history) == 1


def test_noisy_series_follow_the_season_their_family_shows():
    random = np.random.default_rng(8)
    noisy = {f"S{number:02d}": 20 * SEASON[np.arange(60) % 12] * random.lognormal(0, 0.6, 60) for number in range(40)}
    panel = panel_of(**noisy)
    facts = pd.DataFrame({"unique_id": sorted(noisy), "family": "Roofing"})
    off = {}
    for name, known in (("alone", None), ("together", facts)):
        found = baseline_make(panel, horizon=12, as_of=END, facts=known).forecast
        total = found.groupby("step")["yhat"].sum().to_numpy()
        off[name] = np.abs(total - 40 * 20 * SEASON * np.exp(0.18)).mean()
    assert off["together"] < off["alone"]


def test_a_chosen_baseline_is_moved_by_no_sum():
    panel = panel_of(**{f"S{number:02d}": regular(60, seed=number) for number in range(30)})
    facts = pd.DataFrame({"unique_id": sorted(panel["unique_id"].unique()), "family": "Roofing"})
    facts["chosen"] = np.where(facts.index == 3, "ses", "")
    result = baseline_make(panel, horizon=3, as_of=END, facts=facts, options=BaselineOptions())
    own = result.forecast[result.forecast["unique_id"] == "S03"]
    assert own["yhat"].to_numpy() == pytest.approx(own["ses"].to_numpy())
    assert result.pool.shift.of(np.array(["S03"]), 3).tolist() == [[0.0] * 3]
    assert np.abs(result.pool.shift.points).max() > 0
