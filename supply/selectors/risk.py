"""The risk of the current supply plan: by family and month, and by stock item, the most expected loss first."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Max, QuerySet, Sum, Value
from django.db.models.functions import NullIf

from sop.engine.months import month_list
from sop.models import Cycle, Family, Location
from supply.models import RiskGroup, StockItem, SupplyRisk, SupplyRun
from supply.selectors.risk_figure import DRAWN, RiskFigure, chance_words, figure_of
from supply.selectors.workbench import run_current

SUMMED = (
    *("items", "stockouts", "stockouts_bar", "demand", "late_units", "late_bar", "lost_units", "lost_bar"),
    *("lost_value", "value_bar"),
)
ITEM_ORDERS = {
    "money": (F("value").desc(), F("worst").desc(), "item_id"),
    "chance": (F("worst").desc(), F("value").desc(), "item_id"),
    "fill": ((F("late") / F("wanted")).desc(nulls_last=True), "item_id"),
    "product": ("item__product__name", "item__location__name", "item_id"),
}


@dataclass(frozen=True)
class ItemRisk:
    """The risk of one stock item: its months, all of them together, and the chance of the worst in words."""

    months: list[RiskFigure]
    total: RiskFigure
    words: str


@dataclass(frozen=True)
class RiskRow:
    """A family or a stock item: its figure of every month, and of all together."""

    id: int
    name: str
    months: list[RiskFigure]
    place: str = ""

    @property
    def total(self) -> RiskFigure:
        """Return the figure of the whole plan."""
        return RiskFigure.total(self.months)

    @property
    def worst(self) -> float:
        """Return the chance of the worst month."""
        return max((month.chance or 0.0 for month in self.months), default=0.0)

    @property
    def most_items(self) -> int:
        """Return how many stock items have demand in the month with the most."""
        return int(max((month.items for month in self.months), default=0))


FAMILY_ORDERS: dict[str, Callable[[RiskRow], Any]] = {
    "money": lambda row: (-row.total.value, -row.worst, row.name),
    "chance": lambda row: (-row.worst, -row.total.value, row.name),
    "fill": lambda row: (1.0 if row.total.fill is None else row.total.fill, row.name),
    "family": lambda row: row.name,
}


def months_of(run: SupplyRun) -> list[date]:
    """Return the months of a run."""
    return month_list(run.first_bucket, run.horizon_months)


def risk_drawn(run: SupplyRun | None) -> bool:
    """Return whether a run's risk is known: those of earlier versions have none."""
    return run is not None and RiskGroup.objects.filter(run=run).exists()


def families_at_risk(run: SupplyRun, *, order: str = "money", **only: Any) -> list[RiskRow]:
    """Return the families of a run; `only`: location_id, abc."""
    found: dict[int, dict[date, RiskFigure]] = defaultdict(dict)
    for family, bucket, figure in family_figures(run, **only):
        found[family][bucket] = figure
    names = dict(Family.objects.filter(pk__in=found).values_list("pk", "name"))
    months = months_of(run)
    rows = [
        RiskRow(family, names[family], [figures.get(month, RiskFigure()) for month in months])
        for family, figures in found.items()
    ]
    return sorted(rows, key=FAMILY_ORDERS.get(order, FAMILY_ORDERS["money"]))


def family_figures(run: SupplyRun, **only: Any) -> list[tuple[int, date, RiskFigure]]:
    """Return the figure of each family and month."""
    sums = [Sum(name) for name in SUMMED]
    rows = RiskGroup.objects.filter(run=run, **only).values_list("family_id", "bucket").order_by("family_id", "bucket")
    return [(row[0], row[1], RiskFigure(*row[2:])) for row in rows.annotate(*sums, Max("draws"))]


def all_families(rows: Iterable[RiskRow]) -> RiskRow:
    """Return the total of all rows, month by month."""
    columns = zip(*(row.months for row in rows), strict=True)
    return RiskRow(0, "All", [RiskFigure.total(column) for column in columns])


def items_at_risk(run: SupplyRun, *, order: str = "money", **only: Any) -> QuerySet[Any, Any]:
    """Return the stock items of a run as {"item_id"}, in order; `only` filters SupplyRisk."""
    found = SupplyRisk.objects.filter(run=run, **only).values("item_id")
    sums = {"value": Sum("lost_value"), "worst": Max("stockout"), "late": Sum("late_units")}
    summed = found.annotate(**sums, wanted=NullIf(Sum("demand"), Value(0.0)))
    return summed.order_by(*ITEM_ORDERS.get(order, ITEM_ORDERS["money"]))


def item_rows(run: SupplyRun, item_ids: list[int]) -> list[RiskRow]:
    """Return the rows of some stock items, in the order of the ids."""
    figures = item_figures(run, item_ids)
    items = StockItem.objects.select_related("product", "location").in_bulk(item_ids)
    return [RiskRow(pk, items[pk].product.name, figures[pk], items[pk].location.name) for pk in item_ids]


def item_figures(run: SupplyRun, item_ids: Iterable[int]) -> dict[int, list[RiskFigure]]:
    """Return the months of some stock items; none where the run has no risk."""
    found: dict[int, list[RiskFigure]] = defaultdict(list)
    rows = SupplyRisk.objects.filter(run=run, item__in=list(item_ids)).order_by("item_id", "bucket")
    for row in rows.values_list("item_id", *DRAWN, named=True):  # 900 a page: rows that are no models
        found[row.item_id].append(figure_of(row))
    return found


def item_losses(run: SupplyRun, item_ids: Iterable[int]) -> dict[int, RiskFigure]:
    """Return what each of some stock items is expected to lose over the plan."""
    return {item: RiskFigure.total(months) for item, months in item_figures(run, item_ids).items()}


def item_risk(run: SupplyRun, item: StockItem) -> ItemRisk | None:
    """Return the risk of one stock item; None where the run has none."""
    months = item_figures(run, [item.pk])[item.pk]
    if not months:
        return None
    worst = max(range(len(months)), key=lambda at: (months[at].chance or 0.0, -at))
    return ItemRisk(months, RiskFigure.total(months), chance_words(months[worst], months_of(run)[worst]))


def places_with_stock() -> QuerySet[Location]:
    """Return the locations that hold stock items, by name."""
    return Location.objects.filter(stock_items__isnull=False).distinct().order_by("name")


def risk_rows(cycle: Cycle) -> QuerySet[SupplyRisk]:
    """Return every month of every stock item of the cycle's current run; none before the first run."""
    found = SupplyRisk.objects.filter(run=run_current(cycle), run__isnull=False)
    return found.select_related("item__product__family", "item__location")
