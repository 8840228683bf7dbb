"""A further member for some regular series: in their forecast and in their test of the past, and of nobody else."""

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline import BaselineOptions, baseline_chunk, baseline_make
from demand.engine.facts import ALSO
from demand.engine.members import MEMBERS
from tests.unit.demand.shapes import panel_of, regular, sporadic

ALONE = BaselineOptions(with_all=False)
PANEL = panel_of(A=regular(60), B=regular(50), C=sporadic(60), D=regular(30))
FACTS = pd.DataFrame({"unique_id": list("ABCD"), ALSO: ["ets", None, "ets", "ets"]})


def test_only_regular_series_that_ask_have_it_and_it_is_part_of_their_mean():
    result = baseline_make(PANEL, horizon=6, facts=FACTS, options=ALONE)
    assert result.series["members"].tolist() == ["ets, theta", "theta", "imapa, recent_mean", "theta"]
    own = result.forecast[result.forecast["unique_id"] == "A"]
    assert own["yhat"].to_numpy() == pytest.approx(own[["ets", "theta"]].mean(axis=1).to_numpy())


def test_the_past_is_tested_with_it_too():
    chunk = baseline_chunk(PANEL, horizon=6, facts=FACTS, options=ALONE)
    for origin in (chunk.now, chunk.past):
        assert np.isfinite(origin.members["ets"]).all(axis=1).tolist() == [True, False, False, False]


def test_a_series_whose_past_is_too_short_for_it_goes_without():
    facts = pd.DataFrame({"unique_id": ["A", "B"], ALSO: "ets"})
    result = baseline_make(panel_of(A=regular(35), B=regular(36)), horizon=3, facts=facts, options=ALONE)
    assert result.series["members"].tolist() == ["theta", "ets, theta"]


def test_where_it_fails_it_is_replaced_and_said(monkeypatch):
    facts = pd.DataFrame({"unique_id": ["A"], ALSO: "nothing"})
    monkeypatch.setitem(MEMBERS, "nothing", lambda history, horizon: np.full((len(history), horizon), np.nan))
    result = baseline_make(panel_of(A=regular(60)), horizon=3, facts=facts, options=ALONE)
    assert result.series["members"].tolist() == ["theta, theta_hw"]
    assert result.series["fallback"].tolist() == ["Left out: nothing (it gave no number); theta_hw in its place."]
