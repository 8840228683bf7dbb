"""Loads: what a plan asks of suppliers and puts into warehouses, added up from the engine's arrays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from supply.frames.limits import MEASURES
from supply.frames.placed import Placed, PlacedLanes
from supply.frames.problem import SupplyInputs
from supply.frames.reading import Matrix

__all__ = ["Load", "Placed", "PlacedLanes", "Subject", "loads_in", "loads_of", "loads_out"]

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


def loads_of(inputs: SupplyInputs, placed: Placed) -> dict[Subject, Load]:
    """Return loads by supplier (orders before and within limits) and by warehouse (closing stock)."""
    limits = inputs.problem.limits
    assert limits is not None
    each, owners = limits.per_unit, inputs.owners
    no_volume = owners.unmeasured[:, None]
    asked = _asked(inputs, placed)
    gaps = (np.zeros_like(asked.wanted, dtype=bool), no_volume[asked.item], ~asked.cost_known)
    found: dict[Subject, Load] = {}
    for number in np.unique(asked.supplier[asked.supplier >= 0]).tolist():
        rows = asked.supplier == number
        missing = [((asked.wanted > 0) & gap)[rows].any(axis=1).sum() for gap in gaps]
        found["supplier", number] = Load(
            np.einsum("kim,im->km", asked.per_unit[:, rows], asked.wanted[rows]),
            np.einsum("kim,im->km", asked.per_unit[:, rows], asked.releases[rows]),
            asked.flows[:, rows].sum(axis=1),
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


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is asked of suppliers: one row per item, of items with several lanes one per lane."""

    item: NDArray[np.int64]
    supplier: NDArray[np.int64]
    wanted: Matrix
    releases: Matrix
    flows: Matrix  # moved, cut, late x rows x months
    per_unit: Matrix  # measures x rows x months
    cost_known: NDArray[np.bool_]


def _asked(inputs: SupplyInputs, placed: Placed) -> _Asked:
    problem, lanes = inputs.problem, placed.lanes
    assert problem.limits is not None
    item, known, flows = np.arange(len(problem.items)), problem.unit_cost > 0, (placed.moved, placed.cut, placed.late)
    of_items = _Asked(
        *(item, inputs.owners.supplier, placed.wanted, placed.releases, np.stack(flows), problem.limits.per_unit, known)
    )
    if not len(lanes):
        return of_items
    alone = np.setdiff1d(item, lanes.item)
    at, own = _lanes_now(inputs, lanes)
    each, cost = problem.limits.per_unit[:, lanes.item].copy(), problem.unit_cost[lanes.item].copy()
    cost[own] = problem.lanes.unit_cost[at[own]]
    if problem.lanes.per_unit is not None:
        each[:, own] = problem.lanes.per_unit[:, at[own]]
    return _Asked(
        np.concatenate([alone, lanes.item]),
        np.concatenate([of_items.supplier[alone], lanes.supplier]),
        np.concatenate([placed.wanted[alone], lanes.wanted]),
        np.concatenate([placed.releases[alone], lanes.releases]),
        np.concatenate([of_items.flows[:, alone], np.stack([lanes.moved, lanes.cut, lanes.late])], axis=1),
        np.concatenate([of_items.per_unit[:, alone], each], axis=1),
        np.concatenate([known[alone], cost > 0]),
    )


def _lanes_now(inputs: SupplyInputs, lanes: PlacedLanes) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the problem's own row of each placed lane, and which are further lanes still."""
    now = inputs.problem.lanes
    place = {pair: at for at, pair in enumerate(zip(now.item.tolist(), now.supplier.tolist(), strict=True))}
    pairs = zip(lanes.item.tolist(), lanes.supplier.tolist(), strict=True)
    at = np.array([place.get(pair, -1) for pair in pairs], dtype=np.int64)
    return at, at >= 0


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
