"""The supply plan: safety stock, orders, stock and money of every item, step by step and by month."""

from dataclasses import dataclass

import numpy as np

from supply.engine.agreed import Agreed, agreed_receipts
from supply.engine.arrays import RESIDUE, Array, running_total
from supply.engine.cover import cover_after
from supply.engine.lane_views import largest_of_lanes
from supply.engine.lines import PlanLines, plan_lines
from supply.engine.orders import Limited, Orders, orders_plan, releases_before_limits
from supply.engine.problem import SupplyProblem
from supply.engine.safety_stock import SafetyStock, safety_stock_plan
from supply.engine.time import spread_to_steps
from supply.engine.within import orders_within_limits


@dataclass(frozen=True, eq=False)
class SupplyPlan:
    """A supply plan and the problem it answers; arrays items x steps or items x months.

    months: the plan's rows. safety, agreed, orders, demand (by step): what explains them. wanted: what would be ordered
    each month if suppliers had no limits [units]; wanted + moved of the month after + late = releases + moved + cut.
    cover: months of following demand the closing stock lasts, items x months (NaN: never runs out). excess: units of
    closing stock above what safety stock, demand over the protection time and lots justify, items x months.
    """

    problem: SupplyProblem
    safety: SafetyStock
    agreed: Agreed
    orders: Orders
    demand: Array
    wanted: Array
    limited: Limited
    months: PlanLines
    cover: Array
    excess: Array


def plan_supply(problem: SupplyProblem) -> SupplyPlan:
    """Return the plan of all items, within the limits of suppliers.

    Any order of items gives the same figures, and any grouping that leaves the items of a limited supplier together.
    """
    safety = safety_stock_plan(problem)
    agreed = agreed_receipts(problem)
    demand = demand_by_step(problem)
    free = orders_plan(problem, safety.quantity, demand, agreed)
    orders = orders_within_limits(problem, safety.quantity, demand, agreed, free)
    months = plan_lines(problem, safety, agreed, orders, demand)
    cover = _cover_months(problem, months.closing, demand)
    excess = _excess(problem, safety, months.closing, cover)
    wanted, limited = _limited(problem, agreed, orders, months)
    return SupplyPlan(problem, safety, agreed, orders, demand, wanted, limited, months, cover, excess)


def demand_by_step(problem: SupplyProblem) -> Array:
    """Return demand spread over the steps of each month, items x steps [units]."""
    return spread_to_steps(problem.demand, problem.steps_per_month, problem.step_weights)


def _limited(problem: SupplyProblem, agreed: Agreed, orders: Orders, months: PlanLines) -> tuple[Array, Limited]:
    """Return orders before limits by month, and what limits changed; nothing where none did."""
    if orders.limited is None:
        nothing = np.zeros(problem.demand.shape)
        return months.releases, Limited(nothing, nothing, nothing)
    wanted = releases_before_limits(problem, agreed, orders, every=problem.steps_per_month)
    return wanted, orders.limited


def _cover_months(problem: SupplyProblem, closing: Array, demand: Array) -> Array:
    """Return the months of following demand the closing stock lasts; beyond the horizon its last year's mean."""
    ends = np.arange(1, problem.months + 1) * problem.steps_per_month - 1
    last_year = running_total(problem.demand[:, -12:])
    tail = last_year[:, -1] / (last_year.shape[1] - 1) / problem.steps_per_month
    return cover_after(closing, demand, ends, tail) / problem.steps_per_month


def _excess(problem: SupplyProblem, safety: SafetyStock, closing: Array, cover: Array) -> Array:
    """Return closing stock above safety stock + the larger of demand over the protection time and the least order.

    Only where stock lasts longer than the item's longest allowed cover; all of it where no demand is left at all.
    """
    least = largest_of_lanes(problem, lambda one: one.moq)
    justified = safety.quantity + np.maximum(safety.cover.mean, least[:, None])
    wanted = (problem.demand > 0).any(axis=1, keepdims=True)
    justified = np.where(wanted, justified, 0.0)
    too_long = np.isnan(cover) | (cover > problem.max_cover_months[:, None])
    above = closing - justified
    return np.where(too_long & (above > RESIDUE), above, 0.0)
