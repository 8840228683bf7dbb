"""Receipts that are agreed before planning starts: open purchase orders and pre-buys, and when they arrive."""

from dataclasses import dataclass, fields, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, BoolArray, DateArray, IntArray
from supply.engine.time import step_of_date, steps_of_days

PastDueRule = Literal["now", "late_mean", "residual"]


@dataclass(frozen=True, eq=False)
class FirmReceipts:
    """Open purchase order lines: row of the item, open quantity [units], unit cost, promised day. One row per line."""

    item: IntArray
    quantity: Array
    unit_cost: Array
    promised: DateArray

    @classmethod
    def build(
        cls, item: ArrayLike = (), quantity: ArrayLike = (), unit_cost: ArrayLike = (), promised: ArrayLike = ()
    ) -> Self:
        """Return the lines from plain sequences of one length."""
        return cls(
            np.asarray(item, dtype=np.int64),
            np.asarray(quantity, dtype=np.float64),
            np.asarray(unit_cost, dtype=np.float64),
            np.asarray(promised, dtype="datetime64[D]"),
        )

    def of_rows(self, rows: IntArray, items: int) -> Self:
        """Return the lines of some items, renumbered to their place in `rows`."""
        keep, place = _renumber(self.item, rows, items)
        return replace(
            self, item=place, quantity=self.quantity[keep], unit_cost=self.unit_cost[keep], promised=self.promised[keep]
        )


@dataclass(frozen=True, eq=False)
class PreBuys:
    """Agreed extra orders before a cost rise: row of the item, step of release and of arrival, units, unit cost."""

    item: IntArray
    release: IntArray
    arrival: IntArray
    quantity: Array
    unit_cost: Array

    @classmethod
    def build(
        cls,
        item: ArrayLike = (),
        release: ArrayLike = (),
        arrival: ArrayLike = (),
        quantity: ArrayLike = (),
        unit_cost: ArrayLike = (),
    ) -> Self:
        """Return the orders from plain sequences of one length."""
        return cls(
            np.asarray(item, dtype=np.int64),
            np.asarray(release, dtype=np.int64),
            np.asarray(arrival, dtype=np.int64),
            np.asarray(quantity, dtype=np.float64),
            np.asarray(unit_cost, dtype=np.float64),
        )

    def joined(self, other: "PreBuys") -> "PreBuys":
        """Return these orders and the others."""
        pairs = {each.name: (getattr(self, each.name), getattr(other, each.name)) for each in fields(self)}
        return PreBuys(**{name: np.concatenate(pair) for name, pair in pairs.items()})

    def of_rows(self, rows: IntArray, items: int) -> "PreBuys":
        """Return the orders of some items, renumbered to their place in `rows`."""
        keep, place = _renumber(self.item, rows, items)
        return PreBuys(place, self.release[keep], self.arrival[keep], self.quantity[keep], self.unit_cost[keep])


def _renumber(item: IntArray, rows: IntArray, items: int) -> tuple[BoolArray, IntArray]:
    """Return which entries belong to the chosen rows, and those entries' place among them."""
    place = np.full(items, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    found = place[item]
    return found >= 0, found[found >= 0]


def expected_steps(
    firm: FirmReceipts, late_days: Array, first_month: np.datetime64, steps_per_month: int, rule: PastDueRule
) -> IntArray:
    """Return the step in which each open line is expected; an order past its promise never counts from the past.

    late_days (n): mean lateness of the item's lane. rule "now": at its promise, past due in step 0. "late_mean":
    promise plus mean lateness. "residual": at its promise; past due after what remains of the mean lateness.
    """
    late = late_days[firm.item]
    start = first_month.astype("datetime64[D]")
    overdue = np.maximum((start - firm.promised).astype(np.int64), 0)
    promised = step_of_date(firm.promised, first_month, steps_per_month)
    if rule == "late_mean":
        days = np.round(late).astype("timedelta64[D]")
        promised = step_of_date(firm.promised + days, first_month, steps_per_month)
    elif rule == "residual":
        waiting = steps_of_days(np.maximum(late - overdue, 0.0), steps_per_month)
        promised = np.where(overdue > 0, waiting, promised)
    return np.maximum(promised, 0)


def by_step(item: IntArray, step: IntArray, amount: Array, items: int, steps: int) -> Array:
    """Return amounts added up by item and step (items x steps); what falls beyond the horizon is left out."""
    inside = (step >= 0) & (step < steps)
    cell = step[inside] * items + item[inside]
    total = np.zeros(steps * items)
    np.add.at(total, cell, amount[inside])
    return total.reshape(steps, items).T
