"""History as a matrix: aligned at the end, gaps filled, zeros before the first sale judged."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from demand.engine.fills import fill_gaps
from demand.engine.history import WIDTH, history_of
from sop.engine.months import month_add
from sop.engine.panel import check_panel
from tests.unit.demand.shapes import END, SEASON, panel_of, regular, sporadic


def history(as_of=None, **series):
    return history_of(check_panel(panel_of(**series)), as_of=as_of)


def test_series_end_in_the_last_column_whenever_they_end():
    early = panel_of(end=date(2019, 6, 1), A=[1, 2, 3])
    late = panel_of(B=[4, 5])
    found = history_of(check_panel(pd.concat([early, late])))
    assert found.values[0, -3:].tolist() == [1, 2, 3]
    assert found.values[1, -2:].tolist() == [4, 5]
    assert [str(month) for month in found.last] == ["2019-06", "2022-01"]
    assert found.months.tolist() == [3, 2]


def test_months_after_as_of_are_not_seen():
    found = history(as_of=month_add(END, -2), A=[1, 2, 3, 4])
    assert found.values[0, -2:].tolist() == [1, 2]
    assert found.behind.tolist() == [0]


def test_series_that_stops_earlier_is_behind():
    assert history(as_of=month_add(END, 3), A=[1, 2]).behind.tolist() == [3]


def test_more_than_twenty_years_keep_the_last_twenty():
    found = history(A=np.arange(300.0) + 1)
    assert found.months.tolist() == [WIDTH]
    assert found.values[0, [0, -1]].tolist() == [61, 300]


def test_without_last_is_the_history_as_it_was():
    values = regular(50)
    found = history(A=values).without_last(np.array([12]))
    expected = history_of(check_panel(panel_of(end=month_add(END, -12), A=values[:-12])))
    assert np.array_equal(found.values, expected.values, equal_nan=True)
    assert (found.last, found.months) == (expected.last, expected.months)


def test_phase_months_name_the_calendar_month_of_the_last_year():
    assert history(A=[1.0]).phase_months()[0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0]  # ends in January


def test_short_gap_is_filled_straight_and_long_history_with_its_season():
    assert history(A=[10, np.nan, np.nan, 40]).values[0, -4:].tolist() == [10, 20, 30, 40]
    values = 100 * SEASON[np.arange(60) % 12]
    holed = values.copy()
    holed[[27, 40, 41]] = np.nan
    found = history(A=holed)
    assert found.filled.tolist() == [3]
    assert found.values[0, -60:] == pytest.approx(values, rel=0.02)


def test_fill_leaves_whole_rows_and_the_time_before_the_first_month_alone():
    values = np.full((2, 24), np.nan)
    values[0, 4:] = 5.0
    assert np.array_equal(fill_gaps(values), values, equal_nan=True)


def test_zeros_before_regular_sales_are_left_out_and_before_sporadic_ones_kept():
    assert history(A=[*np.zeros(9), *regular(40)]).months.tolist() == [40]
    values = np.concatenate([np.zeros(9), sporadic(40)])
    assert history(A=values).months.tolist() == [49]
    assert history(A=[0, 0, 0, 5]).months.tolist() == [4]  # one sale says nothing of the rhythm


def test_empty_panel_is_an_empty_history():
    assert len(history()) == 0
