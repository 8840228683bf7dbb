"""Projection: stock step by step, ordering what is needed as late as it can still arrive.

Time-phased netting as in Vollmann, Berry & Whybark, extended by lead times that change over time, review intervals,
lots, yield, and unmet demand that partly waits and is partly lost. Arrays are items x steps [units].
"""

from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, BoolArray, IntArray, steps_array, steps_arrays
from supply.engine.lots import LotRule, lot_rule
from supply.engine.problem import SupplyProblem
from supply.engine.time import hold_over_steps, steps_of_days


@dataclass(frozen=True, eq=False)
class Chances:
    """When planned orders can arrive: `receipt` (can one arrive here?) and the step `release` it is ordered in."""

    receipt: BoolArray
    release: IntArray

    def of_rows(self, rows: IntArray) -> "Chances":
        """Return the chances of some items."""
        return Chances(self.receipt[rows], self.release[rows])


@dataclass(frozen=True, eq=False)
class Flows:
    """What the projection gives, items x steps [units]; backlog and closing are at the end of the step.

    ordered: quantity of planned orders by step of receipt, before yield. receipts: what arrives of them.
    """

    ordered: Array
    receipts: Array
    shipped: Array
    lost: Array
    backlog: Array
    closing: Array

    def of_rows(self, rows: IntArray) -> "Flows":
        """Return the flows of some items."""
        return Flows(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def with_rows(self, rows: IntArray, other: "Flows") -> "Flows":
        """Return these flows with those of some items in place of their own."""
        changed = {each.name: getattr(self, each.name).copy(order="K") for each in fields(self)}
        for name, array in changed.items():
            array[rows] = getattr(other, name)
        return Flows(**changed)


class Buys(Protocol):
    """A way to order, step by step; all_arrives: what is ordered is what arrives."""

    all_arrives: bool

    def order(self, step: int, owed: Array, there: Array) -> tuple[Array, Array]:
        """Return what is ordered to arrive in a step and what of it arrives, one per item [units].

        owed: backlog and demand of the step; there: stock and agreed receipts.
        """
        ...


class Netted:
    """Orders of items with one lane: at each chance what is missing to `reach`, in whole lots."""

    def __init__(
        self, reach: Array, chance: BoolArray, lots: LotRule, yield_mean: Array | None = None, *, gross_up: bool = True
    ) -> None:
        """Prepare; reach, chance: items x steps; yield_mean: one per item, None = all of an order arrives."""
        self._reach, self._chance, self._lots, self._gross_up = reach, chance, lots, gross_up
        self.all_arrives = yield_mean is None or bool((yield_mean == 1).all())
        self._part = None if self.all_arrives else yield_mean

    @classmethod
    def of(cls, problem: SupplyProblem, reach: Array, chance: BoolArray) -> "Netted":
        """Return the orders of a problem's items from their main lanes."""
        lots = LotRule(problem.moq, problem.multiple, problem.max_order)
        return cls(reach, chance, lots, problem.yield_mean, gross_up=problem.policy.gross_up)

    def order(self, step: int, owed: Array, there: Array) -> tuple[Array, Array]:
        """Return what is ordered to arrive in a step and what of it arrives."""
        need = self._reach[:, step] + owed
        need -= there
        need[~self._chance[:, step]] = 0.0
        order = self._lots.total(need if self._part is None or not self._gross_up else need / self._part)
        return order, order if self._part is None else order * self._part


def chances_plan(
    problem: SupplyProblem, fixed: BoolArray | None, *, unconstrained: bool = False
) -> tuple[IntArray, Chances]:
    """Return lead time in steps (items x steps, by step of release) and chances of each item's main lane.

    fixed: steps set by a planner.
    """
    per_month = problem.steps_per_month
    lead = hold_over_steps(steps_of_days(problem.lead_days, per_month), per_month)
    review = np.maximum(steps_of_days(problem.review_days, per_month), 1)
    latest = latest_release(lead, steps_of_days(problem.frozen_days, per_month), review)
    return lead, _order_chances(latest, lead, fixed, unconstrained)


def latest_release(lead: IntArray, first_open: IntArray, review: IntArray) -> IntArray:
    """Return for each step the latest useful release: the last step whose order is there in time; -1 if none.

    lead (items x steps): lead time in steps by step of RELEASE. first_open (items): no order before it. review
    (items): orders only every so many steps from there.
    """
    items, steps = lead.shape
    latest = np.full((steps + 1, items), -1, dtype=np.int64)  # the last row: beyond the horizon
    cells, rows, next_open = latest.ravel(), np.arange(items), first_open.copy()
    at_any_step = not first_open.any() and bool((review == 1).all())
    for release in range(steps):
        arrival = np.minimum(lead[:, release] + release, steps)
        if not at_any_step:
            open_ = next_open == release
            arrival[~open_] = steps
            next_open[open_] += review[open_]
        cells[arrival * items + rows] = release
    for step in range(1, steps):
        np.maximum(latest[step], latest[step - 1], out=latest[step])
    return latest[:-1].T


def _order_chances(latest: IntArray, lead: IntArray, fixed: BoolArray | None, unconstrained: bool) -> Chances:
    """Return in which steps planned orders may arrive, and their release.

    An order arrives when its latest useful release first becomes useful; until the next chance it must last. In
    unconstrained mode every step before the first chance is one too, with a release in the past (negative). Steps
    `fixed` by a planner are none; the step after them is. What is given as `latest` becomes the releases.
    """
    steps = latest.shape[1]
    feasible = latest >= 0
    fresh = feasible.copy(order="K")
    fresh[:, 1:] &= latest[:, 1:] != latest[:, :-1]
    if fixed is not None:
        fresh[:, 1:] |= feasible[:, 1:] & fixed[:, :-1]
    chance = fresh | ~feasible if unconstrained else fresh
    if fixed is not None:
        chance &= ~fixed
    np.subtract(np.arange(steps)[:, None], lead[:, 0], out=latest.T, where=~feasible.T)
    return Chances(chance, latest)


def stock_to_reach(
    safety_stock: Array, demand: Array, receipts: Array, chances: Chances, fixed: BoolArray | None
) -> Array:
    """Return what must be left after each step so that no step before the next chance falls below safety stock.

    safety_stock: items x months, each held over its steps (items x steps is a month a step); the rest items x steps.
    """
    waits = ~chances.receipt & (chances.release >= 0)
    if fixed is not None:
        waits &= ~fixed
    reach = hold_over_steps(safety_stock, demand.shape[1] // safety_stock.shape[1])
    for step in np.flatnonzero(waits[:, 1:].any(axis=0))[::-1]:
        later = reach[:, step + 1] + demand[:, step + 1] - receipts[:, step + 1]
        np.maximum(reach[:, step], later, out=reach[:, step], where=waits[:, step + 1])
    return reach


def project(
    on_hand: Array,
    backlog: Array,
    demand: Array,
    receipts: Array,
    backorder_share: Array,
    *,
    buys: Buys | None = None,
) -> Flows:
    """Return the flows of every step: with `buys` also planned orders, else receipts only.

    on_hand, backlog, backorder_share: one per item. Backlog is served first; of unmet demand the backorder share
    waits, the rest is lost. A planned order covers what is owed and brings stock up to what is to be reached.
    """
    items, steps = demand.shape
    ordered, shipped, lost, waiting, closing = steps_arrays(5, items, steps)
    arrived = ordered if buys is None or buys.all_arrives else steps_array(items, steps)
    stock, late = np.asarray(on_hand, dtype=np.float64), np.asarray(backlog, dtype=np.float64)
    lost_share, some_wait = 1.0 - backorder_share, bool(backorder_share.any() or late.any())
    for step in range(steps):
        there = stock + receipts[:, step]
        owed = late + demand[:, step] if some_wait else demand[:, step]
        if buys is not None:
            ordered[:, step], arrived[:, step] = buys.order(step, owed, there)
            there += arrived[:, step]
        served = np.minimum(there, owed, out=shipped[:, step])
        unmet = np.subtract(owed, served, out=lost[:, step])
        if some_wait:
            gone = np.multiply(lost_share, np.minimum(unmet, demand[:, step]))
            late = np.subtract(unmet, gone, out=waiting[:, step])
            lost[:, step] = gone
        stock = np.subtract(there, served, out=closing[:, step])
    return Flows(ordered, arrived, shipped, lost, waiting, closing)


def netting(
    on_hand: ArrayLike,
    gross: ArrayLike,
    receipts: ArrayLike,
    lead_time: ArrayLike,
    *,
    safety_stock: ArrayLike = 0.0,
    moq: ArrayLike = 0.0,
    multiple: ArrayLike = 0.0,
    max_order: ArrayLike = np.inf,
    review: ArrayLike = 1,
    backlog: ArrayLike = 0.0,
    backorder_share: ArrayLike = 1.0,
    feasible: bool = False,
) -> tuple[Flows, IntArray]:
    """Return the netting table of one or many items, and the release period of each planned receipt.

    gross, receipts: periods, or items x periods [units]; lead_time: periods, a number, one per item, or items x
    periods by period of release; the rest numbers or one per item; safety_stock also items x periods. Periods count
    from 0: a release of -1 should have been ordered a period ago (`feasible=True` plans none of these). Where
    nothing is received the release means nothing. `Flows` is items x periods; with `closing - backlog` the projected
    available balance. Lot-for-lot is multiple 0, a fixed lot is multiple = lot.
    """
    demand = np.atleast_2d(np.asarray(gross, dtype=np.float64))
    shape = demand.shape
    firm = np.broadcast_to(np.atleast_2d(np.asarray(receipts, dtype=np.float64)), shape)
    lead = _per_period(lead_time, shape).astype(np.int64)
    start, owed, share, least, size, most, every = (
        np.broadcast_to(np.asarray(value, dtype=np.float64), shape[:1])
        for value in (on_hand, backlog, backorder_share, moq, multiple, max_order, review)
    )
    latest = latest_release(lead, np.zeros(shape[0], dtype=np.int64), np.maximum(every.astype(np.int64), 1))
    chances = _order_chances(latest, lead, None, unconstrained=not feasible)
    reach = stock_to_reach(_per_period(safety_stock, shape), demand, firm, chances, None)
    rule = lot_rule(least, size, most)
    flows = project(start, owed, demand, firm, share, buys=Netted(reach, chances.receipt, rule))
    return flows, chances.release


def _per_period(value: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return a number, one per item, or items x periods as items x periods."""
    array = np.asarray(value, dtype=np.float64)
    return np.broadcast_to(array[:, None] if array.ndim == 1 else array, shape)
