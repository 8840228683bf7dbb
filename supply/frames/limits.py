"""Limits of suppliers and warehouses: rows to arrays, and the measures they count in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from supply.constants import CutBy, LimitUnit
from supply.engine.limits import NOBODY, SupplierLimit, SupplierLimits
from supply.frames.queries import LIMITS_SQL
from supply.frames.reading import Matrix, floats, rows_of

MEASURES = tuple(LimitUnit.values)  # units, m3, money: the order of measures in every array
Owner = tuple[str, int, str]  # "supplier" or "location", its number, the unit of the limit


@dataclass(frozen=True)
class Limits:
    """What is stated: limits by owner and month, and the rules suppliers' limits are shared by."""

    stated: dict[Owner, dict[date, float]]
    rules: dict[int, str] = field(default_factory=dict)

    @property
    def suppliers(self) -> list[int]:
        """Suppliers with a limit in any month."""
        return sorted({number for kind, number, _ in self.stated if kind == "supplier"})


@dataclass(frozen=True, eq=False)
class Owners:
    """Whom each stock item burdens: its supplier (-1: none) and its warehouse; unmeasured: nobody knows its volume."""

    supplier: NDArray[np.int64]
    location: NDArray[np.int64]
    unmeasured: NDArray[np.bool_]


def limits_of(months: Sequence[date]) -> Limits:
    """Return the limits of some months as they stand."""
    stated: dict[Owner, dict[date, float]] = defaultdict(dict)
    rules: dict[int, str] = {}
    for kind, number, unit, bucket, quantity, rule in rows_of(LIMITS_SQL, {"months": list(months)}):
        stated[kind, number, unit][bucket] = quantity
        if rule:
            rules[number] = rule
    return Limits(dict(stated), rules)


def owners_of(items: pd.DataFrame) -> Owners:
    """Return whom the stock items burden."""
    supplier = floats(items["supplier_id"])
    return Owners(
        np.where(np.isnan(supplier), NOBODY, supplier).astype(np.int64),
        items["location_id"].to_numpy(dtype=np.int64),
        np.isnan(floats(items["volume_m3"])),
    )


def supplier_limits(items: pd.DataFrame, unit_cost: Matrix, months: Sequence[date], limits: Limits) -> SupplierLimits:
    """Return the limits of the items' suppliers in all measures; what has no volume or no cost counts as nothing."""
    per_unit = np.ones((len(MEASURES), *unit_cost.shape))
    per_unit[MEASURES.index("m3")] = np.nan_to_num(floats(items["volume_m3"]))[:, None]
    per_unit[MEASURES.index("money")] = unit_cost
    classes = items["abc"].map({"A": 0, "B": 1, "C": 2})
    return SupplierLimits.build(
        owners_of(items).supplier,
        {number: _limit(number, months, limits) for number in limits.suppliers},
        months=len(months),
        per_unit=per_unit,
        priority=np.nan_to_num(floats(classes), nan=3.0),  # no class comes after C
    )


def _limit(number: int, months: Sequence[date], limits: Limits) -> SupplierLimit:
    quantity = np.full((len(MEASURES), len(months)), np.inf)
    for at, unit in enumerate(MEASURES):
        stated = limits.stated.get(("supplier", number, unit), {})
        quantity[at] = [stated.get(month, np.inf) for month in months]
    rule: Any = limits.rules.get(number, CutBy.FAIR_SHARE.value)
    return SupplierLimit(quantity, rule)
