"""Limits in the risk: what an item of a limited supplier may order in a draw, as if the others ordered as planned."""

from dataclasses import dataclass

import numpy as np

from supply.engine.arrays import RESIDUE, Array, IntArray
from supply.engine.lots import LotRule
from supply.engine.orders import agreed_releases, releases_of, releases_of_lanes
from supply.engine.plan import SupplyPlan
from supply.engine.problem import SupplyProblem
from supply.engine.risk_slots import Slot
from supply.engine.time import roll_up


@dataclass(frozen=True, eq=False)
class _Lane:
    """The lanes of one rank of some items: what is planned from them by step, and what suppliers have left by month.

    planned, left: items x steps, items x months [units]; who has no such lane plans nothing.
    """

    problem: SupplyProblem
    planned: Array
    left: Array

    @property
    def share(self) -> Array:
        """What of an order counts as covering a need."""
        came = self.problem.yield_mean
        return came if self.problem.policy.gross_up else np.ones_like(came)


def levels_within_limits(plan: SupplyPlan, found: list[list[Slot]]) -> list[list[Slot]]:
    """Return the chances with those of items of limited suppliers replaced: one per step and lane; see `levels_of`."""
    limits = plan.problem.limits
    if limits is None or next(limits.groups(plan.problem.lanes), None) is None:
        return found
    rows, lanes = _limited_lanes(plan)
    problem, per_month = plan.problem, plan.problem.steps_per_month
    start = problem.on_hand[rows] - problem.backlog[rows]
    gone = np.cumsum(plan.demand[rows] - plan.orders.flows.lost[rows], axis=1)
    position, bounded = start, []
    for step, slots in enumerate(found):
        own = []
        for rank, lane in enumerate(lanes):
            one, order = lane.problem, np.where(lane.planned[:, step] > RESIDUE, lane.planned[:, step], 0.0)
            most = order + _whole(lane.left[:, step // per_month], one.moq, one.multiple)
            level = np.max([slot.level[rows] for slot in slots if slot.rank == rank], axis=0, initial=-np.inf)
            asked = LotRule(one.moq, one.multiple, one.max_order).total(np.maximum(level - position, 0.0) / lane.share)
            kept = abs(np.minimum(asked, most) - order) <= RESIDUE
            own.append(Slot(np.where(kept, level, position + order * lane.share), most, rank))
            position = position + order * one.yield_mean
        bounded.append(_replaced(slots, rows, own, len(problem.items)))
        came = sum(np.sum(lane.planned[:, : step + 1], axis=1) * lane.problem.yield_mean for lane in lanes)
        position = start - gone[:, step] + came
    return bounded


def _replaced(slots: list[Slot], rows: IntArray, own: list[Slot], items: int) -> list[Slot]:
    """Return a step's slots with those of some items replaced by their own."""
    for slot in slots:
        slot.level[rows] = -np.inf
    alone = []
    for each in own:
        alone.append(wide := Slot(np.full(items, -np.inf), np.full(items, np.inf), each.rank))
        wide.level[rows], wide.most[rows] = each.level, each.most  # type: ignore[index]
    return [*slots, *alone]


def _limited_lanes(plan: SupplyPlan) -> tuple[IntArray, list[_Lane]]:
    """Return the items with a lane of a limited supplier, and all their lanes by rank."""
    problem, lanes = plan.problem, plan.problem.lanes
    further = releases_of_lanes(problem, plan.orders)
    main = releases_of(problem, plan.agreed, plan.orders)
    main = main - agreed_releases(problem, plan.agreed, plan.orders)
    for rank in lanes.ranks:  # one lane of an item at a time
        at = lanes.of_rank(rank)
        main[lanes.item[at]] -= further[at]
    left = np.full(problem.demand.shape, np.inf), np.full(lanes.unit_cost.shape, np.inf)
    _left_by_month(plan, further, *left)
    limited = np.isfinite(left[0]).any(axis=1)
    limited[lanes.item[np.isfinite(left[1]).any(axis=1)]] = True
    rows = np.flatnonzero(limited)
    found = [_Lane(problem.take(rows), np.maximum(main[rows], 0.0), left[0][rows])]
    for rank in problem.take(rows).lanes.ranks:
        at = lanes.of_rank(rank)
        place, there = np.searchsorted(rows, lanes.item[at]), limited[lanes.item[at]]
        planned, room = np.zeros(found[0].planned.shape), np.full(found[0].left.shape, np.inf)
        planned[place[there]], room[place[there]] = further[at[there]], left[1][at[there]]
        found.append(_Lane(problem.take(rows).of_rank(rank), planned, room))
    return rows, found


def _left_by_month(plan: SupplyPlan, further: Array, main_left: Array, further_left: Array) -> None:
    """Write down what suppliers have left in each month [units of the item] of main and of further lanes."""
    problem, limits = plan.problem, plan.problem.limits
    assert limits is not None
    by_month, main = roll_up(further, problem.steps_per_month, "sum"), plan.months.releases.copy(order="K")
    np.subtract.at(main, problem.lanes.item, by_month)
    for limit, rows, ranks in limits.groups(problem.lanes):
        other = np.flatnonzero(ranks)
        at, releases = problem.lanes.find(rows[other], ranks[other]), main[rows]
        if other.size:
            releases[other] = by_month[at]
        each = problem.of_lanes(rows, ranks).limits.per_unit  # type: ignore[union-attr]
        load = np.einsum("kim,im->km", each, releases)
        room = np.maximum(limit.quantity - load, 0.0)[:, None]
        takes = (each > 0) & np.isfinite(room)
        left = np.where(takes, room / np.where(takes, each, 1.0), np.inf).min(axis=0)
        main_left[rows[ranks == 0]] = left[ranks == 0]
        if other.size:
            further_left[at] = left[other]


def _whole(room: Array, moq: Array, multiple: Array) -> Array:
    """Return what fits as whole lots, at least the least order [units]."""
    size = np.where(multiple > 0, multiple, 1.0)
    fits = np.where(multiple > 0, np.floor(room / size + RESIDUE) * size, room)
    return np.where(fits < moq - RESIDUE, 0.0, fits)
