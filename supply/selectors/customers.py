"""Who goes short: families, their products, their customers, most money short first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, overload

import numpy as np

from demand.selectors.series import series_named
from sop.figures import bar_trace, figure
from sop.models import Customer, Family, Location, Product, User
from supply.constants import ASKING_MORE, ShareRule
from supply.frames.customers import Ids
from supply.frames.reading import Matrix
from supply.selectors.customer_shares import Shares

LEAST = 0.5  # units; below it a whole number says 0


@dataclass(frozen=True)
class Narrowed:
    """Which rows are looked at, by the keys of what they belong to; None = all."""

    family: int | None = None
    product: int | None = None
    location: int | None = None
    customer: int | None = None
    owner: int | None = None

    def of(self, shares: Shares) -> Shares:
        """Return those rows."""
        keep = np.ones(len(shares.series), dtype=bool)
        for name, wanted in vars(self).items():
            if wanted is not None:
                keep &= getattr(shares, name) == wanted
        return shares.take(keep)

    @property
    def level(self) -> str:
        """Return what a line stands for: a family, in a family a product, in a product a customer."""
        return "series" if self.product is not None else "product" if self.family is not None else "family"


@dataclass(frozen=True)
class MonthNeed:
    """One month: asked, can be delivered, short [units], and what the short ones would have brought in [money]."""

    bucket: date | None  # None = all months of the plan
    asked: float
    served: float
    short: float
    money: float


@dataclass(frozen=True)
class ShareLine:
    """A family, product or customer over the months of the plan; `total` over all of them."""

    key: int
    name: str
    months: list[MonthNeed]
    total: MonthNeed


class Lines(Sequence[ShareLine]):
    """The lines of a level on which somebody goes short, most money first; named as they are taken out."""

    def __init__(self, shares: Shares, level: str) -> None:
        self.shares, self.level = shares, level
        self.keys, self.place = np.unique(getattr(shares, level), return_inverse=True)
        self.tables = [_by(self.place, table, len(self.keys)) for table in _tables(shares)]
        short, money = self.tables[2].sum(axis=1), self.tables[3].sum(axis=1)
        order = np.lexsort((self.keys, -short, -money))
        self.order = order[short[order] >= LEAST]

    def __len__(self) -> int:
        return len(self.order)

    @overload
    def __getitem__(self, at: int) -> ShareLine: ...
    @overload
    def __getitem__(self, at: slice) -> list[ShareLine]: ...
    def __getitem__(self, at: int | slice) -> ShareLine | list[ShareLine]:
        """Return one line, or those of a page."""
        if isinstance(at, int):
            return self[at : at + 1][0]
        places = self.order[at]
        names = NAMES[self.level]([int(self.keys[place]) for place in places])
        return [
            _line(int(self.keys[at]), names[int(self.keys[at])], self.shares.months, [each[at] for each in self.tables])
            for at in places
        ]


def total_line(shares: Shares) -> ShareLine:
    """Return all rows together, also those of which everything can be delivered."""
    return _line(0, "All together", shares.months, [table.sum(axis=0) for table in _tables(shares)])


def shares_figure(line: ShareLine) -> dict[str, Any]:
    """Return what is asked and what can be delivered side by side."""
    buckets = [month.bucket for month in line.months if month.bucket]
    return figure(
        [
            bar_trace("Asked", buckets, [month.asked for month in line.months], "accent-soft"),
            bar_trace("Can be delivered", buckets, [month.served for month in line.months], "accent"),
        ],
        unit="Units",
    )


@dataclass(frozen=True)
class Trial:
    """What asking more would have earned, each row alone and the supply the same [units], summed."""

    rule: ShareRule
    asked: float  # more, by those who go short
    earned: float  # of it
    full_rows: int  # who got all they asked of an item that is short
    full_earned: float  # by them

    @cached_property
    def sentences(self) -> list[str]:
        """Return what came of it, the exception last."""
        percent = f"{ASKING_MORE - 1:.0%}".replace("%", " %")
        if self.earned < LEAST:
            first = (
                f"Asking {percent} more would have earned nothing: of {self.asked:,.0f} units more asked by those who "
                f"go short, {self.earned:,.0f} would have come."
            )
        else:
            first = (
                f"Asking {percent} more would have earned those who go short {self.earned:,.0f} of {self.asked:,.0f} "
                "units, taken from the others: corrected need begins with what is asked, and padding is taken out only "
                "as far as earlier cycles show it. Past sales do not look at what is asked."
            )
        return [first, self._exception] if self.full_earned >= LEAST else [first]

    @property
    def _exception(self) -> str:
        rows = "one row" if self.full_rows == 1 else f"{self.full_rows:,} rows"
        return (
            f"The one exception: in {rows} a customer asks less than its share and gets all of it; asking more would "
            f"have brought {self.full_earned:,.0f} units beyond what was said to be needed."
        )


def trial_of(shares: Shares, rule: ShareRule) -> Trial:
    """Return what asking more would have earned the rows looked at."""
    short = shares.short >= LEAST
    full = shares.scarce & ~short & (shares.gained > 0)
    return Trial(
        rule,
        float(shares.asked[short].sum() * (ASKING_MORE - 1)),
        float(shares.gained[short].sum()),
        int(full.any(axis=1).sum()),
        float(shares.gained[full].sum()),
    )


@dataclass(frozen=True)
class Choices:
    """What the rows in sight can be narrowed to."""

    families: list[Family]
    locations: list[Location]
    customers: list[Customer]
    owners: list[User]


def choices_of(shares: Shares) -> Choices:
    """Return families, warehouses, customers and reps of some rows, by name."""

    def known(model: Any, ids: Ids) -> list[Any]:
        return list(model.objects.filter(pk__in=np.unique(ids).tolist()).order_by("name"))

    customers = known(Customer, shares.customer)
    return Choices(known(Family, shares.family), known(Location, shares.location), customers, known(User, shares.owner))


def _names(model: Any) -> Callable[[list[int]], dict[int, str]]:
    return lambda ids: dict(model.objects.filter(pk__in=ids).values_list("pk", "name"))


NAMES = {"family": _names(Family), "product": _names(Product), "series": series_named}


def _tables(shares: Shares) -> list[Matrix]:
    return [shares.asked, shares.served, shares.short, shares.money]


def _by(place: Ids, table: Matrix, count: int) -> Matrix:
    """Return the sums of rows that belong together."""
    sums = [np.bincount(place, column, count) for column in table.T]
    return np.array(sums, dtype=np.float64).reshape(table.shape[1], count).T


def _line(key: int, name: str, months: list[date], tables: list[Matrix]) -> ShareLine:
    numbers = zip(*(table.tolist() for table in tables), strict=True)
    each = [MonthNeed(bucket, *row) for bucket, row in zip(months, numbers, strict=True)]
    return ShareLine(key, name, each, MonthNeed(None, *(float(table.sum()) for table in tables)))
