"""Made-up companies in which goods were short and the true need is known, one for each thing customers do then."""

from dataclasses import dataclass

import numpy as np

from demand.engine.cleansing import LOOK_BACK, Corrections, Orders
from sop.engine.arrays import Array, BoolArray

SERIES, MONTHS = 200, 60
FIRST_SHORT, LAST_SHORT = 26, 50  # places among a series' months


@dataclass(frozen=True)
class Known:
    """Orders of a company and what its customers really needed, series x months."""

    need: Array
    orders: Orders


@dataclass(frozen=True)
class Apart:
    """How far history lies from the true need, in units, over the months corrected: before and after."""

    by_rule: int
    rule_raw: float
    rule_filled: float
    proposed: int
    proposed_raw: float
    proposed_filled: float


def apart(known: Known, found: Corrections, kind: str = "stockout") -> Apart:
    """Return how far the corrections of one kind lie from the true need, made by rule and proposed."""
    need = known.need[found.row, found.column]
    raw, filled = np.abs(found.raw - need), np.abs(found.proposed - need)
    sure, asked = (found.kind == kind) & found.sure, (found.kind == kind) & ~found.sure
    return Apart(
        int(sure.sum()), raw[sure].sum(), filled[sure].sum(), int(asked.sum()), raw[asked].sum(), filled[asked].sum()
    )


def known_losses() -> dict[str, Known]:
    """Return the companies by what their customers do when goods are short."""
    return {
        "sales lost": _company(_lost),
        "sales lost, two months": _company(_lost, length=2),
        "sales lost after asking for double": _company(_lost_doubled),
        "nothing ordered while out of stock": _company(_silent),
        "backlog delivered later": _company(_waited),
        "cancelled and ordered again": _company(_ordered_again),
        "asked again and again, for months": _company(_asked_again, length=3),
        "doubled orders taken back later": _company(_padded, length=5),
        "sold now and then": _company(_lost, sporadic=True),
        "few units a month": _company(_lost, level=4.0),
    }


class _Books:
    """What the books of a company say while goods are short in some of its series' months."""

    def __init__(self, need: Array, short: BoolArray) -> None:
        self.need, self.short = need, short
        self.ordered, self.shipped, self.cancelled = need.copy(), need.copy(), np.zeros_like(need)
        self.others = np.full_like(need, 50.0)


def _company(happens, *, length: int = 1, level: float = 100.0, sporadic: bool = False) -> Known:  # type: ignore[no-untyped-def]
    random = np.random.default_rng(11)
    month = np.arange(MONTHS)
    season = 1 + 0.3 * np.sin(month / 12 * 2 * np.pi)
    size = level * random.lognormal(0, 0.5, (SERIES, 1))
    need = np.round(random.gamma(60, size * season / 60))
    if level < 10:
        need = random.poisson(size * season).astype(float)
    if sporadic:
        need *= random.random(need.shape) < 0.35
    begin = random.integers(FIRST_SHORT, LAST_SHORT, (SERIES, 1))
    books = _Books(need, (month >= begin) & (month < begin + length))
    happens(books)
    return Known(_wide(need, np.nan), _orders(books))


def _orders(books: _Books) -> Orders:
    return Orders(
        ordered=_wide(books.ordered, np.nan),
        shipped=_wide(books.shipped, np.nan),
        cancelled=_wide(books.cancelled, np.nan),
        others=_wide(books.others, 0.0),
        whole=np.ones(SERIES, dtype=np.bool_),
    )


def _wide(table: Array, before: float) -> Array:
    return np.pad(table, ((0, 0), (LOOK_BACK - table.shape[1], 0)), constant_values=before)


def _later(table: Array, months: int) -> Array:
    return np.pad(table, ((0, 0), (months, 0)))[:, : table.shape[1]]


def _lost(books: _Books) -> None:
    """A tenth is shipped; the rest is cancelled at once."""
    gone = np.where(books.short, np.round(books.need * 0.9), 0)
    books.shipped, books.cancelled = books.need - gone, gone


def _lost_doubled(books: _Books) -> None:
    """Twice as much is asked for, a tenth of the need is shipped, nobody waits."""
    got = np.round(books.need * 0.1)
    books.ordered = np.where(books.short, 2 * books.need, books.need)
    books.shipped = np.where(books.short, got, books.need)
    books.cancelled = books.ordered - books.shipped


def _silent(books: _Books) -> None:
    """The shelf is empty for all customers, and nobody bothers to order."""
    books.ordered = books.shipped = np.where(books.short, 0, books.need)
    books.others = np.where(books.short, 0, books.others)


def _waited(books: _Books) -> None:
    """Nothing is shipped; the month after delivers both."""
    held = np.where(books.short, books.need, 0)
    books.shipped = books.need - held + _later(held, 1)


def _ordered_again(books: _Books) -> None:
    """Four fifths are cancelled and ordered again the month after."""
    again = np.where(books.short, np.round(books.need * 0.8), 0)
    books.shipped = np.where(books.short, 0, books.need + _later(again, 1))
    books.ordered, books.cancelled = books.need + _later(again, 1), again


def _asked_again(books: _Books) -> None:
    """Each month's order is cancelled and placed again with the next one, until goods come."""
    open_before = np.zeros(SERIES)
    for month in range(MONTHS):
        books.ordered[:, month] = books.need[:, month] + open_before
        gone = np.where(books.short[:, month], books.ordered[:, month], 0)
        books.cancelled[:, month], books.shipped[:, month] = gone, books.ordered[:, month] - gone
        open_before = gone


def _padded(books: _Books) -> None:
    """Orders stand half as high again as needed; two and three months later the surplus is taken back."""
    above = np.where(books.short, np.round(books.need * 0.5), 0)
    books.ordered = books.need + above
    books.shipped = np.where(books.short, np.round(books.need * 0.4), books.need)
    back = np.round(above / 2)
    books.cancelled = _later(back, 2) + _later(above - back, 3)
    books.ordered = np.maximum(books.ordered, books.cancelled)
