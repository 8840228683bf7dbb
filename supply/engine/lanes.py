"""Lanes: the further ways an item is bought, each with its own terms; the main one is in the problem's own arrays."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, IntArray, Labels
from supply.engine.columns import column_checked

NOBODY = -1
# What each lane has of its own, named as in the problem.
TERMS = (
    *("share", "lead_days", "lead_days_sd", "unit_cost", "moq", "multiple", "max_order", "review_days", "frozen_days"),
    *("yield_mean", "yield_sd", "payment_days", "ordered_before"),
)


@dataclass(frozen=True, eq=False)
class Lanes:
    """Further lanes of items, one row per lane (m), and what they take of their suppliers' limits.

    item (m): row of the item. rank (m): 1, 2, ... of an item's further lanes, by larger share, then by supplier.
    supplier (m): number, -1 = none. Terms, as the columns of the problem: share, moq, multiple, max_order, review_days,
    frozen_days, yield_mean, yield_sd, payment_days, ordered_before (m); lead_days, lead_days_sd, unit_cost (m x
    months). per_unit: measures x m x months, capacity units one unit takes; None = as much as from the main lane.
    """

    item: IntArray
    rank: IntArray
    supplier: IntArray
    share: Array
    lead_days: Array
    lead_days_sd: Array
    unit_cost: Array
    moq: Array
    multiple: Array
    max_order: Array
    review_days: Array
    frozen_days: Array
    yield_mean: Array
    yield_sd: Array
    payment_days: Array
    ordered_before: Array
    per_unit: Array | None = None

    def __len__(self) -> int:
        return len(self.item)

    @classmethod
    def build(
        cls,
        items: ArrayLike = (),
        months: int = 0,
        *,
        item: ArrayLike = (),
        supplier: ArrayLike = NOBODY,
        per_unit: ArrayLike | None = None,
        **terms: ArrayLike,
    ) -> "Lanes":
        """Return checked lanes of the items named by `items`; numbers are stretched over lanes and months.

        Lanes without a share are left out: nothing is bought from them. Raises ValueError with a sentence on a lane of
        an unknown item, on two of an item's lanes with one supplier, and on terms out of their range.
        """
        labels, row = np.asarray(items), np.asarray(item, dtype=np.int64)
        if row.size and (row.min() < 0 or row.max() >= len(labels)):
            raise ValueError("lanes: a lane names an item that is not in the plan.")
        if unknown := sorted(set(terms) - set(TERMS)):
            raise ValueError(f"lanes: there is no term called {', '.join(unknown)}.")
        # No lane is the usual case: nothing must be given for it.
        given: dict[str, Any] = terms if row.size else {name: np.zeros(0) for name in TERMS}
        owner = np.broadcast_to(np.asarray(supplier, dtype=np.int64), row.shape)
        of_lane = labels[row] if row.size else labels[:0]
        found = {name: _term(name, given, of_lane, months) for name in TERMS}
        each = None if per_unit is None else np.asarray(per_unit, dtype=np.float64)
        all_of_them = cls(item=row, rank=np.zeros_like(row), supplier=owner, per_unit=each, **found)
        _check_suppliers(all_of_them, of_lane)
        return all_of_them._ranked(np.flatnonzero(found["share"] > 0))

    @property
    def items(self) -> IntArray:
        """Rows of the items that have further lanes, in order."""
        rows: IntArray = np.unique(self.item)
        return rows

    @property
    def ranks(self) -> range:
        """The ranks there are: 1 up to as many further lanes as any item has."""
        return range(1, int(self.rank.max(initial=0)) + 1)

    def of_rank(self, rank: int) -> IntArray:
        """Return the lanes of a rank, as numbers of their rows."""
        return np.flatnonzero(self.rank == rank)

    def find(self, item: IntArray, rank: IntArray) -> IntArray:
        """Return the row number of each item's lane of a rank; both one per lane asked for, every rank above 0."""
        width = int(self.rank.max(initial=0)) + 1
        places: IntArray = np.searchsorted(self.item * width + self.rank, item * width + rank)
        return places

    def of_items(self, rows: IntArray, items: int) -> "Lanes":
        """Return the lanes of some items, renumbered to their place in `rows`."""
        if not len(self):
            return self
        place = np.full(items, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        keep = np.flatnonzero(place[self.item] >= 0)
        return replace(self._rows(keep), item=place[self.item[keep]])._ranked(np.arange(len(keep)))

    def _rows(self, rows: IntArray) -> "Lanes":
        arrays = {name: getattr(self, name)[rows] for name in ("item", "rank", "supplier", *TERMS)}
        return Lanes(**arrays, per_unit=None if self.per_unit is None else self.per_unit[:, rows])

    def _ranked(self, rows: IntArray) -> "Lanes":
        """Return some lanes in order of item, larger share and supplier, and their ranks."""
        order = np.lexsort((self.supplier[rows], -self.share[rows], self.item[rows]))
        found = self._rows(rows[order])
        first = np.searchsorted(found.item, found.item)
        return replace(found, rank=np.arange(len(order)) - first + 1)


def _term(name: str, given: dict[str, Any], of_lane: Labels, months: int) -> Array:
    """Return one term in its full shape, checked."""
    try:
        return column_checked(name, given, of_lane, months)
    except ValueError as fault:
        raise ValueError(f"lanes: {fault}") from fault


def _check_suppliers(lanes: Lanes, of_lane: Labels) -> None:
    """Refuse two lanes of an item with the same supplier."""
    named = lanes.supplier != NOBODY
    pairs = np.stack([lanes.item[named], lanes.supplier[named]], axis=1)
    unique, first, count = np.unique(pairs, axis=0, return_index=True, return_counts=True)
    if len(unique) < len(pairs):
        label = of_lane[named][first[count > 1][0]]
        raise ValueError(f"lanes: item {label} has two lanes with one supplier.")
