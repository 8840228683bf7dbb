"""Agreed receipts: what arrives without planning deciding it: firm orders, pre-buys, months set by a planner."""

from dataclasses import dataclass, fields

import numpy as np

from supply.engine.arrays import Array, BoolArray, IntArray, steps_array
from supply.engine.problem import SupplyProblem
from supply.engine.receipts import by_step, expected_steps
from supply.engine.time import hold_over_steps


@dataclass(frozen=True, eq=False)
class Agreed:
    """Agreed receipts, items x steps [units, after yield], and their purchase value [money].

    fixed: steps in which the planner's own number counts and nothing else is planned; None if there is none.
    """

    firm: Array
    firm_value: Array
    pre_bought: Array
    pre_bought_value: Array
    by_hand: Array
    fixed: BoolArray | None

    @property
    def total(self) -> Array:
        """All agreed receipts."""
        return self.firm + self.pre_bought + self.by_hand

    def of_rows(self, rows: IntArray) -> "Agreed":
        """Return the agreed receipts of some items."""
        amounts = {each.name: getattr(self, each.name)[rows] for each in fields(self) if each.name != "fixed"}
        return Agreed(**amounts, fixed=None if self.fixed is None else self.fixed[rows])


def agreed_receipts(problem: SupplyProblem) -> Agreed:
    """Return the agreed receipts of every item; a planner's number for a month arrives in its first step."""
    firm, bought, size = problem.firm, problem.pre_buys, (len(problem.items), problem.steps)
    rule, start, steps_per_month = problem.policy.past_due_rule, problem.first_month, problem.steps_per_month
    due = expected_steps(firm, problem.late_days, start, steps_per_month, rule)
    units = firm.quantity * problem.yield_mean[firm.item]
    extra = bought.quantity * problem.yield_mean[bought.item]
    by_hand, fixed = steps_array(*size), None
    given = ~np.isnan(problem.receipt_override)
    if given.any():
        fixed = hold_over_steps(given, steps_per_month)
        by_hand[:, ::steps_per_month] = np.where(given, problem.receipt_override, 0.0)
    return Agreed(
        firm=by_step(firm.item, due, units, *size),
        firm_value=by_step(firm.item, due, units * firm.unit_cost, *size),
        pre_bought=by_step(bought.item, bought.arrival, extra, *size),
        pre_bought_value=by_step(bought.item, bought.arrival, extra * bought.unit_cost, *size),
        by_hand=by_hand,
        fixed=fixed,
    )
