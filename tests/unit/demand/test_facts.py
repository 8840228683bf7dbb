"""What a person knows beside the history: end dates, whole units, a baseline of their own choice."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline import BaselineOptions, baseline_make
from demand.engine.baseline_tables import QUANTILES
from demand.engine.facts import PROFILE
from tests.unit.demand.shapes import END, SEASON, panel_of, regular, sporadic

ALONE = BaselineOptions(with_all=False)
YEAR = dict(zip(PROFILE, np.arange(10.0, 130.0, 10.0), strict=True))  # January 10 to December 120


def made(panel, facts, horizon=6):
    result = baseline_make(panel, horizon=horizon, as_of=END, facts=pd.DataFrame(facts), options=ALONE)
    return result, dict(iter(result.forecast.groupby("unique_id")))


def test_an_end_date_to_come_lets_demand_end_with_it():
    result, rows = made(panel_of(A=regular(60)), [{"unique_id": "A", "ends": date(2022, 4, 30)}])
    assert (rows["A"]["yhat"].to_numpy() > 0).tolist() == [True] * 3 + [False] * 3
    assert (rows["A"].loc[rows["A"]["step"] > 3, list(QUANTILES)] == 0).all(axis=None)
    assert result.series["route"].item() == "regular"


def test_whole_units_are_forecast_whole_and_others_are_not():
    panel = panel_of(A=regular(60), B=regular(60))
    _, rows = made(panel, [{"unique_id": "A", "whole": True}, {"unique_id": "B", "whole": False}])
    assert (rows["A"]["yhat"] % 1 == 0).all()
    assert (rows["B"]["yhat"] % 1 != 0).all()
    assert rows["A"]["yhat"].sum() == pytest.approx(rows["B"]["yhat"].sum(), abs=1)


def test_a_chosen_method_takes_the_place_of_the_route():
    facts = [{"unique_id": "A", "chosen": "same_month", "said": "Olga chose it: contract."}, {"unique_id": "B"}]
    values = regular(60)
    result, rows = made(panel_of(A=values, B=values), facts)
    assert rows["A"]["yhat"].tolist() == values[-12:-6].tolist()
    assert rows["B"]["yhat"].tolist() != rows["A"]["yhat"].tolist()
    table = result.series.set_index("unique_id")
    assert table["route"].tolist() == ["chosen", "regular"]
    assert table["members"].tolist() == ["same_month", "theta"]
    assert table.loc["A", "reason"] == "Olga chose it: contract."


def test_a_year_a_person_chose_is_reached_over_its_ramp_and_needs_no_history():
    facts = [
        {"unique_id": "NEW", "chosen": "profile", "ramp": 4, **YEAR},
        {"unique_id": "OLD", "chosen": "profile", **YEAR},
    ]
    result, rows = made(panel_of(OLD=regular(60)), facts, horizon=14)
    year = [20.0, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 10, 20, 30]  # from February on
    assert rows["OLD"]["yhat"].tolist() == year
    assert rows["NEW"]["yhat"].tolist() == [5.0, 15.0, 30.0, *year[3:]]
    assert rows["NEW"][list(QUANTILES)].isna().all(axis=None), "nothing is known of its errors"
    assert rows["OLD"][list(QUANTILES)].notna().all(axis=None)
    assert set(result.series["route"]) == {"chosen"}
    assert result.errors.empty, "what a person typed was no forecast of the past"


def test_a_chosen_method_that_can_say_nothing_falls_back_and_says_so():
    result, rows = made(panel_of(A=regular(3)), [{"unique_id": "A", "chosen": "theta"}])
    assert result.series["fallback"].item() == "Left out: theta (it gave no number); a smoothed level in its place."
    assert np.isfinite(rows["A"]["yhat"]).all()


def test_an_end_date_past_goes_before_a_choice():
    facts = [{"unique_id": "A", "chosen": "profile", "ends": date(2021, 12, 31), **YEAR}]
    result, rows = made(panel_of(A=regular(60)), facts)
    assert result.series["route"].item() == "ended"
    assert rows["A"]["yhat"].tolist() == [0.0] * 6


def test_chunks_share_the_facts_of_their_series():
    panel = panel_of(A=30 * SEASON[np.arange(60) % 12], B=sporadic(60))
    facts = [{"unique_id": "B", "whole": True}, {"unique_id": "A", "whole": False}, {"unique_id": "C"}]
    result, rows = made(panel, facts)
    assert set(rows) == {"A", "B", "C"}
    assert (rows["B"]["yhat"] % 1 == 0).all()
    assert result.series["pattern"].tolist() == ["seasonal", "intermittent", "new"]
