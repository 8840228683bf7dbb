"""Who goes short: families, their products, their customers, most money short first; added up in the database."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, overload

from django.db.models import QuerySet, Sum

from demand.selectors.series import series_named
from sop.figures import bar_trace, figure
from sop.models import Customer, Family, Location, Product, User
from supply.models import CustomerAsked, SupplyRun
from supply.selectors.customer_sight import LEAST, Sight


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
    """The lines of a level on which somebody goes short, most money first; added up as they are taken out."""

    def __init__(self, sight: Sight) -> None:
        self.sight, self.level = sight, sight.narrowed.level
        self.column = f"{self.level}_id"
        found = sight.cells.values(self.column).annotate(units=Sum("short"), worth=Sum("money"))
        ordered = found.filter(units__gte=LEAST).order_by("-worth", "-units", self.column)
        self.keys = [int(key) for key in ordered.values_list(self.column, flat=True)]

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, at: int) -> ShareLine: ...
    @overload
    def __getitem__(self, at: slice) -> list[ShareLine]: ...
    def __getitem__(self, at: int | slice) -> ShareLine | list[ShareLine]:
        """Return one line, or those of a page."""
        if isinstance(at, int):
            return self[at : at + 1][0]
        keys = self.keys[at]
        names = NAMES[self.level](keys)
        asked = {(key, month): units for key, month, units in self.sight.asked_by(self.level, keys)}
        cells = self.sight.cells.filter(**{f"{self.column}__in": keys}).values_list(self.column, "bucket").order_by()
        short = {(key, month): sums for key, month, *sums in cells.annotate(Sum("short"), Sum("money"))}
        return [
            _line(
                key,
                names[key],
                [
                    (month, asked.get((key, month), 0.0), *short.get((key, month), NOTHING))
                    for month in self.sight.months
                ],
            )
            for key in keys
        ]


def shares_kept(run: SupplyRun) -> bool:
    """Return whether a run shared what is short: those of earlier versions did not."""
    return CustomerAsked.objects.filter(run=run).exists()


def total_line(sight: Sight) -> ShareLine:
    """Return all rows together, also those of which everything can be delivered."""
    product = sight.narrowed.product
    if product is None:
        asked = dict(sight.asked.values_list("bucket").order_by().annotate(Sum("asked")))
    else:
        asked = {month: units for _, month, units in sight.asked_by("product", [product])}
    cells = sight.cells.values_list("bucket").order_by().annotate(Sum("short"), Sum("money"))
    short = {month: sums for month, *sums in cells}
    months = [(month, asked.get(month, 0.0), *short.get(month, NOTHING)) for month in sight.months]
    return _line(0, "All together", months)


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
class Choices:
    """What the rows in sight can be narrowed to."""

    families: list[Family]
    locations: list[Location]
    customers: list[Customer]
    owners: list[User]


def choices_of(sight: Sight) -> Choices:
    """Return families, warehouses, customers and reps of all rows in sight, by name."""
    found = list(sight.everything.values_list("family_id", "location_id", "customer_id").order_by().distinct())

    def known(model: Any, at: int) -> QuerySet[Any]:
        chosen: QuerySet[Any] = model.objects.filter(pk__in={row[at] for row in found})
        return chosen.order_by("name")

    customers = list(known(Customer, 2).select_related("owner"))
    owners = {customer.owner.pk: customer.owner for customer in customers if customer.owner}
    reps = sorted(owners.values(), key=lambda user: user.name.casefold())
    return Choices(list(known(Family, 0)), list(known(Location, 1)), customers, reps)


def _names(model: Any) -> Callable[[list[int]], dict[int, str]]:
    return lambda ids: dict(model.objects.filter(pk__in=ids).values_list("pk", "name"))


NAMES = {"family": _names(Family), "product": _names(Product), "series": series_named}
NOTHING = (0.0, 0.0)


def _line(key: int, name: str, months: Iterable[tuple[date, float, float, float]]) -> ShareLine:
    """Return a line from month, asked, short [units] and money."""
    each = [MonthNeed(month, asked, asked - short, short, money) for month, asked, short, money in months]
    sums = (sum(getattr(month, name) for month in each) for name in ("asked", "served", "short", "money"))
    return ShareLine(key, name, each, MonthNeed(None, *sums))
