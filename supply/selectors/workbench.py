"""The supply workbench: stock items by money at stake, and the flags behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, FilteredRelation, Max, Min, Prefetch, Q, QuerySet, Sum

from sop.models import Cycle
from supply.constants import LIMIT_KINDS, LIVE, FlagKind
from supply.frames.reading import rows_of
from supply.models import StockItem, SupplyFlag, SupplyRun
from supply.selectors.item_filter import ItemFilter, flag_condition, flags_of, items_chosen, main_supplier

ANYTHING = ItemFilter()
ORDERS = {
    "money": F("stake").desc(nulls_last=True),
    "product": F("product__name").asc(),
    "first": F("first_month").asc(nulls_last=True),
}
# As a list of numbers: joined to the condition on the items, it is looked at once for every flag (50 ms at 10,000).
COUNTS_SQL = """
    select kind, count(*), sum(money) from supply_supplyflag
    where cycle_id = %(cycle)s and state = any(%(states)s) and item_id = any(%(items)s) group by kind
"""


@dataclass(frozen=True)
class FlagCount:
    """How many flags of one kind there are and what they are worth."""

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


def limit_flags(cycle: Cycle, chosen: ItemFilter = ANYTHING) -> list[SupplyFlag]:
    """Return the live flags of suppliers, warehouses and the company at their limits, most money first.

    Those a filter leaves: of its supplier or its location, of its kind and state; none where it asks for what only
    stock items have.
    """
    if chosen.kind and chosen.kind not in LIMIT_KINDS:
        return []
    found = flags(cycle).filter(_of_limits(chosen), item=None, kind__in=[chosen.kind] if chosen.kind else LIMIT_KINDS)
    return list(found.filter(state=chosen.state) if chosen.state else found)


def flag_counts(cycle: Cycle, chosen: ItemFilter = ANYTHING) -> list[FlagCount]:
    """Return the number and the money of live flags per kind, in the kinds' order, whatever kind a filter asks for."""
    rest = chosen.without("kind")
    if not rest.asked:
        found = _counted(flags_of(cycle, rest))
    else:
        found = _counted(flags_of(cycle, rest).filter(_of_limits(rest), item=None))
        states = [rest.state] if rest.state else [state.value for state in LIVE]
        items = list(items_chosen(cycle, rest.without("state")).values_list("pk", flat=True))
        sums = rows_of(COUNTS_SQL, {"cycle": cycle.pk, "states": states, "items": items})
        found |= {kind: FlagCount(FlagKind(kind), count, money) for kind, count, money in sums}
    return [found[kind] for kind in FlagKind if kind in found]


def _counted(of: QuerySet[SupplyFlag]) -> dict[str, FlagCount]:
    sums = of.values_list("kind").annotate(Count("id"), Sum("money"))
    return {kind: FlagCount(FlagKind(kind), count, money) for kind, count, money in sums}


def items_flagged(cycle: Cycle, chosen: ItemFilter = ANYTHING) -> QuerySet[StockItem]:
    """Return the stock items a filter leaves, with money at stake, first month of trouble and main supplier.

    Money and month are those of the flags asked for; worst first, unless another order is asked for.
    """
    shown = SupplyFlag.objects.filter(cycle=cycle, state__in=LIVE).select_related("owner").order_by("-money", "id")
    found = items_chosen(cycle, chosen).select_related("product__family", "location", "buyer")
    found = found.prefetch_related(Prefetch("flags", queryset=shown, to_attr="live_flags"))
    found = _with_stake(found, cycle, chosen).annotate(main_supplier_id=main_supplier())
    return found.order_by(ORDERS[chosen.order], "id")


def item_ids(cycle: Cycle, chosen: ItemFilter) -> QuerySet[StockItem, int]:
    """Return the ids of `items_flagged` in the same order: flags are looked at only where they order."""
    found = items_chosen(cycle, chosen)
    found = found if chosen.order == "product" else _with_stake(found, cycle, chosen)
    return found.order_by(ORDERS[chosen.order], "id").values_list("pk", flat=True)


def _with_stake(found: QuerySet[StockItem], cycle: Cycle, chosen: ItemFilter) -> QuerySet[StockItem]:
    """Return stock items with the most money and the first month of the flags asked for, all flags joined at once."""
    asked = FilteredRelation("flags", condition=flag_condition(cycle, chosen, "flags__"))
    return found.annotate(asked=asked).annotate(stake=Max("asked__money"), first_month=Min("asked__first_bucket"))


def items_of(found: QuerySet[StockItem], ids: Sequence[int]) -> list[StockItem]:
    """Return some of the items found, in the order of their ids: all are only ordered, a page of them is read."""
    by_id = {item.pk: item for item in found.filter(pk__in=ids)}
    return [by_id[pk] for pk in ids if pk in by_id]


def _of_limits(chosen: ItemFilter) -> Q:
    """Return the condition that a flag of a supplier or a warehouse is of what a filter asks for."""
    if chosen.of_items_only or (chosen.supplier is not None and chosen.location is not None):
        return Q(pk__in=[])
    if chosen.supplier is not None:
        return Q(supplier_id=chosen.supplier)
    return Q(location_id=chosen.location) if chosen.location is not None else Q()
