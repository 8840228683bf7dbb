"""Corrections of demand history: lost sales restored, one-off projects and outliers taken back to what was expected.

An automatic rule for outliers costs accuracy on clean data, so it proposes and a person decides. Two things count
without a person: goods that were proven missing, and a month so far off that it can only be a slip of the keyboard.
"""

from dataclasses import dataclass

import numpy as np

from demand.engine.history import INTERMITTENT_FROM, SEASON
from demand.engine.lost_sales import lost_sales_find
from demand.engine.outliers import Expected, expected_find
from demand.engine.stockouts import Stockouts, stockouts_find
from sop.engine.arrays import Array, BoolArray, IntArray, TextArray

LOOK_BACK = 120  # months looked at: ten years, a multiple of 12
LOOK_FROM = SEASON  # months of history before anything can be called usual
STOCKOUT, PROJECT, OUTLIER = KINDS = "stockout", "project", "outlier"
MISSING, PADDED, SLIP, ABOVE, BELOW = "missing", "padded", "slip", "above", "below"  # causes, beside a project
ARRAYS = ("row", "column", "kind", "cause", "raw", "proposed", "sure")  # of Corrections

FENCE = 5.0  # usual deviations: worth a person's look
FENCE_SHARE = 0.5  # of what is expected: less moves no forecast enough to ask anybody
PROJECT_FROM = 2.0  # times what is expected: an order beside the usual business, not a good month
SLIP_FENCE, SLIP_TIMES = 10.0, 8.0  # usual deviations, and times too much or too little: a digit or the unit is wrong
LASTING = 3  # months in a row on the same side are a new level, not outliers
PADDED_BACK, PADDED_MONTHS = 0.1, 3  # of what was ordered too much, taken back in so many months: it was padded
MOVED_FROM = 0.05  # of a usual month: a correction that moves the baseline by less is not worth asking a person about
SURE_FROM = 0.5  # of what may have been lost: with less of it for sure a person decides
SILENT_FENCE = 3.0  # usual deviations: a month without orders is hardly chance where so much is expected


@dataclass(frozen=True)
class Orders:
    """What n series were asked for and got, n x LOOK_BACK months, all ending in the same last month, base units.

    NaN before a series' first month, and in months in which nobody's orders are known. `others`: shipped to the other
    customers of the same product and location, 0 where nothing was.
    """

    ordered: Array
    shipped: Array
    cancelled: Array
    others: Array
    whole: BoolArray  # n: quantities are whole units


@dataclass(frozen=True)
class Corrections:
    """Months to correct: `row` and `column` of each, its cause, raw demand and what it should be, base units."""

    row: IntArray
    column: IntArray
    kind: TextArray
    cause: TextArray
    raw: Array
    proposed: Array
    sure: BoolArray  # counts until a person says no
    why: list[str]

    def __len__(self) -> int:
        return len(self.row)


def corrections_find(orders: Orders) -> Corrections:
    """Return what to correct in the history of series that sell nearly every month and have done so for a year.

    Demand is what was ordered less what was cancelled. A stock-out is raised by what was lost (`lost_sales_find`), at
    most to what trend and season expect, and never lowered. In a shortage customers order more than they need: orders
    of such months teach nothing.
    """
    demand = np.maximum(orders.ordered - orders.cancelled, 0)
    values, regular = _on_sale(demand)
    stockouts = stockouts_find(orders.ordered, orders.shipped, orders.cancelled, orders.others, regular)
    missing = (stockouts.short | stockouts.silent) & ~np.isnan(values)
    expected, suspects = expected_find(values, missing | stockouts.doubtful & ~np.isnan(values))
    found = _Found(orders, demand, expected, stockouts)
    found.add_stockouts(missing)
    found.add_outliers(suspects & ~missing & _until_last_sale(values))
    return _worth_asking(found.all(), demand)


def _worth_asking(found: Corrections, demand: Array) -> Corrections:
    """Return what counts by rule, and what moves the baseline enough to be put to a person."""
    lately = np.nan_to_num(demand[:, -SEASON:])
    weight = month_weight(demand.shape[1] - 1 - found.column)
    moved = np.abs(found.proposed - found.raw) * weight >= MOVED_FROM * lately.mean(axis=1)[found.row]
    kept = found.sure | moved
    arrays = {name: getattr(found, name)[kept] for name in ARRAYS}
    return Corrections(**arrays, why=[said for said, keep in zip(found.why, kept, strict=True) if keep])


