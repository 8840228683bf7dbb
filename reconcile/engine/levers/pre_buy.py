"""Lever: buy before an announced cost rise."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from reconcile.engine.levers.lever import Applied, Lever
from reconcile.engine.pre_buy import cover_worth_buying
from supply.engine.arrays import Array, IntArray
from supply.engine.lots import lot_within
from supply.engine.plan import SupplyPlan, plan_supply
from supply.engine.problem import SupplyProblem
from supply.engine.projection import latest_release
from supply.engine.receipts import PreBuys
from supply.engine.time import steps_of_days


@dataclass(frozen=True, eq=False, kw_only=True)
class PreBuyLever(Lever):
    """One extra order at the old cost before the first cost rise in the lever's months; later netting absorbs it.

    cover_months: how many months of demand to buy early; None = as many as pay (saving against holding cost). Never
    more than the shelf life, nor than the plan would buy in that time after the rise; rounded down to the multiple,
    nothing below the least order. Figures: units, spend, saving (units * rise), months_covered (by spend), items; in an
    effect also net_benefit (saving - extra carrying cost).
    """

    cover_months: float | None = None
    kind: ClassVar[str] = "pre_buy"
    stage: ClassVar[str] = "cost"

    def apply(self, problem: SupplyProblem) -> Applied:
        """Return the problem with the extra orders."""
        month = self._month_of_rise(problem)
        rows, scoped = np.flatnonzero(month > 0), int(self.scope.sum())
        warnings = []
        if len(rows) < scoped:
            warnings.append(f"{self.label}: {scoped - len(rows)} of {scoped} items have no cost rise in these months.")
        orders, figures = self._orders(plan_supply(problem.take(rows)), month[rows])
        bought = orders.of_rows(np.flatnonzero(orders.quantity > 0), len(rows))
        if nothing := len(rows) - len(bought.item):
            warnings.append(
                f"{self.label}: {nothing} items buy nothing early: too late, enough in stock, or no lot pays."
            )
        own = replace(bought, item=rows[orders.quantity > 0])
        return Applied(replace(problem, pre_buys=problem.pre_buys.joined(own)), tuple(warnings), figures)

    def concluded(self, figures: dict[str, float], change: dict[str, float]) -> dict[str, float]:
        """Return the figures with net_benefit: saving less the extra carrying cost."""
        return figures | {"net_benefit": figures.get("saving", 0.0) - change["carrying"]}

    def _month_of_rise(self, problem: SupplyProblem) -> IntArray:
        """Return the first month in the lever's months whose cost is above the month before; 0 if none."""
        rises = np.zeros(problem.unit_cost.shape, dtype=bool)
        rises[:, 1:] = problem.unit_cost[:, 1:] > problem.unit_cost[:, :-1]
        rises &= self.cells(problem)
        return np.where(rises.any(axis=1), rises.argmax(axis=1), 0)

    def _orders(self, plan: SupplyPlan, month: IntArray) -> tuple[PreBuys, dict[str, float]]:
        """Return one order per item, 0 units where it does not pay, and the lever's figures."""
        problem, row = plan.problem, np.arange(len(month))
        release, arrival, displaced_from = _timing(plan, month)
        old, new = problem.unit_cost[row, month - 1], problem.unit_cost[row, month]
        months = cover_worth_buying(old, new, problem.carry_rate)
        if self.cover_months is not None:
            months = np.full(len(row), self.cover_months)
        months = np.minimum(months, problem.shelf_life_months)
        until = np.minimum(displaced_from + months * problem.steps_per_month, problem.steps)
        later = np.where(
            plan.orders.chances.release >= (month * problem.steps_per_month)[:, None], plan.orders.flows.receipts, 0.0
        )
        wanted = np.minimum(
            _between(plan.steps.demand, displaced_from, until), _between(later, displaced_from, np.ceil(until))
        )
        in_time = (release >= 0) & (arrival < problem.steps)
        units = lot_within(np.where(in_time, wanted, 0.0) / problem.yield_mean, problem.moq, problem.multiple)
        received = units * problem.yield_mean
        spend = received * old
        total = float(spend.sum())
        return PreBuys(row, release, arrival, units, old), {
            "units": float(received.sum()),
            "spend": total,
            "saving": float((received * (new - old)).sum()),
            "months_covered": float((spend * (until - displaced_from)).sum() / total / problem.steps_per_month)
            if total
            else 0.0,
            "items": float((units > 0).sum()),
        }


def _timing(plan: SupplyPlan, month: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the step of release (-1: too late) and arrival of an order just before the rise of each item.

    And the step from which receipts would cost more: that is the demand the order is bought for. Where the price is
    fixed at order the last step before the rise orders; else the order must arrive before the rise.
    """
    problem, row, lead = plan.problem, np.arange(len(month)), plan.orders.lead
    rise = month * problem.steps_per_month
    first_open = steps_of_days(problem.frozen_days, problem.steps_per_month)
    latest = latest_release(lead, first_open, np.ones(len(row), dtype=np.int64))
    release = np.where(problem.cost_at_order, rise - 1, latest[row, rise - 1])
    release = np.where(release >= first_open, release, -1)
    arrival = release + lead[row, release]
    dearer = np.where(problem.cost_at_order, rise + lead[row, rise], rise)
    return release, arrival, np.minimum(np.maximum(dearer, arrival), problem.steps)


def _between(amount: Array, start: Array | IntArray, end: Array | IntArray) -> Array:
    """Return what lies between two times of each item [steps, with fractions] of amounts by step (items x steps)."""
    items, steps = amount.shape
    total = np.concatenate([np.zeros((items, 1)), np.cumsum(amount, axis=1)], axis=1)
    row = np.arange(items)

    def until(time: Array | IntArray) -> Array:
        whole = np.minimum(np.asarray(time).astype(np.int64), steps - 1)
        before: Array = total[row, whole] + (time - whole) * amount[row, whole]
        return before

    return np.maximum(until(end) - until(start), 0.0)
