"""Ledger: what stock, purchases and lost sales of the plan cost, walked step by step at moving-average cost.

A month adds up its steps as they pass: of all that, only what was bought so far is kept by step.
"""

from dataclasses import dataclass

import numpy as np

from supply.engine.agreed import Agreed
from supply.engine.arrays import Array, BoolArray, running_total, steps_array, steps_arrays
from supply.engine.lane_views import LaneView, bought_from
from supply.engine.money import MovingAverage, planned_cost, unpaid_purchases
from supply.engine.orders import Orders, extra_by_step
from supply.engine.problem import SupplyProblem
from supply.engine.time import steps_of_days


@dataclass(frozen=True, eq=False)
class Ledger:
    """The plan at cost, items x months [money].

    value: stock at the end. average_value: over the month, as if stock changed along a straight line within a step.
    unpaid: received, not yet paid at the end. cogs: cost of goods sold. purchases: received. lost_cost: what lost units
    would have cost.
    """

    value: Array
    average_value: Array
    unpaid: Array
    cogs: Array
    purchases: Array
    lost_cost: Array


def ledger_of(problem: SupplyProblem, agreed: Agreed, orders: Orders) -> Ledger:
    """Return the plan at cost."""
    flows, per_month, items = orders.flows, problem.steps_per_month, len(problem.items)
    value, average, cogs, purchases, lost_cost = steps_arrays(5, items, problem.months)
    bought = steps_array(items, problem.steps + 1)
    arriving, cost = _Arriving(agreed, orders), PlannedCost(problem, orders)
    stock = MovingAverage(problem.on_hand, problem.avg_cost)
    for step in range(problem.steps):
        month, each = step // per_month, cost.at(step)
        units, worth = arriving.at(step, each)
        before = stock.value
        cogs[:, month] += stock.move(units, worth, flows.closing[:, step])
        average[:, month] += before + stock.value
        purchases[:, month] += worth
        np.add(bought[:, step], worth, out=bought[:, step + 1])
        if (lost := flows.lost[:, step]).any():
            # An item never stocked so far has no average cost; what a unit would cost now stands for it.
            lost_cost[:, month] += lost * np.where(stock.cost > 0, stock.cost, each)
        value[:, month] = stock.value
    average /= 2 * per_month
    return Ledger(value, average, _unpaid(problem, orders, cost, bought), cogs, purchases, lost_cost)


class PlannedCost:
    """The cost of a unit of planned orders by step of receipt, from the lane it is bought from."""

    def __init__(self, problem: SupplyProblem, orders: Orders) -> None:
        self._problem, self._release = problem, orders.chances.release
        self.further: list[tuple[LaneView, BoolArray, Array]] = [
            (view, mine, self._of_all(view)) for view, mine in bought_from(problem, orders.lane)
        ]

    def at(self, step: int) -> Array:
        """Return the cost of a unit received in a step, one per item [money/unit]."""
        cost = planned_cost(self._problem, self._release[:, step], step)
        for view, mine, own in self.further:
            cost[view.rows] = np.where(mine[:, step], own[:, step], cost[view.rows])
        return cost

    def _of_all(self, view: LaneView) -> Array:
        release, steps = self._release[view.rows], range(self._problem.steps)
        return np.stack([planned_cost(view.problem, release[:, step], step) for step in steps], axis=1)


class _Arriving:
    """Everything that arrives, agreed and planned."""

    def __init__(self, agreed: Agreed, orders: Orders) -> None:
        self._agreed, self._planned, self._extra = agreed, orders.flows.receipts, orders.extra

    def at(self, step: int, cost: Array) -> tuple[Array, Array]:
        """Return the units that arrive in a step and what they are worth; cost: of a planned unit."""
        agreed, planned = self._agreed, self._planned[:, step]
        units = agreed.total[:, step] + planned
        if agreed.fixed is not None:
            planned = planned + agreed.by_hand[:, step]
        worth = planned * cost + agreed.bought[:, step]
        if self._extra is None:
            return units, worth
        return units + self._extra.receipts[:, step], worth + self._extra.value[:, step]


def _unpaid(problem: SupplyProblem, orders: Orders, cost: PlannedCost, bought: Array) -> Array:
    """Return what is received but not yet paid by month, each lane's planned orders by its own terms of payment.

    bought: all purchases so far, items x (steps + 1).
    """
    per_month, later = problem.steps_per_month, []
    for view, mine, own in cost.further:
        worth = np.where(mine, orders.flows.receipts[view.rows] * own, 0.0)
        so_far = running_total(worth + extra_by_step(problem, orders, view, in_money=True))
        bought[view.rows] -= so_far
        owed = unpaid_purchases(so_far, steps_of_days(view.problem.payment_days, per_month), per_month)
        later.append((view.rows, owed))
    unpaid = unpaid_purchases(bought, steps_of_days(problem.payment_days, per_month), per_month)
    for rows, owed in later:
        unpaid[rows] += owed
    return unpaid
