"""History as a matrix: one row per series, one column per month, all series ending in the last column.

The width is fixed, so that every sum over a row adds the same numbers in the same order in any chunk: the same input
gives the same output to the last bit, whatever the chunking.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import pandas as pd

from demand.engine.fills import fill_gaps
from sop.engine.arrays import Array, BoolArray, IntArray, MonthArray, TextArray
from sop.engine.months import calendar_month, month_numbers, to_months
from sop.engine.panel import BUCKET, SERIES, VALUE

WIDTH = 240  # months kept: 20 years, more than any route looks back; a multiple of 12
SEASON = 12
NARROWEST = 60  # months: a multiple of 12, more than any back-test holds back
INTERMITTENT_FROM = 1.32  # months per month with sales (Syntetos, Boylan & Croston 2005)
MIN_SALES_AFTER_ZEROS = 3  # months of sales before zeros in front may be taken for "not on sale yet"


@dataclass(frozen=True)
class History:
    """Cleaned history of n series; row i of every array belongs to `ids[i]`."""

    ids: TextArray  # sorted
    values: Array  # n x WIDTH (fewer if narrowed), base units; NaN before a series' first month and nowhere else
    last: MonthArray  # the month of the last column
    months: IntArray  # months from the first to the last, gaps filled
    filled: IntArray  # months that had no row and were filled
    trimmed: IntArray  # months at zero left out before the first sale
    behind: IntArray  # months between `last` and the last month of history asked for
    siblings: Array  # n x 12, January to December: season borrowed from the family; NaN where none
    profile: Array  # n x 12, January to December: units a month a person chose; NaN where none
    ramp: IntArray  # months until the profile is reached in full

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: IntArray | BoolArray | slice) -> "History":
        """Return the history of some series."""
        return History(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})

    def without_last(self, held: IntArray) -> "History":
        """Return the history as it stood `held` months before its end (one number per series, at most its months)."""
        values = np.full_like(self.values, np.nan)
        for months in np.unique(held).tolist():
            rows = held == months
            values[rows, months:] = self.values[rows, : self.width - months]
        return replace(self, values=values, last=self.last - held, months=self.months - held, behind=held * 0)

    @property
    def width(self) -> int:
        """Return how many months a row has: WIDTH unless narrowed."""
        return int(self.values.shape[1])

    def narrowed(self) -> "History":
        """Return the history without the years at the front in which no series is known: for keeping many of them.

        A sum over a row of it adds in another order; whoever needs one widens it again.
        """
        most = max(int(self.months.max(initial=0)), NARROWEST)
        return replace(self, values=self.values[:, self.width - (most + -most % SEASON) :].copy())

    def widened(self, width: int = WIDTH) -> "History":
        """Return the history with rows of `width` months again."""
        values = np.full((len(self), width), np.nan)
        values[:, width - self.width :] = self.values
        return replace(self, values=values)

    def phase_months(self) -> IntArray:
        """Return, n x 12, the calendar month (0 = January) of the last twelve columns; it repeats every 12 columns."""
        return (calendar_month(self.last)[:, None] + np.arange(1, SEASON + 1)[None, :]) % SEASON


def history_of(panel: pd.DataFrame, *, as_of: date | None = None, ids: TextArray | None = None) -> History:
    """Return the history in a checked panel, up to the month `as_of` (each series' own last month when None).

    `ids` names series that count even when the panel has no row of them. Missing months inside are filled. Zeros before
    the first sale are left out where what follows sells regularly: the series was not on sale yet.
    """
    until = None if as_of is None else to_months(as_of)
    if until is not None:
        panel = panel[panel[BUCKET].to_numpy() <= until.astype("datetime64[ns]")]
    names = panel[SERIES].to_numpy().astype(np.str_)
    known_ids, codes = np.unique(names if ids is None else np.concatenate([names, ids]), return_inverse=True)
    codes, number = codes[: len(names)], month_numbers(to_months(panel[BUCKET].to_numpy()))
    default = int(month_numbers(until)) if until is not None else int(number.max(initial=0))
    last = np.full(len(known_ids), -(10**6), dtype=np.int64)
    np.maximum.at(last, codes, number)
    last[last == -(10**6)] = default
    raw = np.full((len(known_ids), WIDTH), np.nan)
    age = last[codes] - number
    recent = age < WIDTH
    raw[codes[recent], WIDTH - 1 - age[recent]] = panel[VALUE].to_numpy(dtype=np.float64)[recent]
    behind = np.zeros_like(last) if until is None else default - last
    return _cleaned(known_ids, raw, last, behind)


def history_join(parts: Sequence[History]) -> History:
    """Return several histories as one, one after the other, as wide as the widest."""
    width = max(part.width for part in parts)
    same = [part if part.width == width else part.widened(width) for part in parts]
    return History(
        **{each.name: np.concatenate([getattr(part, each.name) for part in same]) for each in fields(History)}
    )


def plain_history(ids: TextArray, values: Array, last: MonthArray, **counts: IntArray) -> History:
    """Return a history to which nobody lent anything; `counts`: months, filled, trimmed, behind, 0 where left out."""
    nothing, none = np.zeros(len(ids), dtype=np.int64), np.full((len(ids), SEASON), np.nan)
    known = {name: counts.get(name, nothing) for name in ("months", "filled", "trimmed", "behind")}
    return History(ids, values, last, **known, siblings=none, profile=none, ramp=nothing)


def _cleaned(ids: TextArray, raw: Array, last: IntArray, behind: IntArray) -> History:
    present = ~np.isnan(raw)
    started = np.logical_or.accumulate(present, axis=1)
    filled = (started & ~present).sum(axis=1)
    values = fill_gaps(raw)
    trimmed = zeros_in_front(values)
    values[np.arange(WIDTH) < (WIDTH - started.sum(axis=1) + trimmed)[:, None]] = np.nan
    months = started.sum(axis=1) - trimmed
    return plain_history(
        ids, values, last.astype("datetime64[M]"), months=months, filled=filled, trimmed=trimmed, behind=behind
    )


def zeros_in_front(values: Array) -> IntArray:
    """Return how many leading months at zero to leave out: all, if at least three sales follow with hardly a pause.

    Zeros in front of sporadic sales stay: there they are part of the rhythm.
    """
    sold = np.nan_to_num(values) > 0
    sales = sold.sum(axis=1)
    first_sale = np.where(sales > 0, np.argmax(sold, axis=1), WIDTH)
    first_month = WIDTH - (~np.isnan(values)).sum(axis=1)
    negative_first = (np.nan_to_num(values) < 0) & (np.arange(WIDTH) < first_sale[:, None])
    regular = (WIDTH - first_sale) < INTERMITTENT_FROM * sales
    return np.where(
        regular & (sales >= MIN_SALES_AFTER_ZEROS) & ~negative_first.any(axis=1), first_sale - first_month, 0
    )
