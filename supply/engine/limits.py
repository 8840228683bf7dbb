"""Limits of suppliers: what each accepts to be ordered in a month, in one or several measures at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, IntArray
from supply.engine.cutting import CutRule
from supply.engine.lanes import NOBODY, Lanes

__all__ = ["NOBODY", "SupplierLimit", "SupplierLimits"]


@dataclass(frozen=True, eq=False)
class SupplierLimit:
    """One supplier's limits, measures x months [capacity units, inf = none], and the rule that cuts what is too much.

    Measures are those of `SupplierLimits.per_unit`; all of them hold together.
    """

    quantity: Array
    rule: CutRule = "fair share"


@dataclass(frozen=True, eq=False)
class SupplierLimits:
    """Who supplies each of n items and what the suppliers accept, T months.

    supplier (n): number of the item's supplier, -1 = none. per_unit: measures x n x T, capacity units one unit takes.
    priority (n): the lowest number is served first. limited: limits by supplier; who is not named has none.
    """

    supplier: IntArray
    per_unit: Array
    priority: Array
    limited: Mapping[int, SupplierLimit]

    @classmethod
    def build(
        cls,
        supplier: ArrayLike,
        limited: Mapping[int, SupplierLimit],
        *,
        months: int,
        per_unit: ArrayLike = 1.0,
        priority: ArrayLike = 0.0,
    ) -> "SupplierLimits":
        """Return checked limits; numbers are stretched over measures, items and months.

        Raises ValueError with a sentence on a limit below 0 or of another length, and on capacity units below 0.
        """
        owner = np.asarray(supplier, dtype=np.int64)
        known = {number: np.atleast_2d(np.asarray(each.quantity, dtype=np.float64)) for number, each in limited.items()}
        given_each = np.asarray(per_unit, dtype=np.float64)
        measures = len(given_each) if given_each.ndim == 3 else max((len(each) for each in known.values()), default=1)
        for number, quantity in known.items():
            if quantity.shape != (measures, months):
                raise ValueError(f"Supplier {number}: expected limits of {measures} x {months}, got {quantity.shape}.")
            if (quantity < 0).any() or np.isnan(quantity).any():
                raise ValueError(f"Supplier {number}: a limit is below 0 or missing; give inf where there is none.")
        each = np.broadcast_to(given_each, (measures, len(owner), months))
        if not (each >= 0).all():
            raise ValueError("A unit takes less than nothing of a limit, or nobody knows how much.")
        rank = np.broadcast_to(np.asarray(priority, dtype=np.float64), owner.shape)
        given = {number: replace(limited[number], quantity=quantity) for number, quantity in known.items()}
        return cls(owner, each, rank, given)

    def take(self, rows: IntArray) -> "SupplierLimits":
        """Return the limits as some items meet them; items of one limited supplier belong together, see `linked`."""
        return replace(
            self,
            supplier=self.supplier[rows],
            # In one order of memory, so that sums over items come out the same from whatever they were taken.
            per_unit=np.ascontiguousarray(self.per_unit[:, rows]),
            priority=self.priority[rows],
        )

    def of_lanes(self, rows: IntArray, lanes: Lanes, at: IntArray) -> "SupplierLimits":
        """Return the limits as they are met when some items (rows) are bought from further lanes (at) instead."""
        supplier, each = self.supplier.copy(), np.array(self.per_unit)
        supplier[rows] = lanes.supplier[at]
        if lanes.per_unit is not None:
            each[:, rows] = lanes.per_unit[:, at]
        return replace(self, supplier=supplier, per_unit=each)

    def linked(self, rows: IntArray, lanes: Lanes) -> IntArray:
        """Return the rows of some items and of all that share a limited supplier with them, in order.

        Through items bought from two of them suppliers are linked, too.
        """
        chosen = np.zeros(len(self.supplier), dtype=bool)
        chosen[rows] = True
        item = np.concatenate([np.arange(len(self.supplier)), lanes.item])
        supplier = np.concatenate([self.supplier, lanes.supplier])
        limited = np.isin(supplier, np.array(sorted(self.limited), dtype=np.int64))
        item, supplier = item[limited], supplier[limited]
        before = -1
        while before < (before := int(chosen.sum())):
            chosen[item[np.isin(supplier, supplier[chosen[item]])]] = True
        return np.flatnonzero(chosen)

    def groups(self, lanes: Lanes) -> Iterator[tuple[SupplierLimit, IntArray, IntArray]]:
        """Yield each supplier with a limit in any month, the rows of its items and the ranks of their lanes."""
        for number in sorted(self.limited):
            main, further = np.flatnonzero(self.supplier == number), np.flatnonzero(lanes.supplier == number)
            rows = np.concatenate([main, lanes.item[further]])
            if rows.size and np.isfinite(self.limited[number].quantity).any():
                yield self.limited[number], rows, np.concatenate([np.zeros_like(main), lanes.rank[further]])
