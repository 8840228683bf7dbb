"""Placing: orders of a month fitted into limits, put back on the steps of the month.

What is ordered a month earlier are the first orders of a month, placed in the last step before it; what is cut are the
last ones. Arrays are items x steps by step of RECEIPT, or items x months by month of release [units, before yield].
"""

from dataclasses import dataclass

import numpy as np

from supply.engine.arrays import RESIDUE, Array, BoolArray, IntArray
from supply.engine.constrain import Constrained, Lots
from supply.engine.receipts import PreBuys


@dataclass(frozen=True, eq=False)
class Calendar:
    """When orders of some items can be placed and arrive.

    release, lead: items x steps (see `Orders`). first_open, review: steps, one per item. fixed: steps of receipt in
    which only what a planner set by hand arrives, None if there are none.
    """

    release: IntArray
    lead: IntArray
    first_open: IntArray
    review: IntArray
    fixed: BoolArray | None
    steps_per_month: int

    @property
    def first_month(self) -> IntArray:
        """First month in which each item can be ordered at all."""
        return self.first_open // self.steps_per_month

    def by_month(self, ordered: Array) -> Array:
        """Return orders by their month of release, items x months."""
        months = ordered.shape[1] // self.steps_per_month
        total = np.zeros((len(ordered), months))
        rows = np.arange(len(ordered))
        for step in range(ordered.shape[1]):
            placed = np.flatnonzero((ordered[:, step] > 0) & (self.release[:, step] >= 0))
            total[rows[placed], self.release[placed, step] // self.steps_per_month] += ordered[placed, step]
        return total

    def last_release(self, month: int | IntArray) -> IntArray:
        """Return the last step of a month each item can be ordered in: at its review, or else at the month's end.

        month: a number, or one per item.
        """
        end = (month + 1) * self.steps_per_month - 1
        at_review = end - (end - self.first_open) % self.review
        held = at_review >= np.maximum(self.first_open, month * self.steps_per_month)
        return np.where(held, at_review, end)

    def sooner(self) -> BoolArray:
        """Return whether an order of each month comes no later when placed in the month before, items x months."""
        rows, months = np.arange(len(self.lead)), range(self.lead.shape[1] // self.steps_per_month)
        arrival = np.stack([self.arrival(rows, self.last_release(month)) for month in months], axis=1)
        found = np.ones(arrival.shape, dtype=bool)
        found[:, 1:] = arrival[:, :-1] <= arrival[:, 1:]
        return found

    def arrival(self, rows: IntArray, release: IntArray) -> IntArray:
        """Return when orders arrive; never in a step set by hand, then in the first one after it."""
        steps = self.lead.shape[1]
        arrival: IntArray = release + self.lead[rows, release]
        while self.fixed is not None:
            blocked = arrival < steps
            blocked[blocked] = self.fixed[rows[blocked], arrival[blocked]]
            if not blocked.any():
                break
            arrival = arrival + blocked
        return arrival


def in_sight(start: Array, net: Array, supply: Array, months: IntArray, calendar: Calendar) -> Array:
    """Return what each item has to last with when it orders in its month: one number per item [units].

    On hand less what customers wait for at the month's beginning, and what arrives no later than the month's own order
    would. start (n): net stock before the first step; net, supply: net stock at the end of each step and what arrives
    in it, items x steps; months (n).
    """
    rows, steps = np.arange(len(net)), np.arange(net.shape[1])
    first = np.minimum(months * calendar.steps_per_month, len(steps) - calendar.steps_per_month)
    until = calendar.arrival(rows, calendar.last_release(first // calendar.steps_per_month))
    coming = (steps >= first[:, None]) & (steps <= until[:, None])
    there = np.where(first > 0, net[rows, np.maximum(first - 1, 0)], start)
    held: Array = there + np.ascontiguousarray(np.where(coming, supply, 0.0)).sum(axis=1)
    return held


def place_orders(ordered: Array, found: Constrained, calendar: Calendar, lots: Lots) -> tuple[Array, PreBuys]:
    """Return planned orders that stay at their step of receipt, and those placed anew: earlier than planned."""
    month_of = np.maximum(calendar.release, 0) // calendar.steps_per_month
    moved_in = np.zeros_like(found.moved)
    moved_in[:, :-1] = found.moved[:, 1:]
    own = calendar.by_month(ordered)
    kept = np.where(calendar.release >= 0, ordered, 0.0)
    _take(kept, np.minimum(found.moved, own), month_of, range(kept.shape[1]))
    _take(kept, np.clip(found.cut - moved_in, 0.0, own), month_of, range(kept.shape[1] - 1, -1, -1))
    anew = np.maximum(moved_in - np.maximum(found.moved - own, 0.0) - np.minimum(found.cut, moved_in), 0.0)
    anew[anew <= RESIDUE] = 0.0
    _join_small(kept, anew, month_of, lots.least)
    return kept, _as_orders(anew, calendar)


def _take(kept: Array, gone: Array, month_of: IntArray, steps: range) -> None:
    """Take what is gone of each month out of its orders, in the order of the steps given."""
    left, rows = gone.copy(), np.arange(len(kept))
    if not left.any():
        return
    for step in steps:
        month = month_of[:, step]
        taken = np.minimum(left[rows, month], kept[:, step])
        kept[:, step] -= taken
        left[rows, month] -= taken
    kept[kept <= RESIDUE] = 0.0


def _join_small(kept: Array, anew: Array, month_of: IntArray, least: Array) -> None:
    """Join an order below the least one to the one before it in its month, the first of a month to the next one."""
    rows, small = np.arange(len(kept)), least - RESIDUE
    carried = np.where(anew < small[:, None], anew, 0.0)
    none_earlier = np.ones_like(anew, dtype=bool)
    earlier: list[BoolArray] = []
    for step in range(kept.shape[1]):  # which orders have one before them in their month
        month = month_of[:, step]
        earlier.append(~none_earlier[rows, month])
        none_earlier[rows, month] &= ~(kept[:, step] > 0)
    carried = np.where(none_earlier, 0.0, carried)
    anew -= carried
    for step in range(kept.shape[1] - 1, -1, -1):
        month, some = month_of[:, step], kept[:, step] > 0
        kept[:, step] += np.where(some, carried[rows, month], 0.0)
        carried[rows, month] = np.where(some, 0.0, carried[rows, month])
        joins = some & (kept[:, step] < small) & earlier[step]
        carried[rows, month] += np.where(joins, kept[:, step], 0.0)
        kept[:, step] = np.where(joins, 0.0, kept[:, step])
    _join_first(kept, anew, month_of, small)


def _join_first(kept: Array, anew: Array, month_of: IntArray, small: Array) -> None:
    """Join the next order of a month to its first one, where that is below the least order."""
    rows = np.arange(len(kept))
    waiting = np.full(anew.shape, -1, dtype=np.int64)
    for step in range(kept.shape[1]):
        month, some = month_of[:, step], kept[:, step] > 0
        to = waiting[rows, month]
        joins = some & (to >= 0)
        kept[rows[joins], to[joins]] += kept[joins, step]
        kept[joins, step] = 0.0
        waiting[rows[joins], month[joins]] = -1
        first = some & ~joins & (kept[:, step] < small)
        waiting[rows[first], month[first]] = step
    row, month = np.nonzero((waiting >= 0) & (anew > 0))
    kept[row, waiting[row, month]] += anew[row, month]
    anew[row, month] = 0.0


def _as_orders(anew: Array, calendar: Calendar) -> PreBuys:
    """Return orders placed at the end of their months, without a cost yet."""
    row, month = np.nonzero(anew)
    last = np.stack([calendar.last_release(each) for each in range(anew.shape[1])], axis=1)
    release = last[row, month]
    return PreBuys.build(row, release, calendar.arrival(row, release), anew[row, month], np.zeros(len(row)))
