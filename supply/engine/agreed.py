"""Agreed receipts: what arrives without planning deciding it: firm orders, pre-buys, months set by a planner."""

from dataclasses import dataclass

import numpy as np

from supply.engine.arrays import Array, BoolArray, IntArray, steps_array
from supply.engine.problem import SupplyProblem
from supply.engine.receipts import by_step, expected_steps
from supply.engine.time import hold_over_steps


@dataclass(frozen=True, eq=False)
class Agreed:
    """Agreed receipts, items x steps [units, after yield].

    total: all of them: firm, on order, and decided, pre-bought or set by a planner (None if nothing is). by_hand: of
    these, set by a planner. bought: what firm and pre-bought receipts cost [money]. fixed: steps in which the planner's
    own number counts and nothing else is planned; None if there is none.
    """

    total: Array
    firm: Array
    decided: Array | None
    by_hand: Array
    bought: Array
    fixed: BoolArray | None

    def of_rows(self, rows: IntArray) -> "Agreed":
        """Return the agreed receipts of some items."""
        return Agreed(
            total=self.total[rows],
            firm=self.firm[rows],
            decided=None if self.decided is None else self.decided[rows],
            by_hand=self.by_hand[rows],
            bought=self.bought[rows],
            fixed=None if self.fixed is None else self.fixed[rows],
        )


def agreed_receipts(problem: SupplyProblem) -> Agreed:
    """Return the agreed receipts of every item; a planner's number for a month arrives in its first step."""
    firm, bought, size = problem.firm, problem.pre_buys, (len(problem.items), problem.steps)
    rule, start, steps_per_month = problem.policy.past_due_rule, problem.first_month, problem.steps_per_month
    due = expected_steps(firm, problem.late_days, start, steps_per_month, rule)
    units = firm.quantity * problem.yield_mean[firm.item]
    arriving, value = (by_step(firm.item, due, each, *size) for each in (units, units * firm.unit_cost))
    by_hand, fixed, decided = steps_array(*size), None, None
    given = ~np.isnan(problem.receipt_override)
    if given.any():
        fixed = hold_over_steps(given, steps_per_month)
        by_hand[:, ::steps_per_month] = np.where(given, problem.receipt_override, 0.0)
        decided = by_hand
    if len(bought.item):
        extra = bought.quantity * problem.yield_mean[bought.item]
        decided = by_hand + by_step(bought.item, bought.arrival, extra, *size)
        value += by_step(bought.item, bought.arrival, extra * bought.unit_cost, *size)
    total = arriving if decided is None else arriving + decided
    return Agreed(total, arriving, decided, by_hand, value, fixed)
