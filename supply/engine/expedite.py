"""Expedite: the part of a shortage that a faster, dearer order would still serve."""

from dataclasses import dataclass, replace

import numpy as np

from supply.engine.agreed import agreed_receipts
from supply.engine.arrays import RESIDUE, Array, IntArray
from supply.engine.orders import orders_plan
from supply.engine.plan import SupplyPlan
from supply.engine.time import roll_up


@dataclass(frozen=True, eq=False)
class Hurried:
    """What hurrying would serve, items x months: units no longer short at all, `flow` those of them no longer lost.

    margin: what they earn after the surcharge [money]; where they would earn nothing, all three are 0.
    """

    units: Array
    flow: Array
    margin: Array


def expedite(plan: SupplyPlan) -> Hurried:
    """Return what faster orders would serve of each shortage.

    Every order of a short item is taken to come within its `expedite_days` (NaN: it cannot be hurried); the first
    open step, the lots and what is on order already stay as they are. SUPPLY flag EXPEDITE: units, cost, margin saved.
    """
    shape = plan.months.lost.shape
    found = Hurried(*(np.zeros(shape) for _ in range(3)))
    rows = _short_and_faster(plan)
    if not len(rows):
        return found
    problem = plan.problem.take(rows)
    faster = np.minimum(problem.lead_days, problem.expedite_days[:, None])
    problem = replace(problem, lead_days=np.asfortranarray(faster))
    flows, per_month = plan.orders.flows, problem.steps_per_month
    hurried = orders_plan(problem, plan.safety.quantity[rows], plan.demand[rows], agreed_receipts(problem)).flows
    served = np.maximum(roll_up(flows.lost[rows] - hurried.lost, per_month, "sum"), 0.0)
    waiting = roll_up(flows.backlog[rows] - hurried.backlog, per_month, "last")
    units = np.maximum(served + waiting, 0.0)
    each = problem.price + problem.goodwill[:, None] - problem.unit_cost - problem.expedite_cost[:, None]
    worth = (units > RESIDUE) & (each > 0)
    found.units[rows] = np.where(worth, units, 0.0)
    found.flow[rows] = np.where(worth, np.minimum(served, units), 0.0)
    found.margin[rows] = np.where(worth, units * each, 0.0)
    return found


def _short_and_faster(plan: SupplyPlan) -> IntArray:
    """Return the items that run short and have a faster way than their usual lead time."""
    problem = plan.problem
    short = (plan.months.lost + plan.months.backlog > RESIDUE).any(axis=1)
    return np.flatnonzero(short & (problem.expedite_days < problem.lead_days.max(axis=1)))
