"""The rough cut: what the supply plan asks of suppliers and warehouses, against what they can take.

The supply plan itself knows no limits; what fits is worked out here from its orders and stands beside it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from sop.engine.months import month_list
from sop.figures import bar_trace, figure, line_trace
from sop.models import Location, Supplier
from supply.engine.constrain import CutRule, constrain_releases
from supply.models import SupplyRun
from supply.selectors.rough_cut_rows import (
    Owner,
    SupplierOrders,
    WarehouseMonth,
    limits_of,
    supplier_orders,
    warehouse_stock,
)

NEAR = {"supplier": 0.90, "location": 0.85}  # from here on a load is near its limit
MOST_ITEMS = 20
UNITS = {"units": "Units", "m3": "m³", "money": "Money"}


@dataclass(frozen=True)
class LoadMonth:
    """One month of one limit; loads in the unit of the limit, moved and cut in units of the products."""

    owner: str  # supplier or location
    code: str
    name: str
    unit: str
    bucket: date
    limit: float | None
    before: float
    after: float
    moved: float
    cut: float

    @property
    def share_before(self) -> float | None:
        """Share of the limit the plan asks for; None without a limit, or at a limit of 0 that is asked for."""
        return _share(self.before, self.limit)

    @property
    def share_after(self) -> float | None:
        """Share of the limit that is left to ask for."""
        return _share(self.after, self.limit)

    @property
    def mark_before(self) -> str:
        """Return over, near, ok or nothing."""
        return _mark(self.owner, self.before, self.limit)

    @property
    def mark_after(self) -> str:
        """Return over, near, ok or nothing."""
        return _mark(self.owner, self.after, self.limit)


class ItemMoved(NamedTuple):
    """A stock item whose orders a limit moves or cuts [units over the plan]."""

    id: int
    name: str
    moved: float
    cut: float


@dataclass(frozen=True)
class LoadRow:
    """One limit over the months of the plan, and the items it touches, most cut first."""

    owner: str
    number: int
    name: str
    unit: str
    months: list[LoadMonth]
    items: list[ItemMoved]
    unmeasured: int
    figure: dict[str, Any]

    @property
    def unit_word(self) -> str:
        """Name of the unit."""
        return UNITS[self.unit]

    @property
    def key(self) -> str:
        """Name of the row on a page."""
        return f"{self.owner}-{self.number}-{self.unit}"


def rough_cut(run: SupplyRun, rule: CutRule = "fair share") -> list[LoadRow]:
    """Return the loads of every supplier with a limit, then of every warehouse with space, by name."""
    months = month_list(run.first_bucket, run.horizon_months)
    limits = limits_of(months)
    suppliers = Supplier.objects.in_bulk([number for kind, number, _ in limits if kind == "supplier"])
    places = Location.objects.in_bulk([number for kind, number, _ in limits if kind == "location"])
    orders, stock = supplier_orders(run, suppliers), warehouse_stock(run, places)
    rows = []
    for owner, stated in limits.items():
        kind, number, _ = owner
        known = [stated.get(month) for month in months]
        if kind == "supplier":
            rows.append(_supplier_row(_Limit(owner, suppliers[number], known, months), orders.get(number), rule))
        else:
            held = [stock.get((number, month)) for month in months]
            rows.append(_warehouse_row(_Limit(owner, places[number], known, months), held))
    return sorted(rows, key=lambda row: (row.owner != "supplier", row.name, row.unit))


class _Limit(NamedTuple):
    """A limit: whose, their code and name, and its value month by month."""

    owner: Owner
    named: Supplier | Location
    values: list[float | None]
    months: list[date]

    @property
    def nothing(self) -> list[float]:
        """A zero for every month."""
        return [0.0] * len(self.months)


def _supplier_row(stated: _Limit, orders: SupplierOrders | None, rule: CutRule) -> LoadRow:
    unit = stated.owner[2]
    if orders is None:
        return _row(stated, (stated.nothing,) * 4, [], 0)
    room = [np.inf if limit is None else limit for limit in stated.values]
    each = orders.per_unit[unit]
    found = constrain_releases(orders.releases, each, room, orders.facts, rule=rule, lots=orders.lots)
    loads = [(array * each).sum(axis=0).tolist() for array in (orders.releases, found.kept)]
    flows = [array.sum(axis=0).tolist() for array in (found.moved, found.cut)]
    moved, cut = found.moved.sum(axis=1), found.cut.sum(axis=1)
    worst = [at for at in np.lexsort((-moved, -cut)) if moved[at] + cut[at] > 0]
    items = [ItemMoved(orders.items[at], orders.names[at], moved[at], cut[at]) for at in worst]
    return _row(stated, (*loads, *flows), items, orders.unmeasured[unit])


def _warehouse_row(stated: _Limit, held: list[WarehouseMonth | None]) -> LoadRow:
    """Return a warehouse's row: reported only, nothing is moved or cut for space."""
    unit = stated.owner[2]
    load = [month.load[unit] if month else 0.0 for month in held]
    without = max((month.unmeasured for month in held if month), default=0) if unit == "m3" else 0
    return _row(stated, (load, load, stated.nothing, stated.nothing), [], without)


def _row(stated: _Limit, flows: tuple[list[float], ...], items: list[ItemMoved], unmeasured: int) -> LoadRow:
    kind, number, unit = stated.owner
    code, name = stated.named.code, stated.named.name
    each = [
        LoadMonth(kind, code, name, unit, bucket, limit, *numbers)
        for bucket, limit, *numbers in zip(stated.months, stated.values, *flows, strict=True)
    ]
    return LoadRow(kind, number, name, unit, each, items, unmeasured, _figure(kind, unit, each))


def _figure(kind: str, unit: str, months: list[LoadMonth]) -> dict[str, Any]:
    buckets = [month.bucket for month in months]
    limit = [float("nan") if month.limit is None else month.limit for month in months]
    bars = [bar_trace("Asked for", buckets, [month.before for month in months], "accent-soft")]
    if kind == "supplier":
        bars.append(bar_trace("Within the limit", buckets, [month.after for month in months], "accent"))
    return figure([*bars, line_trace("Limit", buckets, limit, "ink", dash="dash", width=1.5)], unit=UNITS[unit])


def _share(load: float, limit: float | None) -> float | None:
    return load / limit if limit else None


def _mark(owner: str, load: float, limit: float | None) -> str:
    if limit is None:
        return ""
    if load > limit * (1 + 1e-9):
        return "over"
    return "near" if limit and load >= NEAR[owner] * limit else "ok"
