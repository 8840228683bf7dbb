"""Months counted in working days."""

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline import BaselineOptions, baseline_make
from demand.engine.facts import PROFILE
from demand.engine.working_days import USUAL, in_usual_months, month_shares
from sop.engine.months import month_list
from tests.unit.demand.shapes import END, panel_of

ON, OFF = (BaselineOptions(with_all=False, working_days=on) for on in (True, False))
MONTHS = np.array(month_list(END.replace(year=2017), 61), dtype="datetime64[M]")
DAYS = month_shares(MONTHS) * USUAL


def test_working_days_of_known_months_are_counted():
    known = np.array(["2022-02", "2022-03", "2022-05", "2022-12"], dtype="datetime64[M]")
    assert (month_shares(known) * USUAL).tolist() == pytest.approx([20, 23, 22, 22])
    assert month_shares(MONTHS).mean() == pytest.approx(1, abs=0.01)


def test_demand_by_the_day_is_level_in_usual_months():
    panel = panel_of(A=10.0 * DAYS)
    assert in_usual_months(panel.assign(ds=pd.to_datetime(panel["ds"])))["y"].to_numpy() == pytest.approx(
        np.full(61, 10 * USUAL)
    )


def test_each_month_ahead_is_as_long_as_its_working_days_and_the_error_smaller():
    panel = panel_of(A=10.0 * DAYS)
    result = baseline_make(panel, horizon=12, as_of=END, options=ON)
    ahead = MONTHS[-1] + np.arange(1, 13)
    assert result.forecast["yhat"].to_numpy() == pytest.approx(10 * month_shares(ahead) * USUAL, rel=1e-6)
    assert result.forecast["theta"].tolist() == result.forecast["yhat"].tolist()
    without = baseline_make(panel, horizon=12, as_of=END, options=OFF)
    assert result.series["wape"].item() < without.series["wape"].item()


def test_a_year_a_person_typed_is_meant_as_typed():
    typed = pd.DataFrame([{"unique_id": "A", "chosen": "profile", **dict.fromkeys(PROFILE, 40.0)}])
    result = baseline_make(panel_of(A=10.0 * DAYS), horizon=12, as_of=END, facts=typed, options=ON)
    assert set(result.forecast["yhat"]) == {40.0}
