"""Levels: what the plan raises the position (on hand + on order - backlog) to at each of its chances to order."""

from typing import NamedTuple

import numpy as np

from supply.engine.arrays import RESIDUE, Array, BoolArray, IntArray
from supply.engine.lanes import Lanes
from supply.engine.lots import LotRule
from supply.engine.orders import agreed_releases, orders_plan, releases_by_step
from supply.engine.plan import SupplyPlan
from supply.engine.projection import stock_to_reach


class Slot(NamedTuple):
    """One chance per item in a step: the level (-inf: no chance) and the most that may be ordered; None: any."""

    level: Array
    most: Array | None = None


class Chance(NamedTuple):
    """Items that may order in a step, the position each raises to and the most it may order; None: any."""

    rows: IntArray | slice
    level: Array
    most: Array | None


def levels_of(plan: SupplyPlan) -> list[list[Slot]]:
    """Return the chances of each step; levels are less agreed receipts.

    An item of a limited supplier raises to the level netting would, but orders in no step more than the limited plan
    does and whole lots of what the supplier has left in the month: as if the others took theirs as planned. Where that
    is not what the limited plan orders, because it orders early, the level is the position it leads to.
    """
    problem, safety, demand, agreed = plan.problem, plan.steps.safety_stock, plan.steps.demand, plan.agreed
    orders = plan.orders
    if problem.policy.plan_mode != "feasible":
        orders = orders_plan(problem, safety, demand, agreed, "feasible")
    chances, known = orders.chances, agreed.total
    reach = stock_to_reach(safety, demand, known, chances, agreed.fixed)
    wanted = np.cumsum(demand, axis=1)
    ahead, before = reach + wanted - np.cumsum(known, axis=1), wanted - demand
    found: list[list[Slot]] = [[] for _ in range(demand.shape[1])]
    usable: BoolArray = chances.receipt & (chances.release >= 0)
    for arrival in range(demand.shape[1]):
        rows = np.flatnonzero(usable[:, arrival])
        for release in np.unique(chances.release[rows, arrival]):
            these = rows[chances.release[rows, arrival] == release]
            _enter(found[release], these, ahead[these, arrival] - before[these, release], len(demand))
    return _within_limits(plan, found) if problem.policy.plan_mode == "feasible" else found


def chances_of(slots: list[Slot], rows: IntArray) -> list[Chance]:
    """Return a step's chances of the items of a block."""
    found: list[Chance] = []
    for slot in slots:
        level, most = slot.level[rows], None if slot.most is None else slot.most[rows]
        these = np.flatnonzero(level > -np.inf)
        if these.size:
            all_of_them = these.size == rows.size
            capped = most is not None and bool(np.isfinite(most[these]).any())
            found.append(
                Chance(
                    slice(None) if all_of_them else these,
                    level[these],
                    most[these] if most is not None and capped else None,
                )
            )
    return found


def _enter(slots: list[Slot], rows: IntArray, level: Array, items: int) -> None:
    """Enter levels into the first slot where none of these items stands yet."""
    slot = next((one for one in slots if np.isneginf(one.level[rows]).all()), None)
    if slot is None:
        slots.append(slot := Slot(np.full(items, -np.inf)))
    slot.level[rows] = level


def _within_limits(plan: SupplyPlan, found: list[list[Slot]]) -> list[list[Slot]]:
    """Return the chances with those of items of limited suppliers replaced: one per step."""
    left = _left_by_month(plan)
    rows = np.flatnonzero(np.isfinite(left).any(axis=1))
    if not rows.size:
        return found
    part, per_month = plan.problem.take(rows), plan.problem.steps_per_month
    lots, came = LotRule(part.moq, part.multiple, part.max_order), part.yield_mean
    share = came if part.policy.gross_up else np.ones_like(came)
    planned = releases_by_step(plan.problem, plan.agreed, plan.orders)[rows]
    planned = np.maximum(planned - agreed_releases(plan.problem, plan.agreed, plan.orders)[rows], 0.0)
    gone = np.cumsum(plan.steps.demand[rows] - plan.steps.lost[rows], axis=1)
    position = part.on_hand - part.backlog
    bounded = []
    for step, slots in enumerate(found):
        order = np.where(planned[:, step] > RESIDUE, planned[:, step], 0.0)
        most = order + _whole(left[rows, step // per_month], part.moq, part.multiple)
        level = np.max([slot.level[rows] for slot in slots], axis=0, initial=-np.inf)
        asked = lots.total(np.maximum(level - position, 0.0) / share)
        level = np.where(abs(np.minimum(asked, most) - order) <= RESIDUE, level, position + order * share)
        bounded.append(_replaced(slots, rows, Slot(level, most), len(plan.problem.items)))
        position = part.on_hand - part.backlog - gone[:, step] + np.sum(planned[:, : step + 1], axis=1) * came
    return bounded


def _replaced(slots: list[Slot], rows: IntArray, own: Slot, items: int) -> list[Slot]:
    """Return a step's slots with those of some items replaced by one of their own."""
    alone = Slot(np.full(items, -np.inf), np.full(items, np.inf))
    alone.level[rows], alone.most[rows] = own.level, own.most  # type: ignore[index]
    for slot in slots:
        slot.level[rows] = -np.inf
    return [*slots, alone]


def _left_by_month(plan: SupplyPlan) -> Array:
    """Return what the supplier of each item has left in each month [units of the item]; inf: no limit."""
    limits = plan.problem.limits
    left = np.full(plan.problem.demand.shape, np.inf)
    if limits is None:
        return left
    for limit, rows, _ in limits.groups(Lanes.build()):
        each = limits.per_unit[:, rows]
        load = np.einsum("kim,im->km", each, plan.months.releases[rows])
        room = np.maximum(limit.quantity - load, 0.0)[:, None]
        takes = (each > 0) & np.isfinite(room)
        left[rows] = np.where(takes, room / np.where(takes, each, 1.0), np.inf).min(axis=0)
    return left


def _whole(room: Array, moq: Array, multiple: Array) -> Array:
    """Return what fits as whole lots, at least the least order [units]."""
    size = np.where(multiple > 0, multiple, 1.0)
    fits = np.where(multiple > 0, np.floor(room / size + RESIDUE) * size, room)
    return np.where(fits < moq - RESIDUE, 0.0, fits)
