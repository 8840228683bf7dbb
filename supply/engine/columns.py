"""What each array of the supply problem must look like, and the sentence said when it does not."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, BoolArray, Labels


@dataclass(frozen=True)
class Column:
    """What one array of the problem must look like: its axes, default (None = must be given) and range."""

    axes: Literal["item", "item x month", "item x horizon"]
    default: float | None
    low: float = 0.0
    high: float = np.inf
    empty: bool = False  # NaN allowed: "none given"


COLUMNS: dict[str, Column] = {
    "demand": Column("item x month", None),
    "price": Column("item x month", None),
    "unit_cost": Column("item x month", None),
    "lead_days": Column("item x month", None),
    "lead_days_sd": Column("item x month", 0.0),
    "on_hand": Column("item", None),
    "avg_cost": Column("item", None),
    "backlog": Column("item", 0.0),
    "backlog_price": Column("item", 0.0),
    "share": Column("item", 1.0),
    "ordered_before": Column("item", 0.0),
    "moq": Column("item", 0.0),
    "multiple": Column("item", 0.0),
    "max_order": Column("item", np.inf),
    "review_days": Column("item", 0.0),
    "frozen_days": Column("item", 0.0),
    "yield_mean": Column("item", 1.0, low=0.01, high=1.0),
    "yield_sd": Column("item", 0.0),
    "late_days": Column("item", 0.0),
    "payment_days": Column("item", 0.0),
    "expedite_days": Column("item", np.nan, empty=True),
    "expedite_cost": Column("item", 0.0),
    "cost_at_order": Column("item", 1.0, high=1.0),
    "backorder_share": Column("item", 0.0, high=1.0),
    "elasticity": Column("item", 0.0, low=-np.inf, high=0.0),
    "goodwill": Column("item", 0.0),
    "carry_rate": Column("item", 0.0),
    "shelf_life_months": Column("item", np.inf),
    "max_cover_months": Column("item", 4.0),
    "service_target": Column("item x month", 0.95, low=0.01, high=0.9999),
    "service_by_fill": Column("item", 0.0, high=1.0),
    "rho": Column("item x horizon", None, empty=True),
    "safety_override": Column("item x month", np.nan, empty=True),
    "safety_factor": Column("item x month", 1.0),
    "receipt_override": Column("item x month", np.nan, empty=True),
    "reference_demand": Column("item x month", np.nan, empty=True),
}


def column_checked(name: str, given: dict[str, ArrayLike], labels: Labels, months: int) -> Array:
    """Return one array in its full shape, checked against its column rule."""
    rule = COLUMNS[name]
    value = given.get(name, rule.default)
    if value is None:
        raise ValueError(f"{name}: must be given.")
    array = np.asarray(value, dtype=np.float64)
    count = len(labels)
    if rule.axes == "item":
        array = np.broadcast_to(array, (count,))
    else:
        width = months if rule.axes == "item x month" else (array.shape[1] if array.ndim == 2 else 1)
        array = np.broadcast_to(array[:, None] if array.ndim == 1 else array, (count, width))
        # Months lie one after the other because the plan walks month by month; stretched arrays need no copy.
        array = array if 0 in array.strides else np.asfortranarray(array)
    wrong = (array < rule.low) | (array > rule.high) | (np.isnan(array) & (not rule.empty))
    if name == "rho" and count:
        wrong[:, 0] |= np.isnan(array[:, 0])
    if wrong.any():
        raise ValueError(_fault(name, rule, labels, array, wrong))
    return array


def _fault(name: str, rule: Column, labels: Labels, array: Array, wrong: BoolArray) -> str:
    """Return the sentence that names the first value at fault and what is allowed."""
    place = tuple(int(axis[0]) for axis in np.nonzero(wrong))
    where = f"item {labels[place[0]]}" + (f", {rule.axes.split(' x ')[1]} {place[1] + 1}" if len(place) > 1 else "")
    limits = f"at least {rule.low:g}" if np.isinf(rule.high) else f"from {rule.low:g} to {rule.high:g}"
    found = "nothing" if np.isnan(array[place]) else f"{array[place]:g}"
    return f"{name}: {where} has {found}; give a number {limits}."