def month_weight(age: IntArray) -> Array:
    """Return about how much of a month's correction comes through in each month of the baseline.

    `age`: months before the last of history. A twelfth in the latest year, half as much with each year before it.
    """
    weight: Array = 0.5 ** (age // SEASON) / SEASON
    return weight


def _on_sale(demand: Array) -> tuple[Array, BoolArray]:
    """Return demand of the series to look at, from their first sale on, NaN elsewhere; and which series these are."""
    begun = np.arange(LOOK_BACK) >= (LOOK_BACK - _wide(demand))[:, None]
    values = np.where(begun, demand, np.nan)
    months, sales = (~np.isnan(values)).sum(axis=1), (np.nan_to_num(values) > 0).sum(axis=1)
    regular = (months >= LOOK_FROM) & (months < INTERMITTENT_FROM * np.maximum(sales, 1))
    return np.where(regular[:, None], values, np.nan), regular


def _wide(demand: Array) -> IntArray:
    """Return how many months each series is on sale, counted from its first sale to the last column."""
    first = np.argmax(np.nan_to_num(demand) > 0, axis=1)
    sold = (np.nan_to_num(demand) > 0).any(axis=1)
    return np.where(sold, LOOK_BACK - first, 0)


def _until_last_sale(values: Array) -> BoolArray:
    """Return the months up to the last sale: what follows is an end or a rest, not an outlier."""
    return np.logical_or.accumulate((np.nan_to_num(values) > 0)[:, ::-1], axis=1)[:, ::-1]


class _Found:
    """Corrections as they are found, kind by kind."""

    def __init__(self, orders: Orders, demand: Array, expected: Expected, stockouts: Stockouts) -> None:
        self.orders, self.demand, self.expected, self.stockouts = orders, demand, expected, stockouts
        self.parts: list[Corrections] = []
        back = np.nan_to_num(orders.cancelled)
        later = [np.pad(back, ((0, 0), (0, months)))[:, months:] for months in range(1, PADDED_MONTHS + 1)]
        self.back: Array = np.sum(later, axis=0)

    def add_stockouts(self, missing: BoolArray) -> None:
        """Restore what was lost: no more than was asked and not served, nor than trend and season expect.

        It counts by rule where at least half of it was lost for sure; otherwise a person decides.
        """
        expected, usual, short = self.expected.value, self.expected.usual, self.stockouts.short
        learned = ~np.isnan(self.demand) & ~missing & ~self.stockouts.doubtful
        unserved = np.where(short, self.orders.cancelled, expected)
        lost = lost_sales_find(unserved, self.demand, expected, usual, learned)
        with np.errstate(invalid="ignore"):
            room = np.maximum(expected - self.demand, 0)
            possible, sure = np.minimum(lost.possible, room), np.minimum(lost.sure, room)
            # Silence is a stock-out only where chance would hardly leave a month without orders.
            unlikely = short | (expected > SILENT_FENCE * usual)
            proven = (short | self.stockouts.proven) & unlikely & (sure >= SURE_FROM * possible) & (sure > usual)
            # Silence nobody can explain is asked about only where chance is out of the question.
            told = short | self.stockouts.proven & unlikely | (expected > FENCE * np.sqrt(np.maximum(expected, 0)))
        self._add(missing & told & (possible > usual), STOCKOUT, self.demand + possible, proven)

    def add_outliers(self, candidates: BoolArray) -> None:
        """Take months far off back to what was expected."""
        expected, usual = self.expected.value, self.expected.usual
        with np.errstate(invalid="ignore"):
            distance = (self.demand - expected) / usual
            far = candidates & (np.abs(distance) > FENCE) & (np.abs(self.demand - expected) > FENCE_SHARE * expected)
            far &= ~_lasting(far, distance > 0)
            back = _calm_after(np.abs(distance) > FENCE, self.demand)
            huge = back & (self.demand >= PROJECT_FROM * expected)
            slip = (self.demand > SLIP_TIMES * expected) | (self.demand * SLIP_TIMES < expected) & (self.demand > 0)
            sure = back & slip & (np.abs(distance) > SLIP_FENCE)
        self._add(far & huge & ~sure, PROJECT, expected, np.zeros_like(far))
        self._add(far & ~(huge & ~sure), OUTLIER, expected, sure)

    def all(self) -> Corrections:
        """Return everything found, by series and month."""
        joined = {name: np.concatenate([getattr(part, name) for part in self.parts]) for name in ARRAYS}
        order = np.lexsort((joined["column"], joined["row"]))
        why = [said for part in self.parts for said in part.why]
        return Corrections(**{name: table[order] for name, table in joined.items()}, why=[why[at] for at in order])

    def _add(self, where: BoolArray, kind: str, target: Array, sure: BoolArray) -> None:
        row, column = np.nonzero(where)
        at = (row, column)
        proposed = np.where(self.orders.whole[row], np.round(target[at]), np.round(target[at], 3))
        raw = self.demand[at]
        say = self._stockout_words if kind == STOCKOUT else self._outlier_words
        why = [say(*place) for place in zip(row.tolist(), column.tolist(), strict=True)]
        kept = proposed != raw
        self.parts.append(
            Corrections(
                row[kept],
                column[kept],
                np.full(int(kept.sum()), kind),
                self._cause(at, kind, sure[at])[kept],
                raw[kept],
                proposed[kept],
                sure[at][kept],
                [said for said, keep in zip(why, kept, strict=True) if keep],
            )
        )

    def _cause(self, at: tuple[IntArray, IntArray], kind: str, sure: BoolArray) -> TextArray:
        """Return why each of these months is told apart: one decision may settle many of the same cause."""
        if kind == STOCKOUT:
            return np.full(len(at[0]), MISSING)
        above = self.demand[at] - self.expected.value[at]
        plain = np.where(above < 0, BELOW, PROJECT if kind == PROJECT else ABOVE)
        padded = (above > 0) & (self.stockouts.doubtful[at] | (self.back[at] >= PADDED_BACK * above))
        return np.where(sure, SLIP, np.where(padded, PADDED, plain))

    def _stockout_words(self, row: int, column: int) -> str:
        usual = _said(self.expected.value[row, column])
        ordered, shipped, cancelled = (
            table[row, column] for table in (self.orders.ordered, self.orders.shipped, self.orders.cancelled)
        )
        if ordered > 0:
            told = f"Ordered {_said(ordered)}, shipped {_said(max(shipped, 0))}, cancelled {_said(cancelled)}"
            return f"{told}: goods were short. Trend and season expect {usual}."
        told = ", and no other customer got any" if self.stockouts.nobody[row, column] else ""
        return f"Nothing ordered amid regular sales{told}. Trend and season expect {usual}."

    def _outlier_words(self, row: int, column: int) -> str:
        expected, usual = self.expected.value[row, column], self.expected.usual[row, column]
        value = self.demand[row, column]
        said = f"Trend and season expect {_said(expected)}, give or take {_said(usual)}"
        if value > expected > 0:
            return f"{value / expected:,.1f} times what is usual. {said}."
        if 0 < value < expected:
            return f"{value / expected:.0%} of what is usual. {said}."
        return f"{said}."


def _lasting(far: BoolArray, above: BoolArray) -> BoolArray:
    """Return the months that stand in a run of at least LASTING on the same side."""
    found = np.zeros_like(far)
    for side in (far & above, far & ~above):
        run = np.zeros(len(far), dtype=np.int64)
        for column in range(far.shape[1]):
            run = np.where(side[:, column], run + 1, 0)
            for back in range(LASTING) if column >= LASTING - 1 else ():
                found[:, column - back] |= run >= LASTING
    return found


def _calm_after(far: BoolArray, demand: Array) -> BoolArray:
    """Return the months whose next month is known and not far off."""
    after = np.zeros_like(far)
    after[:, :-1] = ~far[:, 1:] & ~np.isnan(demand[:, 1:])
    return after


def _said(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:,.1f}"
