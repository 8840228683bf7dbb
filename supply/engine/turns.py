"""Turns: items with several lanes order from them in turn, each order whole from the lane furthest below its share.

A quota arrangement. Of the lanes that can deliver in a step the one with the lowest ordered / share has its turn (a
tie goes to the larger share, then to the lane's rank), with its lead time, lots and yield. What was ordered before the
plan begins counts, so that shares hold from plan to plan. Orders for a step that some
lane cannot reach yet count against nobody's share, so that a slow lane need not catch up.
"""

from dataclasses import dataclass

import numpy as np

from supply.engine.agreed import Agreed
from supply.engine.arrays import Array, BoolArray, IntArray
from supply.engine.lane_views import LaneView, lane_views
from supply.engine.lots import LotRule
from supply.engine.problem import SupplyProblem
from supply.engine.projection import Chances, Flows, chances_plan, project, stock_to_reach
from supply.engine.time import steps_of_days

TIE = 1e-9  # relative: shares this close to being met alike are


@dataclass(frozen=True, eq=False)
class Turns:
    """Which lane each item orders from: rank of the lane per step of receipt, items x steps; 0 = main.

    Named at every chance to order, also where nothing is needed. late: steps ago an order should have been placed to
    arrive in a step, even from the fastest lane; 0 = in time.
    """

    lane: IntArray
    late: IntArray


@dataclass(frozen=True, eq=False)
class InTurn:
    """Items with several lanes planned: their rows; chances with the release of the lane whose turn it is; flows."""

    rows: IntArray
    chances: Chances
    flows: Flows
    turns: Turns


def orders_in_turn(
    problem: SupplyProblem, safety_stock: Array, demand: Array, agreed: Agreed, *, unconstrained: bool
) -> InTurn:
    """Return the plan of the items with several lanes; safety_stock (items x months), demand, agreed: of all."""
    views = lane_views(problem)
    rows = views[0].rows
    own, options = agreed.of_rows(rows), _options(views, agreed, unconstrained=unconstrained)
    latest = np.where(options.overdue <= 0, options.release, -1).max(axis=0)
    if own.fixed is not None:
        latest = np.where(own.fixed.T, options.release[0], latest)  # what is set by hand comes from the main lane
    can: BoolArray = np.any(options.can, axis=0)
    supply = own.total
    reach = stock_to_reach(safety_stock[rows], demand[rows], supply, Chances(can.T, latest.T), own.fixed)
    buys = _TakingTurns(options, reach, gross_up=problem.policy.gross_up)
    flows = project(
        problem.on_hand[rows], problem.backlog[rows], demand[rows], supply, problem.backorder_share[rows], buys=buys
    )
    release = np.where(can, np.take_along_axis(options.release, buys.lane[None], axis=0)[0], latest)
    late = np.maximum(options.overdue.min(axis=0), 0)
    return InTurn(rows, Chances(can.T, release.T), flows, Turns(buys.lane.T, late.T))


@dataclass(frozen=True, eq=False)
class _Options:
    """What items with several lanes can order from, lanes by rank x steps x items, or lanes x items.

    can: an order may arrive. release: see `Chances`. overdue: steps ago an order should have been placed, at most 0: in
    time. there: the lane exists and has a share.
    """

    can: BoolArray
    release: IntArray
    overdue: IntArray
    there: BoolArray
    share: Array
    ordered: Array
    part: Array
    lots: list[LotRule]


def _options(views: list[LaneView], agreed: Agreed, *, unconstrained: bool) -> _Options:
    """Return the lanes side by side; what an item has fewer of can never deliver."""
    one = views[0].problem
    size, items = (len(views), one.steps, len(one.items)), len(one.items)
    can, release = np.zeros(size, dtype=bool), np.full(size, -1, dtype=np.int64)
    overdue = np.full(size, np.iinfo(np.int64).max, dtype=np.int64)
    share, ordered, part = np.zeros((size[0], items)), np.zeros((size[0], items)), np.ones((size[0], items))
    lots = []
    for view in views:
        at, of_lane = view.place, view.problem
        fixed = None if agreed.fixed is None else agreed.fixed[view.rows]
        chances = chances_plan(of_lane, fixed, unconstrained=unconstrained)[1]
        first_open = steps_of_days(of_lane.frozen_days, of_lane.steps_per_month)
        can[view.rank][:, at] = chances.receipt.T & (of_lane.share > 0)
        release[view.rank][:, at] = chances.release.T
        overdue[view.rank][:, at] = first_open - chances.release.T
        share[view.rank, at], part[view.rank, at] = of_lane.share, of_lane.yield_mean
        ordered[view.rank, at] = of_lane.ordered_before
        lots.append(_lots(view, items))
    there = share > 0
    overdue[np.broadcast_to(~there[:, None], size)] = np.iinfo(np.int64).max
    in_time = overdue <= 0
    can &= in_time | ~in_time.any(axis=0)  # orders from before today only where no lane is in time
    return _Options(can, release, overdue, there, share, ordered, part, lots)


def _lots(view: LaneView, items: int) -> LotRule:
    """Return the lot rules of a rank for all items with several lanes; any quantity where the lane is not there."""
    moq, multiple, most = np.zeros(items), np.zeros(items), np.full(items, np.inf)
    for rule, own in ((moq, view.problem.moq), (multiple, view.problem.multiple), (most, view.problem.max_order)):
        rule[view.place] = own
    return LotRule(moq, multiple, most)


class _TakingTurns:
    """The orders of items with several lanes step by step, see `Buys`; lane: whose turn it was, steps x items."""

    all_arrives = False

    def __init__(self, options: _Options, reach: Array, *, gross_up: bool) -> None:
        self._options, self._reach, self._gross_up = options, reach, gross_up
        self.lane: IntArray = np.zeros(options.can.shape[1:], dtype=np.int64)
        self._ordered = options.ordered.copy()
        self._share = np.where(options.there, options.share, 1.0)
        self._rank = np.argsort(-options.share, axis=0, kind="stable")  # who comes first at a tie
        in_time = options.overdue <= 0
        # Where one lane is too late, the others' orders do not count; where all are, all are alike.
        self._counts: BoolArray = np.all(in_time | ~options.there[:, None], axis=0) | ~np.any(in_time, axis=0)

    def order(self, step: int, owed: Array, there: Array) -> tuple[Array, Array]:
        """Return what is ordered to arrive in a step and what of it arrives, from the lanes whose turn it is."""
        can = self._options.can[:, step]
        lane = self._turn(can)
        need = np.where(can.any(axis=0), self._reach[:, step] + owed - there, 0.0)
        part = np.take_along_axis(self._options.part, lane[None], axis=0)[0]
        wanted = need / part if self._gross_up else need
        order = np.zeros(len(need))
        for rank, lots in enumerate(self._options.lots):
            order = np.where(lane == rank, lots.total(wanted), order)
        counted = np.where(self._counts[step], order, 0.0)
        self._ordered[lane, np.arange(len(lane))] += counted
        self.lane[step] = lane
        return order, order * part

    def _turn(self, can: BoolArray) -> IntArray:
        """Return the rank of the lane furthest below its share, one per item; 0 where no lane can deliver."""
        met = np.where(can, self._ordered / self._share, np.inf)
        near = met <= met.min(axis=0) * (1 + TIE)
        first = np.take_along_axis(near & can, self._rank, axis=0).argmax(axis=0)
        lane: IntArray = self._rank[first, np.arange(len(first))]
        return np.where(can.any(axis=0), lane, 0)
