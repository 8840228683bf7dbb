"""Loads: what a plan asks of suppliers and puts into warehouses, added up from the engine's arrays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from supply.frames.limits import MEASURES
from supply.frames.problem import SupplyInputs
from supply.frames.reading import Matrix

if TYPE_CHECKING:
    from supply.engine.plan import SupplyPlan

Subject = tuple[str, int]  # "supplier" or "location", its number


@dataclass(frozen=True, eq=False)
class Load:
    """One supplier's or warehouse's load.

    wanted, planned: measures x months, in each measure. moved, cut, late: units by month. unmeasured: stock items by
    measure that count as nothing.
    """

    wanted: Matrix
    planned: Matrix
    flows: Matrix  # moved, cut, late x months
    unmeasured: Matrix

    def __add__(self, other: "Load") -> "Load":
        """Return the load of both."""
        return Load(
            self.wanted + other.wanted,
            self.planned + other.planned,
            self.flows + other.flows,
            self.unmeasured + other.unmeasured,
        )

    def __sub__(self, other: "Load") -> "Load":
        """Return the load without a part of it; what rounding leaves below nothing is nothing."""
        rest = (
            (self.wanted, other.wanted),
            (self.planned, other.planned),
            (self.flows, other.flows),
            (self.unmeasured, other.unmeasured),
        )
        return Load(*(np.maximum(whole - part, 0.0) for whole, part in rest))


@dataclass(frozen=True, eq=False)
class Placed:
    """What loads are added up from, items x months: orders wanted, placed and what a limit made of them [units],
    closing stock [units] and its value [money]."""

    wanted: Matrix
    releases: Matrix
    moved: Matrix
    cut: Matrix
    late: Matrix
    closing: Matrix
    inventory_value: Matrix

    @classmethod
    def of_plan(cls, plan: "SupplyPlan") -> "Placed":
        """Return what a plan places."""
        months, limited = plan.months, plan.limited
        return cls(plan.wanted, months.releases, limited.moved, limited.cut, limited.late, months.closing, months.value)


def loads_of(inputs: SupplyInputs, placed: Placed) -> dict[Subject, Load]:
    """Return loads by supplier (orders before and within limits) and by warehouse (closing stock)."""
    limits = inputs.problem.limits
    assert limits is not None
    each, owners = limits.per_unit, inputs.owners
    ordered, cost_known = placed.wanted > 0, inputs.problem.unit_cost > 0
    no_volume = owners.unmeasured[:, None]
    flows = np.stack([placed.moved, placed.cut, placed.late])
    found: dict[Subject, Load] = {}
    for number in np.unique(owners.supplier[owners.supplier >= 0]).tolist():
        rows = owners.supplier == number
        missing = [(ordered & gap)[rows].any(axis=1).sum() for gap in (np.zeros_like(ordered), no_volume, ~cost_known)]
        found["supplier", number] = Load(
            np.einsum("kim,im->km", each[:, rows], placed.wanted[rows]),
            np.einsum("kim,im->km", each[:, rows], placed.releases[rows]),
            flows[:, rows].sum(axis=1),
            np.array(missing, dtype=np.float64),
        )
    for number in np.unique(owners.location).tolist():
        rows = owners.location == number
        closing = np.einsum("kim,im->km", each[:, rows], placed.closing[rows])
        closing[MEASURES.index("money")] = placed.inventory_value[rows].sum(axis=0)
        missing = [0, int((no_volume & (placed.closing > 0))[rows].any(axis=1).sum()), 0]
        nothing = np.zeros((3, inputs.problem.months))
        found["location", number] = Load(closing, closing, nothing, np.array(missing, dtype=np.float64))
    return found


def loads_out(loads: dict[Subject, Load]) -> list[Any]:
    """Return loads as plain rows, for the last step of the run."""
    return [
        [kind, number, *(array.tolist() for array in (load.wanted, load.planned, load.flows, load.unmeasured))]
        for (kind, number), load in loads.items()
    ]


def loads_in(parts: Iterable[list[Any]]) -> dict[Subject, Load]:
    """Return the loads of all parts of a run added up."""
    found: dict[Subject, Load] = {}
    for rows in parts:
        for kind, number, *arrays in rows:
            load = Load(*(np.array(array, dtype=np.float64) for array in arrays))
            held = found.get((kind, number))
            found[kind, number] = load if held is None else held + load
    return found
