"""Lever: buy before an announced cost rise."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from reconcile.engine.levers.lever import Applied, Lever
from reconcile.engine.pre_buy import cover_worth_buying
from supply.engine.arrays import RESIDUE, Array, IntArray
from supply.engine.lots import lot_within
from supply.engine.orders import receipts_of_main
from supply.engine.plan import SupplyPlan, plan_supply
from supply.engine.problem import SupplyProblem
from supply.engine.projection import latest_release
from supply.engine.receipts import PreBuys
from supply.engine.room import orders_in_room
from supply.engine.time import steps_of_days


@dataclass(frozen=True, eq=False, kw_only=True)
class PreBuyLever(Lever):
    """One extra order at the old cost before the first cost rise in the lever's months; later netting absorbs it.

    cover_months: how many months of demand to buy early; None = as many as pay (saving against holding cost). Never
    more than the shelf life, than the plan would buy from the main supplier in that time after the rise, nor than the
    supplier accepts in the month; rounded down to the multiple, nothing below the least order. Figures: units bought
    extra, spend, saving (units * rise), months_covered (by spend), items; in an effect also net_benefit (saving - extra
    carrying cost).
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
        linked = problem.linked(rows)
        orders, figures = self._orders(plan_supply(problem.take(linked)), month[linked])
        bought = orders.of_rows(np.flatnonzero(orders.quantity > 0), len(linked))
        if nothing := len(rows) - len(bought.item):
            warnings.append(
                f"{self.label}: {nothing} items buy nothing early: too late, enough in stock, no room, or no lot pays."
            )
        own = replace(bought, item=linked[orders.quantity > 0])
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
        """Return one order per item, 0 units where it does not pay or `month` is 0, and the lever's figures."""
        problem, row = plan.problem, np.arange(len(month))
        timing = _timing(plan, month)
        old, new = problem.unit_cost[row, month - 1], problem.unit_cost[row, month]
        until = np.minimum(timing.dearer + self._months(problem, old, new) * problem.steps_per_month, problem.steps)
        planned = receipts_of_main(problem, plan.orders)
        # What the plan would buy dearer in that time, at most its demand; and the order this one takes the place of.
        displaced = np.minimum(
            _between(plan.demand, timing.dearer, until), _between(planned, timing.dearer, np.ceil(until))
        )
        replaced = _between(planned, timing.arrival, timing.dearer)
        in_time = (timing.release >= 0) & (timing.arrival < problem.steps) & (displaced > RESIDUE) & (month > 0)
        wanted = np.where(in_time, displaced + replaced, 0.0) / problem.yield_mean
        ordered = orders_in_room(problem, timing.release, lot_within(wanted, problem.moq, problem.multiple))
        extra = np.maximum(ordered * problem.yield_mean - replaced, 0.0)
        ordered = np.where(extra > RESIDUE, ordered, 0.0)
        spend = extra * old
        weight = spend / max(float(spend.sum()), RESIDUE)
        return PreBuys(row, timing.release, timing.arrival, ordered, old), {
            "units": float(extra.sum()),
            "spend": float(spend.sum()),
            "saving": float((extra * (new - old)).sum()),
            "months_covered": float((weight * (until - timing.dearer)).sum()) / problem.steps_per_month,
            "items": float((ordered > 0).sum()),
        }

    def _months(self, problem: SupplyProblem, old: Array, new: Array) -> Array:
        """Return the months of demand to buy early for each item."""
        worth = cover_worth_buying(old, new, problem.carry_rate)
        wanted = worth if self.cover_months is None else np.full(len(worth), self.cover_months)
        return np.minimum(wanted, problem.shelf_life_months)


@dataclass(frozen=True, eq=False)
class Timing:
    """Steps per item: release of the early order (-1: too late), its arrival, and from when receipts cost more."""

    release: IntArray
    arrival: IntArray
    dearer: IntArray


def _timing(plan: SupplyPlan, month: IntArray) -> Timing:
    """Return when an order before the rise of each item is placed and received.

    Price fixed at order: ordered in the last step before the rise, delivered when the first dearer order would be.
    Price fixed at receipt: it must arrive in the last step before the rise.
    """
    problem, row, lead = plan.problem, np.arange(len(month)), plan.orders.lead
    rise = month * problem.steps_per_month
    first_open = steps_of_days(problem.frozen_days, problem.steps_per_month)
    latest = latest_release(lead, first_open, np.ones(len(row), dtype=np.int64))
    release = np.where(problem.cost_at_order, rise - 1, latest[row, rise - 1])
    release = np.where(release >= first_open, release, -1)
    earliest = release + lead[row, release]
    dearer = np.where(problem.cost_at_order, np.maximum(rise + lead[row, rise], earliest), rise)
    arrival = np.where(problem.cost_at_order, dearer, rise - 1)
    return Timing(release, np.minimum(arrival, problem.steps), np.minimum(dearer, problem.steps))


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
