"""Month arithmetic across years and leap days."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sop.engine import months

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def test_adding_months_crosses_years_both_ways():
    assert months.month_add(date(2021, 11, 1), 3) == date(2022, 2, 1)
    assert months.month_add(date(2022, 2, 1), -14) == date(2020, 12, 1)


@given(DAYS, st.integers(-200, 200))
def test_between_undoes_add(day, count):
    assert months.months_between(day, months.month_add(day, count)) == count


@given(DAYS)
def test_start_has_day_one_of_the_same_month(day):
    start = months.month_start(day)
    assert (start.year, start.month, start.day) == (day.year, day.month, 1)
    assert months.to_months(day) == np.datetime64(day, "M")


def test_list_and_length():
    assert months.month_list(date(2021, 12, 15), 3) == [date(2021, 12, 1), date(2022, 1, 1), date(2022, 2, 1)]
    assert [months.days_in_month(date(year, 2, 1)) for year in (2023, 2024)] == [28, 29]


def test_arrays_know_their_calendar_month():
    stamps = months.to_months([date(1969, 12, 1), date(2022, 1, 31)])
    assert months.calendar_month(stamps).tolist() == [11, 0]
    assert months.to_stamps(stamps).tolist()[1] == np.datetime64("2022-01-01", "ns").astype(int)
