"""Lot: from what is needed to what a supplier accepts as orders."""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import RESIDUE, Array

# Ratios this close to a whole number are whole: 0.3 / 0.1 must be three lots, not four.
RATIO_SLACK = 1e-9


class LotRule:
    """The lot rules of all items, one value per item: prepared once, asked at every step of the plan.

    moq: least order. multiple: orders are whole multiples of it; 0 = any quantity. max_order: the largest single
    order; inf = none. More than that is needed: several orders. Where the three contradict each other, the least
    order wins.
    """

    def __init__(self, moq: Array, multiple: Array, max_order: Array) -> None:
        self.moq, self.multiple = moq, multiple
        self._unit = np.where(multiple > 0, multiple, 1.0)
        self._all_in_multiples = bool((multiple > 0).all())
        self._some_capped = bool(np.isfinite(max_order).any())
        capped = np.where(multiple > 0, np.floor(max_order / self._unit + RATIO_SLACK) * self._unit, max_order)
        self._largest = np.maximum(capped, self.single(np.maximum(moq, multiple)))

    def single(self, need: Array) -> Array:
        """Return one order for each need: ceil(max(need, moq) / multiple) * multiple; 0 where nothing is needed."""
        wanted = np.maximum(need, self.moq)
        order: Array = np.ceil(wanted / self._unit - RATIO_SLACK) * self._unit
        if not self._all_in_multiples:
            order = np.where(self.multiple > 0, order, wanted)
        return np.where(need > RESIDUE, order, 0.0)

    def total(self, need: Array) -> Array:
        """Return the sum of the orders for each need, as many orders as `max_order` makes necessary."""
        if not self._some_capped:
            return self.single(need)
        full, rest = self._split(need)
        return full * np.where(full > 0, self._largest, 0.0) + np.minimum(self.single(rest), self._largest)

    def orders(self, need: Array) -> list[list[float]]:
        """Return the orders for each need one by one, largest first: what would stand on the purchase orders."""
        full, rest = self._split(need)
        last = np.minimum(self.single(rest), self._largest)
        rows = zip(full, np.broadcast_to(self._largest, full.shape), last, strict=True)
        return [[float(size)] * int(count) + ([float(end)] if end > 0 else []) for count, size, end in rows]

    def _split(self, need: Array) -> tuple[Array, Array]:
        """Return how many orders of the largest size a need fills, and what remains."""
        finite = np.isfinite(self._largest) & (self._largest > 0)
        size = np.where(finite, self._largest, 1.0)
        full = np.where(finite & (need > RESIDUE), np.floor(need / size + RATIO_SLACK), 0.0)
        return full, need - full * np.where(finite, size, 0.0)


def lot_rule(moq: ArrayLike = 0.0, multiple: ArrayLike = 0.0, max_order: ArrayLike = np.inf) -> LotRule:
    """Return the lot rules of one or many items from plain numbers or arrays [units]."""
    parts = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (moq, multiple, max_order))
    )
    return LotRule(*parts)


def lot(need: ArrayLike, moq: ArrayLike = 0.0, multiple: ArrayLike = 0.0, max_order: ArrayLike = np.inf) -> Array:
    """Return what is ordered in all for each need [units], broadcast over arrays.

    One order is ceil(max(need, moq) / multiple) * multiple. A need above `max_order` becomes full orders of that
    size plus the rest, which is raised to moq and multiple again (need 140, moq 50, at most 100: 100 + 50). A need
    of 0 or of rounding residue orders nothing. Order modifiers as in Vollmann, Berry & Whybark.
    """
    wanted = np.asarray(need, dtype=np.float64)
    shape = np.broadcast_shapes(wanted.shape, np.shape(moq), np.shape(multiple), np.shape(max_order))
    flat = [np.broadcast_to(np.asarray(part, dtype=np.float64), shape).ravel() for part in (moq, multiple, max_order)]
    return LotRule(*flat).total(np.broadcast_to(wanted, shape).ravel()).reshape(shape)


def lot_orders(need: float, moq: float = 0.0, multiple: float = 0.0, max_order: float = np.inf) -> list[float]:
    """Return the single orders one need becomes [units], largest first; empty when nothing is needed."""
    return lot_rule(moq, multiple, max_order).orders(np.array([float(need)]))[0]


def lot_within(limit: ArrayLike, moq: ArrayLike = 0.0, multiple: ArrayLike = 0.0) -> Array:
    """Return the largest order that keeps within a limit [units]: rounded down to the multiple, 0 if below moq."""
    most = np.asarray(limit, dtype=np.float64)
    size = np.asarray(multiple, dtype=np.float64)
    unit = np.where(size > 0, size, 1.0)
    down = np.where(size > 0, np.floor(most / unit + RATIO_SLACK) * unit, most)
    return np.where((down >= np.asarray(moq, dtype=np.float64) * (1 - RATIO_SLACK)) & (down > RESIDUE), down, 0.0)
