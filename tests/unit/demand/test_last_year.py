"""What a run says of itself: errors by route, family and method from sums, ranges measured on the other half."""

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline import baseline_chunk
from demand.engine.chunk import chunk_rows, points_of
from demand.engine.last_year import accuracy_by, coverage_of
from tests.unit.demand.shapes import company

PANEL = company(60)
CHUNK = baseline_chunk(PANEL, horizon=6)
FAMILY = {each: f"Family {number % 3}" for number, each in enumerate(CHUNK.ids.tolist())}


def test_errors_are_of_sums_and_large_series_weigh_more() -> None:
    found = accuracy_by([CHUNK], FAMILY).set_index(["by", "name"])
    held = np.arange(CHUNK.actual.shape[1]) < CHUNK.held[:, None]
    rows = (CHUNK.route == "regular")[:, None] & held
    error = np.where(rows, points_of(CHUNK.past, CHUNK.route) - CHUNK.actual, 0)
    demand = np.where(rows, CHUNK.actual, 0).sum()
    regular = found.loc[("route", "regular")]
    assert regular["wape"] == pytest.approx(np.abs(error).sum() / demand)
    assert regular["bias"] == pytest.approx(error.sum() / demand)
    naive = np.where(rows, CHUNK.past.naive - CHUNK.actual, 0)
    assert regular["fva"] == pytest.approx(1 - np.abs(error).sum() / np.abs(naive).sum())
    assert found.loc["family"]["series"].sum() == len(CHUNK.ids)


def test_a_method_is_measured_beside_the_baseline_on_its_own_rows() -> None:
    found = accuracy_by([CHUNK], FAMILY).set_index(["by", "name"])
    assert set(found.loc["method"].index) == {
        name for name, points in CHUNK.past.members.items() if np.isfinite(points).any()
    }
    theta = found.loc[("method", "theta")]
    spoke = np.isfinite(CHUNK.past.members["theta"]).all(axis=1) & (CHUNK.held > 0)
    assert theta["series"] == spoke.sum()
    held = np.arange(CHUNK.actual.shape[1]) < CHUNK.held[:, None]
    own = np.abs(np.where(held, CHUNK.past.members["theta"] - CHUNK.actual, 0))[spoke].sum()
    assert theta["wape"] == pytest.approx(own / CHUNK.actual[spoke][held[spoke]].sum(), rel=0.02)  # the fence apart
    assert np.isfinite(theta["beside"])


def test_how_the_series_were_cut_changes_nothing() -> None:
    half = np.arange(len(CHUNK.ids)) < 23
    cut = accuracy_by([chunk_rows(CHUNK, ~half), chunk_rows(CHUNK, half)], FAMILY)
    pd.testing.assert_frame_equal(cut, accuracy_by([CHUNK], FAMILY))


def errors(series: int = 400, months: int = 12) -> pd.DataFrame:
    """Errors of one noise: each month of each series misses by a normal step, in its own scale."""
    chance = np.random.default_rng(3)
    step = np.tile(np.arange(1, months + 1), series)
    scale = np.repeat(chance.uniform(5, 50, series), months)
    ids = np.repeat([f"S{number:03}" for number in range(series)], months)
    frame = pd.DataFrame({"unique_id": ids, "route": "regular", "step": step, "scale": scale})
    return frame.assign(yhat=500.0, y=500 + scale * chance.normal(0, 1, len(step)))


def test_ranges_hold_what_they_promise_on_series_they_were_not_learnt_from() -> None:
    found = coverage_of(errors()).set_index(["route", "band"])
    assert found.loc[("all", "80"), "share"] == pytest.approx(0.8, abs=0.02)
    assert found.loc[("regular", "95"), "share"] == pytest.approx(0.95, abs=0.012)
    assert found.loc[("all", "80"), "months"] == 4_800


def test_wild_series_in_one_half_show_in_what_the_ranges_hold() -> None:
    some = errors()
    wild = some["unique_id"].factorize(sort=True)[0] % 2 == 0
    some.loc[wild, "y"] += 40 * some.loc[wild, "scale"]
    found = coverage_of(some).set_index(["route", "band"])
    assert found.loc[("all", "80"), "share"] < 0.7
