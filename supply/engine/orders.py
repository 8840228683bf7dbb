"""Orders: what planning decides to buy, and when it must be ordered."""

from dataclasses import dataclass

import numpy as np

from supply.engine.agreed import Agreed
from supply.engine.arrays import Array, IntArray
from supply.engine.lots import LotRule
from supply.engine.problem import PlanMode, SupplyProblem
from supply.engine.projection import Chances, Flows, latest_release, order_chances, project, stock_to_reach
from supply.engine.receipts import by_step
from supply.engine.time import hold_over_steps, steps_of_days


@dataclass(frozen=True, eq=False)
class Orders:
    """Lead time in steps (items x steps, by step of release), the chances to receive an order, and the flows."""

    lead: IntArray
    chances: Chances
    flows: Flows


def orders_plan(
    problem: SupplyProblem, safety_stock: Array, demand: Array, agreed: Agreed, mode: PlanMode | None = None
) -> Orders:
    """Return planned orders and flows; safety_stock, demand: items x steps; `mode` in place of the policy's."""
    per_month = problem.steps_per_month
    lead = hold_over_steps(steps_of_days(problem.lead_days, per_month), per_month)
    review = np.maximum(steps_of_days(problem.review_days, per_month), 1)
    latest = latest_release(lead, steps_of_days(problem.frozen_days, per_month), review)
    unconstrained = (mode or problem.policy.plan_mode) == "unconstrained"
    chances = order_chances(latest, lead, agreed.fixed, unconstrained)
    supply = agreed.total
    flows = project(
        problem.on_hand,
        problem.backlog,
        demand,
        supply,
        problem.backorder_share,
        reach=stock_to_reach(safety_stock, demand, supply, chances, agreed.fixed),
        chance=chances.receipt,
        lots=LotRule(problem.moq, problem.multiple, problem.max_order),
        yield_mean=problem.yield_mean,
        gross_up=problem.policy.gross_up,
    )
    return Orders(lead, chances, flows)


def releases_by_step(problem: SupplyProblem, agreed: Agreed, orders: Orders) -> Array:
    """Return what is ordered in each step, items x steps [units, before yield]: planned, set by hand, pre-bought.

    What should have been ordered before the first step is ordered in the first step a plan may use: it is late, and
    flagged so; in unconstrained mode such orders lie outside the table.
    """
    items, steps = orders.lead.shape
    placed, release = orders.flows.ordered, orders.chances.release
    if agreed.fixed is not None:
        placed = placed + agreed.by_hand / problem.yield_mean[:, None]
        release = np.where(agreed.by_hand > 0, np.maximum(release, 0), release)
    cell = np.flatnonzero(placed.T.ravel() > 0)  # step by step, as the arrays lie
    item = cell % max(items, 1)
    planned = by_step(item, release.T.ravel()[cell], placed.T.ravel()[cell], items, steps)
    bought = problem.pre_buys
    return (
        planned + by_step(bought.item, bought.release, bought.quantity, items, steps) if len(bought.item) else planned
    )
