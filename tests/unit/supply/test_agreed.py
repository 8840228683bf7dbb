"""Agreed receipts: past-due orders, pre-buys, months a planner sets."""

from dataclasses import replace

import numpy as np
import pytest

from supply.engine.agreed import agreed_receipts
from supply.engine.plan import plan_supply
from supply.engine.problem import Policy
from supply.engine.receipts import FirmReceipts, PreBuys
from tests.unit.supply.problems import by_step, problem

FEBRUARY = ["2022-01-22", "2022-02-10"]  # ten days overdue, and due in the second quarter of the month


def arrivals(rule, late_days, promised=FEBRUARY):
    firm = FirmReceipts.build([0] * len(promised), [100.0] * len(promised), [10.0] * len(promised), promised)
    given = problem(firm=firm, late_days=late_days, policy=Policy(past_due_rule=rule))
    return np.flatnonzero(agreed_receipts(given).firm[0]).tolist()


@pytest.mark.parametrize(
    ("rule", "late_days", "steps"),
    [
        ("now", 30, [0, 1]),
        ("residual", 30, [1, 3]),  # 20 days of lateness remain: three quarters of a month
        ("residual", 5, [0, 1]),  # already later than usual: expected any day
        ("late_mean", 30, [2, 5]),
        ("late_mean", 5, [0, 2]),
    ],
)
def test_when_late_and_due_orders_are_expected(rule, late_days, steps):
    assert sorted(arrivals(rule, late_days)) == sorted(steps)


def test_an_order_beyond_the_horizon_is_left_out():
    assert arrivals("now", 0, ["2030-01-01"]) == []


def test_what_never_arrives_of_an_order_is_neither_received_nor_paid():
    firm = FirmReceipts.build([0], [100.0], [7.0], ["2022-02-02"])
    agreed = agreed_receipts(problem(firm=firm, yield_mean=0.9))
    assert agreed.firm[0, 0] == pytest.approx(90)
    assert agreed.bought[0, 0] == pytest.approx(630)


def test_a_month_set_by_hand_arrives_in_its_first_step_and_nothing_else_is_planned_there():
    own = np.array([[np.nan, 300.0, 0.0, np.nan, np.nan, np.nan]])
    plan = plan_supply(problem(receipt_override=own))
    assert plan.months.planned_receipts[0, 1:3].tolist() == [300, 0]
    assert by_step(plan).planned_receipts[0, 4] == 300
    assert plan.months.closing[0, 1:4].tolist() == [200, 100, 0]
    assert plan.months.planned_receipts[0, 4] == 100


def test_a_month_set_to_nothing_shows_the_shortage_and_the_next_month_recovers():
    own = np.array([[np.nan, np.nan, 0.0, np.nan, np.nan, np.nan]])
    plan = plan_supply(problem(receipt_override=own, backorder_share=1.0))
    assert plan.months.backlog[0, 2] == pytest.approx(100)
    assert plan.months.backlog[0, 3] == pytest.approx(0)
    assert plan.months.planned_receipts[0, 3] == pytest.approx(200)


def test_a_pre_buy_arrives_at_its_own_cost_and_later_netting_absorbs_it():
    base = problem(months=8)
    bought = replace(base, pre_buys=PreBuys.build([0], [4], [8], [250.0], [8.0]))
    plan, without = plan_supply(bought), plan_supply(base)
    assert by_step(plan).planned_receipts[0, 8] >= 250
    assert by_step(plan).releases[0, 4] >= 250
    assert plan.months.planned_receipts.sum() == pytest.approx(without.months.planned_receipts.sum())
    assert plan.months.purchases.sum() == pytest.approx(without.months.purchases.sum() - 250 * 2)
