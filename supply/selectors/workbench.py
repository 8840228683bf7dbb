"""The supply workbench: stock items by money at stake, and the flags behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Max, Min, Prefetch, Q, QuerySet, Sum

from sop.models import Cycle
from supply.constants import FlagKind, FlagState
from supply.models import StockItem, SupplyFlag, SupplyRun

LIVE = (FlagState.OPEN, FlagState.ACCEPTED, FlagState.RAISED)
LIMIT_KINDS = (FlagKind.SUPPLIER_OVER, FlagKind.SPACE_OVER)  # of a supplier or a warehouse, not of a stock item
ORDERINGS = {"money": "-stake", "product": "product__name", "first": "first_month"}


@dataclass(frozen=True)
class FlagCount:
    """How many stock items carry one kind of flag and what they are worth."""

    kind: FlagKind
    count: int
    money: Decimal


def run_current(cycle: Cycle) -> SupplyRun | None:
    """Return the supply plan everybody sees, None before the first run."""
    return SupplyRun.objects.filter(cycle=cycle, current=True).first()


def stands_since(run: SupplyRun, moment: datetime) -> bool:
    """Return whether a run is what everybody sees and has stayed as it was at a moment."""
    return run.current and (run.replanned_at is None or run.replanned_at < moment)


def flags(cycle: Cycle) -> QuerySet[SupplyFlag]:
    """Return the cycle's live flags, most money first."""
    return (
        SupplyFlag.objects.filter(cycle=cycle, state__in=LIVE)
        .select_related("item__product__family", "item__location", "supplier", "location", "owner")
        .order_by("-money", "id")
    )


def limit_flags(cycle: Cycle, kind: str = "") -> list[SupplyFlag]:
    """Return the live flags of suppliers and warehouses near their limits or above them, most money first."""
    return list(flags(cycle).filter(kind__in=[kind] if kind else LIMIT_KINDS))


def flag_counts(cycle: Cycle) -> list[FlagCount]:
    """Return the number and the money of live flags per kind, in the kinds' order."""
    found = {
        row["kind"]: row
        for row in SupplyFlag.objects.filter(cycle=cycle, state__in=LIVE)
        .values("kind")
        .annotate(count=Count("id"), total=Sum("money"))
    }
    return [FlagCount(kind, found[kind]["count"], found[kind]["total"]) for kind in FlagKind if kind in found]


def items_flagged(cycle: Cycle, *, kind: str = "", words: str = "", order: str = "money") -> QuerySet[StockItem]:
    """Return stock items with money at stake and first month of trouble, worst first; filtered by flag and words."""
    live = Q(flags__cycle=cycle, flags__state__in=LIVE)
    if kind:
        live &= Q(flags__kind=kind)
    shown = SupplyFlag.objects.filter(cycle=cycle, state__in=LIVE).order_by("-money")
    prefetched = Prefetch("flags", queryset=shown, to_attr="live_flags")
    everything = StockItem.objects.select_related("product__family", "location").prefetch_related(prefetched)
    found = everything.annotate(
        stake=Max("flags__money", filter=live),
        first_month=Min("flags__first_bucket", filter=live),
        flag_count=Count("flags", filter=live),
    )
    if kind:
        found = found.filter(flag_count__gt=0)
    if words:
        found = found.filter(
            Q(product__name__icontains=words)
            | Q(product__code__icontains=words)
            | Q(product__family__name__icontains=words)
        )
    column = ORDERINGS.get(order, ORDERINGS["money"])
    ordering = F(column.lstrip("-")).desc(nulls_last=True) if column.startswith("-") else F(column).asc(nulls_last=True)
    return found.order_by(ordering, "id")


def items_of(found: QuerySet[StockItem], ids: Sequence[int]) -> list[StockItem]:
    """Return some of the items found, in the order of their ids: all are only ordered, a page of them is read."""
    by_id = {item.pk: item for item in found.filter(pk__in=ids)}
    return [by_id[pk] for pk in ids if pk in by_id]
