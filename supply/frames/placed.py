"""Placed: what a plan orders, by stock item, and by supplier where an item has several lanes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from supply.frames.reading import Matrix

if TYPE_CHECKING:
    from supply.engine.plan import SupplyPlan

ORDERED = ("wanted", "releases", "moved", "cut", "late")


@dataclass(frozen=True, eq=False)
class PlacedLanes:
    """What is ordered from each lane of items with several, main lanes too, lanes x months [units].

    item: row of the stock item. supplier: its number. The rest as in `Placed`.
    """

    item: NDArray[np.int64]
    supplier: NDArray[np.int64]
    wanted: Matrix
    releases: Matrix
    moved: Matrix
    cut: Matrix
    late: Matrix

    def __len__(self) -> int:
        return len(self.item)

    @classmethod
    def none(cls, months: int) -> "PlacedLanes":
        """Return no lane at all."""
        nobody = np.zeros(0, dtype=np.int64)
        return cls(nobody, nobody, *np.zeros((5, 0, months)))


@dataclass(frozen=True, eq=False)
class Placed:
    """What loads are added up from, items x months: orders wanted, placed and what a limit made of them [units],
    closing stock [units] and its value [money]; and of items with several lanes what is ordered from each."""

    wanted: Matrix
    releases: Matrix
    moved: Matrix
    cut: Matrix
    late: Matrix
    closing: Matrix
    inventory_value: Matrix
    lanes: PlacedLanes

    @classmethod
    def of_plan(cls, plan: "SupplyPlan") -> "Placed":
        """Return what a plan places."""
        months, limited = plan.months, plan.limited
        flows = limited.moved, limited.cut, limited.late
        return cls(plan.wanted, months.releases, *flows, months.closing, months.value, placed_lanes(plan))


def placed_lanes(plan: "SupplyPlan") -> PlacedLanes:
    """Return what a plan orders from each lane of items with several, item by item, the main lane first."""
    from supply.engine.orders import releases_of_lanes  # noqa: PLC0415  (engines load in workers only)
    from supply.engine.time import roll_up  # noqa: PLC0415

    problem, lanes = plan.problem, plan.problem.lanes
    if not len(lanes) or problem.limits is None:
        return PlacedLanes.none(problem.months)
    by_step = [releases_of_lanes(problem, plan.orders, before_limits=before) for before in (True, False)]
    wanted, releases = (roll_up(each, problem.steps_per_month, "sum") for each in by_step)
    changed = plan.limited.lanes
    flows = np.zeros((3, *wanted.shape)) if changed is None else np.stack([changed.moved, changed.cut, changed.late])
    whole = (plan.wanted, plan.months.releases, plan.limited.moved, plan.limited.cut, plan.limited.late)
    main = [array[lanes.items].copy() for array in whole]
    for rest, further in zip(main, (wanted, releases, *flows), strict=True):
        np.subtract.at(rest, np.searchsorted(lanes.items, lanes.item), further)
    item = np.concatenate([lanes.items, lanes.item])
    order = np.lexsort((np.concatenate([np.zeros_like(lanes.items), lanes.rank]), item))
    supplier = np.concatenate([problem.limits.supplier[lanes.items], lanes.supplier])
    both = zip(main, (wanted, releases, *flows), strict=True)
    figures = [np.concatenate([np.maximum(one, 0.0), two])[order] for one, two in both]
    return PlacedLanes(item[order], supplier[order], *figures)
