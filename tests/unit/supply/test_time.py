"""Steps: dates, lead times, months and their sums."""

import numpy as np
import pytest

from supply.engine.time import DAYS_PER_MONTH, roll_up, spread_to_steps, step_of_date, steps_of_days

FIRST = np.datetime64("2022-02")


@pytest.mark.parametrize(
    ("day", "step"),
    [
        ("2022-02-01", 0),
        ("2022-02-07", 0),
        ("2022-02-08", 1),
        ("2022-02-28", 3),
        ("2022-03-01", 4),
        ("2022-03-31", 7),
        ("2022-01-31", -1),
        ("2021-12-31", -5),
    ],
)
def test_a_day_falls_in_its_quarter_of_the_month(day, step):
    assert step_of_date(day, FIRST) == step


def test_a_month_of_28_days_has_quarters_of_seven():
    days = np.arange("2022-02-01", "2022-03-01", dtype="datetime64[D]")
    assert np.bincount(step_of_date(days, FIRST)).tolist() == [7, 7, 7, 7]


@pytest.mark.parametrize(
    ("days", "steps"), [(0, 0), (1, 1), (7.609375, 1), (7.7, 2), (21, 3), (DAYS_PER_MONTH, 4), (140, 19)]
)
def test_a_lead_time_is_rounded_up_to_whole_steps(days, steps):
    assert steps_of_days(days) == steps


def test_with_one_step_a_month_whole_months_stay_whole():
    assert steps_of_days(np.array([1, 2, 3]) * DAYS_PER_MONTH, 1).tolist() == [1, 2, 3]


def test_demand_is_spread_evenly_or_by_working_days():
    monthly = np.array([[80.0, 42.0]])
    assert spread_to_steps(monthly, 4).tolist() == [[20.0] * 4 + [10.5] * 4]
    by_days = spread_to_steps(monthly, 4, np.array([[5, 5, 5, 5], [5, 5, 5, 6.0]]))
    assert by_days.tolist() == [[20.0] * 4 + [10.0, 10.0, 10.0, 12.0]]


def test_a_month_without_working_days_is_spread_evenly():
    assert spread_to_steps(np.array([[8.0]]), 4, np.zeros((1, 4))).tolist() == [[2.0] * 4]


@pytest.mark.parametrize(("how", "month"), [("last", [4, 8]), ("sum", [10, 26])])
def test_steps_roll_up_to_months(how, month):
    assert roll_up(np.arange(1.0, 9.0)[None], 4, how)[0].tolist() == month
