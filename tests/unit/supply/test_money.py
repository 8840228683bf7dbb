"""Money: moving-average cost against a plain loop, revenue of what waited, payables."""

import numpy as np
import pytest

from supply.engine.arrays import running_total
from supply.engine.money import moving_average_cost, unpaid_purchases, value_stock
from supply.engine.plan import plan_supply
from supply.engine.receipts import FirmReceipts
from tests.unit.supply.problems import by_step, problem, random_problem


def test_value_of_stock_by_period_equals_a_plain_loop():
    plan = plan_supply(random_problem(11, cost_at_order=0))
    given, steps = plan.problem, by_step(plan)
    received = steps.firm_receipts + steps.planned_receipts
    paid = plan.agreed.bought + steps.planned_receipts * np.repeat(given.unit_cost, 4, axis=1)
    found = value_stock(given.on_hand, given.avg_cost, received, paid, steps.closing)
    for row in range(len(given.items)):
        quantity, value = given.on_hand[row], given.on_hand[row] * given.avg_cost[row]
        for step in range(given.steps):
            there, value = quantity + received[row, step], value + paid[row, step]
            cogs = steps.shipped[row, step] * value / there if there > 1e-6 else 0.0
            quantity, value = there - steps.shipped[row, step], value - cogs
            assert found.value[row, step] == pytest.approx(value, abs=1e-6)
            assert found.cogs[row, step] == pytest.approx(cogs, abs=1e-6)


def test_average_cost_with_nothing_there_is_kept():
    assert moving_average_cost([0, 10], [5, 4], [0, 30], [9, 8]).tolist() == [5, 7]


def test_price_at_order_and_at_receipt():
    """The cost rises in April; what is received in April was ordered in March."""
    cost = np.array([[10.0, 10, 12, 12, 12, 12]])
    at_order = plan_supply(problem(unit_cost=cost))
    at_receipt = plan_supply(problem(unit_cost=cost, cost_at_order=0))
    assert at_order.months.purchases[0, 1:5].tolist() == [1000, 1000, 1200, 1200]
    assert at_receipt.months.purchases[0, 1:5].tolist() == [1000, 1200, 1200, 1200]


def test_backlog_is_sold_at_the_price_it_was_ordered_at():
    price = np.array([[15.0, 20.0, 20.0, 20.0, 20.0, 20.0]])
    plan = plan_supply(problem(on_hand=0.0, backlog=40.0, backlog_price=12.0, backorder_share=1.0, price=price))
    assert plan.months.revenue[0, 0] == 0
    assert plan.months.revenue[0, 1] == pytest.approx(40 * 12 + 100 * 15 + 100 * 20)
    assert plan.months.on_time[0, :2].tolist() == [0, 100]


def test_lost_sales_lose_margin_and_goodwill():
    plan = plan_supply(problem(on_hand=0.0, goodwill=2.0))
    assert plan.months.lost[0, 0] == 100
    assert plan.months.lost_value[0, 0] == 1500
    assert plan.months.lost_margin[0, 0] == 100 * (15 - 10 + 2)


def test_carrying_cost_is_a_years_rate_on_average_value():
    plan = plan_supply(problem(demand=np.zeros((1, 12)), on_hand=100.0))
    assert plan.months.carrying.sum() == pytest.approx(0.24 * 1000)
    assert plan.months.average_value[0].tolist() == [1000] * 12


def test_purchases_stay_unpaid_for_the_payment_time():
    purchases = np.array([[10.0, 20, 30, 40], [10, 20, 30, 40]])
    bought = running_total(purchases)
    assert unpaid_purchases(bought, np.array([0, 2]), 2).tolist() == [[0, 0], [30, 70]]
    assert unpaid_purchases(bought, np.array([0, 2])).tolist() == [[0, 0, 0, 0], [10, 30, 50, 70]]


def test_cash_tied_up_is_stock_less_what_is_owed():
    firm = FirmReceipts.build([0], [200.0], [10.0], ["2022-02-01"])
    plan = plan_supply(problem(firm=firm, payment_days=45))
    assert plan.months.unpaid[0, 0] == 2000
    assert plan.months.tied_up[0, 0] == plan.months.value[0, 0] - 2000
