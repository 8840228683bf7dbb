"""Steps: a month is cut into equal steps, so that a lead time of five weeks is neither one month nor two.

Months count from the first of the plan (0, 1, ...), steps likewise: month m holds steps m*S to m*S + S - 1.
"""

from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, DateArray, IntArray

DAYS_PER_MONTH = 30.4375
STEPS_PER_MONTH = 4

Value = TypeVar("Value", bound=np.generic)
Rollup = Literal["last", "sum"]


def months_of_days(days: ArrayLike) -> Array:
    """Return days as months, unrounded: the unit of the safety stock formulas."""
    return np.asarray(days, dtype=np.float64) / DAYS_PER_MONTH


def steps_of_days(days: ArrayLike, steps_per_month: int = STEPS_PER_MONTH) -> IntArray:
    """Return days as whole steps, rounded up: an order cannot arrive before its lead time is over."""
    steps = np.ceil(np.asarray(days, dtype=np.float64) * steps_per_month / DAYS_PER_MONTH - 1e-9)
    return np.maximum(steps, 0).astype(np.int64)


def step_of_date(dates: ArrayLike, first_month: np.datetime64, steps_per_month: int = STEPS_PER_MONTH) -> IntArray:
    """Return the step in which each date falls; negative before the plan starts.

    Day g of a month of n days falls in the month's step floor((g-1)*S/n).
    """
    day = np.asarray(dates, dtype="datetime64[D]")
    month = day.astype("datetime64[M]")
    first_day = month.astype("datetime64[D]")
    length = ((month + 1).astype("datetime64[D]") - first_day).astype(np.int64)
    month_index = (month - first_month.astype("datetime64[M]")).astype(np.int64)
    within: IntArray = (day - first_day).astype(np.int64) * steps_per_month // length
    step: IntArray = month_index * steps_per_month + within
    return step


def spread_to_steps(monthly: Array, steps_per_month: int, weights: Array | None = None) -> Array:
    """Return monthly quantities (items x months) spread over steps (items x steps).

    `weights` (months x S), for example working days, say how a month is split; evenly without them. A month
    without any weight is split evenly.
    """
    items, months = monthly.shape
    share = np.full((months, steps_per_month), 1.0 / steps_per_month)
    if weights is not None:
        total = weights.sum(axis=1, keepdims=True)
        share = np.where(total > 0, weights / np.where(total > 0, total, 1.0), share)
    spread: Array = monthly.T[:, None, :] * share[:, :, None]
    return spread.reshape(months * steps_per_month, items).T


def roll_up(steps: Array, steps_per_month: int, how: Rollup) -> Array:
    """Return a row of steps (items x steps) by month (items x months): its last, or its sum."""
    items, count = steps.shape
    blocks = steps.T.reshape(count // steps_per_month, steps_per_month, items)
    if how == "last":
        return blocks[:, -1, :].T
    total: Array = blocks[:, 0].copy()
    for step in range(1, steps_per_month):  # one after the other, so that no sum depends on how many items there are
        total += blocks[:, step]
    return total.T


def hold_over_steps(monthly: npt.NDArray[Value], steps_per_month: int) -> npt.NDArray[Value]:
    """Return monthly values (items x months) held over every step of their month (items x steps)."""
    return np.repeat(monthly.T, steps_per_month, axis=0).T


def buckets_of(first_month: np.datetime64, months: int) -> DateArray:
    """Return the first day of each month of the plan."""
    days: DateArray = (first_month.astype("datetime64[M]") + np.arange(months)).astype("datetime64[D]")
    return days
