"""Marks of what a forecast is made from: any change of it changes the mark, nothing else does."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline import baseline_chunk, seasons_find
from demand.engine.chunk import chunk_join, chunk_pack, chunk_rows, chunk_unpack
from demand.engine.inputs import chunk_marked, input_marks, marks_mark
from tests.unit.demand.shapes import END, panel_of, regular

PANEL = panel_of(A=regular(40), B=regular(30), C=[5.0, 6.0, 7.0]).assign(ds=lambda p: pd.to_datetime(p["ds"]))
FACTS = pd.DataFrame({"unique_id": ["A", "B", "C", "D"], "family": ["x", "y", "x", "y"], "ends": None})
SEASONS = pd.DataFrame({"family": ["x", "y"], "agree": [True, False], "m1": [1.2, 0.8]})


def marks(panel=PANEL, facts=FACTS, seasons=SEASONS, asked="18"):
    return dict(zip(facts["unique_id"], input_marks(panel, facts, seasons, asked).tolist(), strict=True))


def changed(**by):
    before, after = marks(), marks(**by)
    return {name for name in before if before[name] != after[name]}


def test_a_month_a_fact_and_what_is_asked_change_the_mark_of_whom_they_concern():
    assert changed(panel=PANEL.sample(frac=1, random_state=2)) == set()
    other = PANEL.assign(y=np.where((PANEL["unique_id"] == "B") & (PANEL["ds"] == "2021-05-01"), 1.0, PANEL["y"]))
    assert changed(panel=other) == {"B"}
    moved = PANEL.assign(ds=np.where(PANEL["unique_id"] == "A", PANEL["ds"] - pd.DateOffset(months=1), PANEL["ds"]))
    assert changed(panel=moved.assign(ds=pd.to_datetime(moved["ds"]))) == {"A"}
    assert changed(facts=FACTS.assign(ends=[None, None, date(2022, 5, 1), None])) == {"C"}
    assert changed(facts=FACTS.assign(chosen=["ses", None, None, None])) == {"A"}, "what others lack changes nothing"
    assert changed(asked="12") == {"A", "B", "C", "D"}


def test_a_lent_season_concerns_the_short_alone():
    assert changed(seasons=SEASONS.assign(m1=[1.3, 0.8])) == {"C"}
    assert changed(seasons=SEASONS.assign(m1=[1.2, 0.9])) == {"D"}


def test_a_series_that_is_short_without_the_zeros_before_its_first_sale_borrows_as_well():
    late = panel_of(A=regular(40), B=[0.0] * 20 + [*regular(15)]).assign(ds=lambda p: pd.to_datetime(p["ds"]))
    facts = FACTS[:2].assign(family="x")
    before, after = (
        dict(zip("AB", input_marks(late, facts, seasons, "18").tolist(), strict=True))
        for seasons in (SEASONS, SEASONS.assign(m1=[1.3, 0.8]))
    )
    assert (before["A"] == after["A"], before["B"] == after["B"]) == (True, False)


def test_all_marks_together_have_one():
    one = np.array(list(marks().values()))
    assert marks_mark(one) == marks_mark(one.copy())
    assert marks_mark(one) != marks_mark(one[:-1])


def test_marked_series_are_taken_out_and_joined_again_to_the_same_chunk():
    chosen = FACTS.assign(chosen=["", "same_month", "", ""])
    seasons = seasons_find(PANEL, chosen, as_of=END)
    whole = chunk_marked(baseline_chunk(PANEL, horizon=6, as_of=END, facts=chosen, seasons=seasons), marks())
    rows = np.isin(whole.ids, ["B"])
    alone = baseline_chunk(
        PANEL[PANEL["unique_id"] != "B"],
        horizon=6,
        as_of=END,
        facts=chosen[chosen["unique_id"] != "B"],
        seasons=seasons,
    )
    joined = chunk_join([chunk_marked(alone, marks()), chunk_unpack(chunk_pack(chunk_rows(whole, rows)))])
    assert joined.ids.tolist() == whole.ids.tolist()
    assert joined.inputs.tolist() == whole.inputs.tolist()
    assert set(joined.now.members) == set(whole.now.members)
    for name, points in whole.now.members.items():
        assert joined.now.members[name] == pytest.approx(points, nan_ok=True, rel=0)


def test_a_company_without_history_has_marks_too():
    nothing = PANEL[:0]
    assert len(set(marks(panel=nothing).values())) == 4
