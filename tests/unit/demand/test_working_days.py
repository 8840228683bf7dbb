"""Months counted in working days."""

import numpy as np
import pandas as pd
import pytest

from demand.engine.baseline import BaselineOptions, baseline_make
from demand.engine.facts import PROFILE
from demand.engine.working_days import USUAL, in_usual_months, month_shares
from sop.engine.months import month_list
from sop.engine.public_holidays import YEARS, days_off
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


def test_public_holidays_of_a_country_or_a_region_are_no_working_days():
    known = np.array(["2021-11", "2022-11", "2021-12"], dtype="datetime64[M]")
    assert days_of(known, "US") == [20, 20, 21], "the holidays of November; in December those observed on Fridays"
    assert days_of(np.array(["2022-06"], dtype="datetime64[M]"), "DE") == [21], "Whit Monday"
    assert days_of(np.array(["2022-06"], dtype="datetime64[M]"), "DE-BY") == [20], "Corpus Christi as well"


def days_of(months, calendar):
    """Return the working days of months: their shares over that of a month without any holiday."""
    usual = USUAL - len(days_off(calendar)) / (12 * len(YEARS))
    return pytest.approx((month_shares(months, calendar) * usual).tolist())


def test_with_holidays_months_are_still_usual_on_average():
    long = np.arange("2000-01", "2020-01", dtype="datetime64[M]")
    assert month_shares(long, "US").mean() == pytest.approx(1, abs=0.003)


def test_no_calendar_is_no_holidays_and_an_unknown_one_is_refused():
    assert month_shares(MONTHS, "").tolist() == month_shares(MONTHS).tolist()
    with pytest.raises(ValueError, match="no calendar 'XX'"):
        month_shares(MONTHS, "XX")


def test_demand_by_the_day_without_holidays_is_forecast_by_them():
    shares = month_shares(MONTHS, "DE-BY")
    panel = panel_of(A=200.0 * shares)
    with_days = BaselineOptions(with_all=False, working_days=True, holidays="DE-BY")
    result = baseline_make(panel, horizon=12, as_of=END, options=with_days)
    ahead = MONTHS[-1] + np.arange(1, 13)
    assert result.forecast["yhat"].to_numpy() == pytest.approx(200 * month_shares(ahead, "DE-BY"), rel=1e-6)
    plain = baseline_make(panel, horizon=12, as_of=END, options=ON)
    assert result.series["wape"].item() < plain.series["wape"].item() / 2
