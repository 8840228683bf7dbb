"""Plan lines: the whole time-phased row of every item by month."""

from dataclasses import dataclass

import numpy as np

from supply.engine.agreed import Agreed
from supply.engine.arrays import Array
from supply.engine.ledger import ledger_of
from supply.engine.money import sales_of
from supply.engine.orders import Orders, releases_of
from supply.engine.problem import SupplyProblem
from supply.engine.safety_stock import SafetyStock
from supply.engine.time import roll_up


@dataclass(frozen=True, eq=False)
class PlanLines:
    """One array per row of the plan, items x months.

    Units: opening, demand, firm_receipts, planned_receipts, releases (orders to place in the month), shipped,
    on_time (shipped in the step it was wanted in, backlog shipments excluded), lost; at the end backlog, closing;
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


def plan_lines(problem: SupplyProblem, safety: SafetyStock, agreed: Agreed, orders: Orders, demand: Array) -> PlanLines:
    """Return the plan's rows by month; demand: items x steps."""
    flows, per_month = orders.flows, problem.steps_per_month
    planned = orders.receipts if agreed.decided is None else orders.receipts + agreed.decided
    shipped, lost = (roll_up(each, per_month, "sum") for each in (flows.shipped, flows.lost))
    closing = roll_up(flows.closing, per_month, "last")
    at_cost = ledger_of(problem, agreed, orders)
    on_time, revenue = sales_of(problem, flows, demand, shipped)
    return PlanLines(
        opening=_before(problem.on_hand, closing),
        demand=problem.demand,
        firm_receipts=roll_up(agreed.firm, per_month, "sum"),
        planned_receipts=roll_up(planned, per_month, "sum"),
        releases=releases_of(problem, agreed, orders, every=per_month),
        shipped=shipped,
        on_time=on_time,
        lost=lost,
        backlog=roll_up(flows.backlog, per_month, "last"),
        closing=closing,
        safety_stock=safety.quantity,
        order_up_to=safety.order_up_to,
        value=at_cost.value,
        average_value=at_cost.average_value,
        unpaid=at_cost.unpaid,
        revenue=revenue,
        cogs=at_cost.cogs,
        carrying=at_cost.average_value * (problem.carry_rate / 12)[:, None],
        purchases=at_cost.purchases,
        lost_value=lost * problem.price,
        lost_margin=lost * (problem.price + problem.goodwill[:, None]) - at_cost.lost_cost,
    )


def _before(start: Array, at_end: Array) -> Array:
    """Return what stands at the beginning of each period, from the start and what stands at the end of each."""
    opening = np.empty_like(at_end)
    opening[:, :1] = start[:, None]
    opening[:, 1:] = at_end[:, :-1]
    return opening
