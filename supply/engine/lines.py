"""Plan lines: the whole time-phased row of every item, by step or by month."""

from dataclasses import dataclass, fields

import numpy as np

from supply.engine.agreed import Agreed
from supply.engine.arrays import Array
from supply.engine.lane_views import bought_from
from supply.engine.money import planned_cost, revenue_of, unpaid_purchases, value_stock
from supply.engine.orders import Orders, extra_by_step, releases_by_step
from supply.engine.problem import SupplyProblem
from supply.engine.time import Rollup, hold_over_steps, roll_up, steps_of_days


@dataclass(frozen=True, eq=False)
class PlanLines:
    """One array per row of the plan, items x periods.

    Units: opening, demand, firm_receipts, planned_receipts, releases (orders to place in the period), shipped,
    on_time (shipped from the period's own demand, backlog shipments excluded), lost; at the end backlog, closing;
    safety_stock, order_up_to. Money: value (of stock at the end), average_value, unpaid (received, not yet paid),
    revenue, cogs, carrying (economic, not in gross margin), purchases (received), lost_value (lost units at price),
    lost_margin (lost units at price less cost, plus goodwill).
    """

    opening: Array
    demand: Array
    firm_receipts: Array
    planned_receipts: Array
    releases: Array
    shipped: Array
    on_time: Array
    lost: Array
    backlog: Array
    closing: Array
    safety_stock: Array
    order_up_to: Array
    value: Array
    average_value: Array
    unpaid: Array
    revenue: Array
    cogs: Array
    carrying: Array
    purchases: Array
    lost_value: Array
    lost_margin: Array

    @property
    def gross_margin(self) -> Array:
        """Revenue less cost of goods sold."""
        return self.revenue - self.cogs

    @property
    def tied_up(self) -> Array:
        """Cash tied up at the end: stock at cost less what of it is not yet paid."""
        return self.value - self.unpaid

    def by_month(self, steps_per_month: int) -> "PlanLines":
        """Return the same rows by month."""
        rows = {each.name: getattr(self, each.name) for each in fields(self)}
        monthly = {name: roll_up(row, steps_per_month, ROLLUPS.get(name, "sum")) for name, row in rows.items()}
        return PlanLines(**monthly)


# Flows add up; what stands at a moment is taken at its first or last step.
ROLLUPS: dict[str, Rollup] = {
    "opening": "first",
    "backlog": "last",
    "closing": "last",
    "safety_stock": "last",
    "order_up_to": "last",
    "value": "last",
    "unpaid": "last",
    "average_value": "mean",
}


def plan_lines(
    problem: SupplyProblem, levels: tuple[Array, Array], agreed: Agreed, orders: Orders, demand: Array
) -> PlanLines:
    """Return the plan's rows by step; levels: safety stock and order-up-to level, demand: all items x steps."""
    flows = orders.flows
    return PlanLines(
        opening=_before(problem.on_hand, flows.closing),
        demand=demand,
        firm_receipts=agreed.firm,
        planned_receipts=orders.receipts + agreed.by_hand + agreed.pre_bought,
        releases=releases_by_step(problem, agreed, orders),
        shipped=flows.shipped,
        on_time=np.maximum(flows.shipped - _before(problem.backlog, flows.backlog), 0.0),
        lost=flows.lost,
        backlog=flows.backlog,
        closing=flows.closing,
        safety_stock=levels[0],
        order_up_to=levels[1],
        **_money_rows(problem, agreed, orders, demand),
    )


def _money_rows(problem: SupplyProblem, agreed: Agreed, orders: Orders, demand: Array) -> dict[str, Array]:
    """Return the money rows of the plan by step."""
    flows, per_month = orders.flows, problem.steps_per_month
    cost = _planned_cost(problem, orders)
    planned = (flows.receipts + agreed.by_hand) * cost
    purchases = agreed.firm_value + agreed.pre_bought_value + planned
    if orders.extra is not None:
        purchases = purchases + orders.extra.value
    stock = value_stock(problem.on_hand, problem.avg_cost, agreed.total + orders.receipts, purchases, flows.closing)
    average = (_before(problem.on_hand * problem.avg_cost, stock.value) + stock.value) / 2
    price = hold_over_steps(problem.price, per_month)
    # An item never stocked so far has no average cost; what a unit would cost now stands for it.
    unit_cost = np.where(stock.average_cost > 0, stock.average_cost, cost)
    return {
        "value": stock.value,
        "average_value": average,
        "unpaid": _unpaid(problem, orders, cost, purchases),
        "revenue": revenue_of(flows, demand, price, problem.backlog, problem.backlog_price),
        "cogs": stock.cogs,
        "carrying": average * (problem.carry_rate / 12 / per_month)[:, None],
        "purchases": purchases,
        "lost_value": flows.lost * price,
        "lost_margin": flows.lost * (price - unit_cost + problem.goodwill[:, None]),
    }


def _planned_cost(problem: SupplyProblem, orders: Orders) -> Array:
    """Return the cost of a unit of planned orders by step of receipt, from the lane it is bought from."""
    release, per_month = orders.chances.release, problem.steps_per_month
    cost = planned_cost(problem.unit_cost, release, problem.cost_at_order, per_month)
    for view, mine in bought_from(problem, orders.lane):
        one = view.problem
        own = planned_cost(one.unit_cost, release[view.rows], one.cost_at_order, per_month)
        cost[view.rows] = np.where(mine, own, cost[view.rows])
    return cost


def _unpaid(problem: SupplyProblem, orders: Orders, cost: Array, purchases: Array) -> Array:
    """Return what is received but not yet paid, each lane's planned orders by its own terms of payment."""
    per_month = problem.steps_per_month
    main, later = purchases, []
    for view, mine in bought_from(problem, orders.lane):
        bought = np.where(mine, orders.flows.receipts[view.rows] * cost[view.rows], 0.0)
        bought = bought + extra_by_step(problem, orders, view, in_money=True)
        main = main.copy(order="K") if main is purchases else main
        main[view.rows] -= bought
        later.append((view.rows, unpaid_purchases(bought, steps_of_days(view.problem.payment_days, per_month))))
    unpaid = unpaid_purchases(main, steps_of_days(problem.payment_days, per_month))
    for rows, amount in later:
        unpaid[rows] += amount
    return unpaid


def _before(start: Array, at_end: Array) -> Array:
    """Return what stands at the beginning of each step, from the start and what stands at the end of each."""
    opening = np.empty_like(at_end)
    opening[:, :1] = start[:, None]
    opening[:, 1:] = at_end[:, :-1]
    return opening
