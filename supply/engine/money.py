"""Money: what stock, shipments and purchases of the plan are worth, at moving-average cost.

Arrays are items x steps [plan currency] where nothing else is said. Moving weighted-average (perpetual) cost: any cost
accounting text.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import RESIDUE, Array, IntArray, picked, steps_array
from supply.engine.problem import SupplyProblem
from supply.engine.projection import Flows


@dataclass(frozen=True, eq=False)
class StockValue:
    """Value of stock at the end of each step, cost of goods sold, and average cost per unit, items x steps."""

    value: Array
    cogs: Array
    average_cost: Array


class MovingAverage:
    """Stock at moving-average cost, step by step: its units, value [money] and cost per unit, one per item."""

    def __init__(self, on_hand: Array, avg_cost: Array) -> None:
        self.stock, self.value, self.cost = on_hand, on_hand * avg_cost, np.array(avg_cost, dtype=np.float64)

    def move(self, received: Array, purchases: Array, closing: Array) -> Array:
        """Take in receipts [units] and their value, leave closing stock [units]; return what left, at cost.

        V1 = V + purchases; cost = V1 / (stock + receipts); nothing there keeps the cost.
        """
        there, whole = self.stock + received, self.value + purchases
        self.cost = np.divide(whole, there, out=self.cost.copy(), where=there > RESIDUE)
        self.stock, self.value = closing, np.minimum(closing * self.cost, whole)
        return whole - self.value


def moving_average_cost(quantity: ArrayLike, cost: ArrayLike, received: ArrayLike, received_cost: ArrayLike) -> Array:
    """Return the cost per unit after a receipt: (quantity * cost + received * its cost) / (quantity + received).

    Units and money per unit, numbers or arrays. Nothing in stock and nothing received keeps the cost.
    """
    had, got = np.asarray(quantity, dtype=np.float64), np.asarray(received, dtype=np.float64)
    old, new = np.asarray(cost, dtype=np.float64), np.asarray(received_cost, dtype=np.float64)
    total = had + got
    some = total > 0
    return np.where(some, (had * old + got * new) / np.where(some, total, 1.0), old)


def value_stock(on_hand: Array, avg_cost: Array, receipts: Array, purchases: Array, closing: Array) -> StockValue:
    """Return value, cost of goods sold and average cost from receipts [units], their value and closing stock [units].

    on_hand, avg_cost: one per item; the rest items x steps.
    """
    items, steps = receipts.shape
    found = StockValue(*(steps_array(items, steps) for _ in range(3)))
    stock = MovingAverage(on_hand, avg_cost)
    for step in range(steps):
        found.cogs[:, step] = stock.move(receipts[:, step], purchases[:, step], closing[:, step])
        found.value[:, step], found.average_cost[:, step] = stock.value, stock.cost
    return found


def planned_cost(problem: SupplyProblem, release: IntArray, step: int) -> Array:
    """Return the cost of a unit received in a step, one per item: of its month of order or of its month of receipt.

    release: step each was ordered in.
    """
    of_step = np.where(problem.cost_at_order, np.maximum(release, 0), step)
    of_step //= problem.steps_per_month
    return picked(problem.unit_cost, of_step)


def sales_of(problem: SupplyProblem, flows: Flows, demand: Array, shipped: Array) -> tuple[Array, Array]:
    """Return by month what is shipped of a step's own demand in that step [units], and revenue.

    demand: items x steps; shipped: items x months. Demand ships at the price of its month, backlog at that of the month
    it was ordered in: it ships first, at the average price of what waits.
    """
    (items, months), per_month, price = shipped.shape, problem.steps_per_month, problem.price
    waiting, worth = problem.backlog, problem.backlog * problem.backlog_price
    if not waiting.any() and not flows.backlog.any():
        return shipped, shipped * price
    from_backlog, on_time = steps_array(items, months), steps_array(items, months)
    for step in range(demand.shape[1]):
        month, leaving = step // per_month, flows.shipped[:, step]
        served = np.minimum(leaving, waiting)
        some = waiting > 0
        old = np.where(some, served * worth / np.where(some, waiting, 1.0), 0.0)
        fresh = leaving - served
        kept = np.maximum(demand[:, step] - fresh - flows.lost[:, step], 0.0)
        from_backlog[:, month] += old
        on_time[:, month] += fresh
        worth = worth - old + kept * price[:, month]
        waiting = flows.backlog[:, step]
    return on_time, from_backlog + on_time * price


def unpaid_purchases(bought: Array, payment_steps: IntArray, every: int = 1) -> Array:
    """Return what is received but not yet paid at the end of every so many steps.

    bought: all purchases up to each step, items x (steps + 1), see `running_total`; payment_steps: one per item.
    """
    ends = np.arange(every, bought.shape[1], every)
    paid_until = np.maximum(ends[:, None] - payment_steps, 0).T
    return bought[:, ends] - picked(bought, paid_until)


def purchases_for_cover(sales: ArrayLike, next_sales: float, opening_stock: float, share_of_next: float) -> Array:
    """Return what to buy in each period [units] so that it closes with a share of the next period's sales.

    A merchandise purchases budget (Garrison, Noreen & Brewer, Managerial Accounting); never below 0.
    """
    sold = np.asarray(sales, dtype=np.float64)
    target = share_of_next * np.append(sold[1:], next_sales)
    bought = np.zeros(len(sold))
    stock = opening_stock
    for period, demand in enumerate(sold):
        bought[period] = max(target[period] + demand - stock, 0.0)
        stock += bought[period] - demand
    return bought


def cash_paid(purchases: ArrayLike, opening_payables: float = 0.0, pay_same_period: float = 0.0) -> tuple[Array, float]:
    """Return cash paid to suppliers by period and what is still owed at the end [money].

    A share of a period's purchases is paid in it, the rest in the next; opening payables fall due in the first.
    """
    value = np.asarray(purchases, dtype=np.float64)
    later = value * (1.0 - pay_same_period)
    paid: Array = value * pay_same_period + np.concatenate([[opening_payables], later])[:-1]
    return paid, float(later[-1]) if len(later) else opening_payables
