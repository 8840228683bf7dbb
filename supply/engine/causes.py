"""Cause of a shortage: what alone would explain at least half of it, looked for in a fixed order."""

import numpy as np

from supply.engine.arrays import RESIDUE, Array, BoolArray, IntArray, Labels
from supply.engine.orders import steps_too_late
from supply.engine.plan import SupplyPlan
from supply.engine.receipts import by_step
from supply.engine.time import roll_up, spread_to_steps, step_of_date

LIMITED = "supplier capacity"
FIRM_LATE = "firm order late"
ABOVE_PLAN = "demand above plan"
BY_HAND = "receipts set by hand"
NO_RELEASE = "no feasible release"
CAME_SHORT = "order came short"


def short_by_step(plan: SupplyPlan) -> Array:
    """Return units lost or waiting in each step, items x steps."""
    return plan.orders.flows.lost + plan.orders.flows.backlog


def too_late_to_order(plan: SupplyPlan) -> BoolArray:
    """Return the steps nothing ordered from now on can reach, items x steps."""
    return steps_too_late(plan.problem, plan.orders) > 0


def shortage_causes(plan: SupplyPlan, row: IntArray, step: IntArray) -> Labels:
    """Return the cause of a shortage of each item at a step (its first one in a month).

    What would not be short in that step if suppliers had no limits; a firm order promised by then and not expected by
    then; demand above what the last published plan expected; planned receipts a planner set by hand; no order from
    today can arrive by then; else an order that came short.
    """
    flows = plan.orders.flows
    short = np.cumsum(flows.lost, axis=1)[row, step] + flows.backlog[row, step]
    explained = {
        LIMITED: _limited(plan)[row, step],
        FIRM_LATE: _late_units(plan)[row, step] * 2 >= short,
        ABOVE_PLAN: _above_plan(plan)[row, step] * 2 >= short,
        BY_HAND: _by_hand(plan)[row, step],
        NO_RELEASE: too_late_to_order(plan)[row, step],
    }
    return np.select(list(explained.values()), list(explained), default=CAME_SHORT)


def limited_below(plan: SupplyPlan, missing: Array) -> BoolArray:
    """Return where at least half of what is missing to safety stock at a month's end is so only because of limits.

    missing: items x months [units].
    """
    if plan.orders.before is None:
        return np.zeros(missing.shape, dtype=bool)
    before = roll_up(plan.orders.before.closing, plan.problem.steps_per_month, "last")
    more = missing - np.maximum(plan.months.safety_stock - before, 0.0)
    limited: BoolArray = (more > RESIDUE) & (more * 2 >= missing)
    return limited


def _limited(plan: SupplyPlan) -> BoolArray:
    """Return the steps in which at least half of what is short is so only because of suppliers' limits, items x steps.

    The same items are planned without limits, too: what is short there has another cause.
    """
    before, short = plan.orders.before, short_by_step(plan)
    if before is None:
        return np.zeros(short.shape, dtype=bool)
    more = short - (before.lost + before.backlog)
    limited: BoolArray = (more > RESIDUE) & (more * 2 >= short)
    return limited


def _late_units(plan: SupplyPlan) -> Array:
    """Return firm units promised by the end of each step and not expected by then, items x steps."""
    problem, firm = plan.problem, plan.problem.firm
    promised = np.maximum(step_of_date(firm.promised, problem.first_month, problem.steps_per_month), 0)
    units = firm.quantity * problem.yield_mean[firm.item]
    due = by_step(firm.item, promised, units, len(problem.items), problem.steps)
    return np.cumsum(due - plan.agreed.firm, axis=1)


def _above_plan(plan: SupplyPlan) -> Array:
    """Return demand so far above what the last published plan expected, items x steps; -1 where there is none."""
    problem = plan.problem
    expected = np.where(np.isnan(problem.reference_demand), problem.demand, problem.reference_demand)
    more = spread_to_steps(problem.demand - expected, problem.steps_per_month, problem.step_weights)
    total: Array = np.cumsum(more, axis=1)
    return np.where(total > 0, total, -1.0)


def _by_hand(plan: SupplyPlan) -> BoolArray:
    """Return the steps of months a planner set by hand, items x steps."""
    fixed = plan.agreed.fixed
    return np.zeros(plan.demand.shape, dtype=bool) if fixed is None else fixed
