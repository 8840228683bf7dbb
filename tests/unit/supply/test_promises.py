"""Promises kept, what a sample is worth, what a lead time is worth in stock: known figures."""

import numpy as np
import pytest

from supply.engine.lead_gap import stock_gap
from supply.engine.promises import promises_kept
from supply.engine.reliability import LeadTime
from supply.engine.safety_stock import safety_stock_plan
from supply.engine.sample import sample_worth
from tests.unit.supply.problems import problem

NAN = float("nan")


def test_a_line_is_on_time_in_full_by_its_first_promise_only():
    late = [0, -3, 5, 9, NAN, NAN, -1]
    due = [True, True, True, True, True, False, True]
    part = [1, 1, 1, 1, 0, 0, 0.5]
    closed = [False, False, False, False, False, False, True]
    found = promises_kept(late, due, part, closed)
    assert (found.due, found.on_time, found.on_time_in_full) == (6, pytest.approx(3 / 6), pytest.approx(2 / 6))
    assert (found.late, found.late_mean, found.late_sd) == (2, 7, pytest.approx(2.8284, abs=1e-4))
    assert (found.ended, found.short) == (5, pytest.approx(0.1)), "half of one of five never came"


def test_more_than_ordered_does_not_make_up_for_less():
    assert promises_kept([0, 0], [True, True], [1.5, 0.5], [True, True]).short == pytest.approx(0.25)


def test_without_lines_shares_are_unknown():
    found = promises_kept([], [], [], [])
    assert (found.due, found.ended) == (0, 0)
    assert np.isnan([found.on_time, found.on_time_in_full, found.late_mean, found.late_sd, found.short]).all()


def test_twelve_receipts_know_their_spread_badly():
    """Chi-square with 11 degrees: 21.920 and 3.816; Student's t 2.201 (any statistical table)."""
    worth = sample_worth(LeadTime(40.0, 10.0, 12, "measured"))
    assert (worth.spread_low, worth.spread_high) == (pytest.approx(0.708, abs=1e-3), pytest.approx(1.698, abs=1e-3))
    assert (worth.mean_low, worth.mean_high) == (pytest.approx(33.65, abs=0.01), pytest.approx(46.35, abs=0.01))
    assert worth.enough and not sample_worth(LeadTime(40.0, 10.0, 11, "measured")).enough


def test_one_receipt_bounds_nothing():
    worth = sample_worth(LeadTime(40.0, 0.0, 1, "measured"))
    assert (worth.mean_low, worth.mean_high, worth.spread_high) == (0, np.inf, np.inf)


def test_a_month_longer_is_a_month_more_under_way():
    plan = problem(lead_days=30.4375, unit_cost=2.0)
    gap = stock_gap(plan, safety_stock_plan(plan), np.array([2 * 30.4375]), np.array([0.0]))
    assert gap == pytest.approx([200.0]), "100 a month at 2, without any doubt no safety stock"


def test_more_spread_is_more_safety_stock_unless_it_is_set_by_hand():
    days, spread = np.array([30.4375]), np.array([15.0])
    plan = problem(lead_days=30.4375, unit_cost=2.0, safety_override=np.nan)
    assert stock_gap(plan, safety_stock_plan(plan), days, spread)[0] > 50
    held = problem(lead_days=30.4375, unit_cost=2.0, safety_override=70.0)
    assert stock_gap(held, safety_stock_plan(held), days, spread) == pytest.approx([0.0])


def test_an_unknown_lead_time_has_an_unknown_gap():
    plan = problem()
    assert np.isnan(stock_gap(plan, safety_stock_plan(plan), np.array([NAN]), np.array([NAN]))).all()
