"""Months in which customers wanted goods that were not there: orders, shipments and cancellations side by side."""

from dataclasses import dataclass

import numpy as np

from demand.engine.history import INTERMITTENT_FROM
from sop.engine.arrays import Array, BoolArray

SHIPPED_UNDER = 0.5  # of what was ordered: less is short, more is an everyday late lorry
CANCELLED_FROM = 0.2  # of what was not shipped: customers went elsewhere instead of waiting
SILENT_MONTHS = 3  # in a row without an order; longer looks like a product that rests


@dataclass(frozen=True)
class Stockouts:
    """Months short of goods, n x months each; the two never overlap."""

    short: BoolArray  # ordered, hardly shipped, cancelled
    silent: BoolArray  # no order at all amid regular sales
    nobody: BoolArray  # of the silent ones: the item's other customers, who buy regularly, got none either
    proven: BoolArray  # of the silent ones: these, and those beside a short month
    doubtful: BoolArray  # hardly shipped: while goods are short customers order more than they need


def stockouts_find(ordered: Array, shipped: Array, cancelled: Array, others: Array, regular: BoolArray) -> Stockouts:
    """Return the months of each series in which goods were missing.

    All n x months in base units, NaN before a series' first month and where a month is not known. `others`: shipped to
    the other customers of the same product and location, 0 where nothing was. `regular`: n, True for series that sell
    nearly every month; silence of the rest says nothing.
    """
    missing = np.maximum(ordered - shipped, 0)
    with np.errstate(invalid="ignore"):
        hardly = (ordered > 0) & (shipped < SHIPPED_UNDER * ordered)
        short = hardly & (cancelled >= CANCELLED_FROM * missing)
        silent = (ordered <= 0) & (shipped <= 0) & regular[:, None] & _between_sales(ordered > 0)
    silent &= _short_runs(silent, SILENT_MONTHS)
    beside = _shifted(short, 1) | _shifted(short, -1)
    got = (others > 0) & ~np.isnan(ordered)
    steady = INTERMITTENT_FROM * got.sum(axis=1) > (~np.isnan(ordered)).sum(axis=1)
    nobody = silent & ~got & steady[:, None]
    return Stockouts(short, silent, nobody, nobody | silent & beside, hardly)


def _between_sales(sold: BoolArray) -> BoolArray:
    """Return the months with a sale somewhere before and somewhere after them."""
    before = np.logical_or.accumulate(sold, axis=1)
    after = np.logical_or.accumulate(sold[:, ::-1], axis=1)[:, ::-1]
    return before & after


def _short_runs(marked: BoolArray, longest: int) -> BoolArray:
    """Return the marked months that stand in a run of at most `longest`."""
    columns = np.arange(marked.shape[1])
    start = np.maximum.accumulate(np.where(marked, -1, columns), axis=1)
    end = np.minimum.accumulate(np.where(marked, marked.shape[1], columns)[:, ::-1], axis=1)[:, ::-1]
    return marked & (end - start - 1 <= longest)


def _shifted(marked: BoolArray, by: int) -> BoolArray:
    """Return, per month, whether the month `by` earlier is marked (later when negative)."""
    moved = np.zeros_like(marked)
    if by > 0:
        moved[:, by:] = marked[:, :-by]
    else:
        moved[:, :by] = marked[:, -by:]
    return moved
