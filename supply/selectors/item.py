"""One stock item's page: its months, its lanes and orders, why its safety stock is what it is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from sop.figures import bar_trace, figure, line_trace, mark_trace
from sop.models import Cycle, Supplier, User
from sop.selectors.master_history import version_of, versions_of
from supply.models import (
    LeadTimeAssumption,
    OnHand,
    PurchaseOrderLine,
    ReceiptOverride,
    Sourcing,
    StockExplained,
    StockItem,
    SupplyFlag,
    SupplyItem,
    SupplyLine,
    SupplyRun,
)
from supply.selectors.explained import Group, Part, item_explained
from supply.selectors.explained_words import class_words, growth_words
from supply.selectors.item_lanes import ItemLane, item_lanes
from supply.selectors.item_short import ItemShort, item_short
from supply.selectors.receipt_changes import ReceiptChange, receipt_changes
from supply.selectors.risk import ItemRisk, item_risk


@dataclass(frozen=True)
class ItemPage:
    """Everything the item page shows."""

    item: StockItem
    run: SupplyRun | None
    lines: list[SupplyLine]
    facts: SupplyItem | None
    on_hand: OnHand | None
    lanes: list[ItemLane]
    lead_times: list[LeadTimeAssumption]
    orders: list[PurchaseOrderLine]
    flags: list[SupplyFlag]
    overrides: dict[date, ReceiptOverride]
    version: int  # of the stock item, when its rule was read
    seen: str  # the lead times shown and their versions: "7:120 9:131"
    changes: list[ReceiptChange]
    figure: dict[str, Any] | None
    short: "ItemShort | None"  # who goes short in the worst month; None where nobody does, or nobody in sight
    risk: ItemRisk | None  # None where nothing is planned, or the plan is older than risk
    split: tuple[StockExplained, Group] | None  # what explains its stock, in the run

    @property
    def limited(self) -> bool:
        """Return whether a supplier's limit changes any of its orders."""
        return any(line.moved or line.cut or line.late for line in self.lines)

    @property
    def limited_by(self) -> list[Supplier]:
        """Return the suppliers whose limits change its orders; with one lane that is whom all its orders go to."""
        found = [each.lane.supplier for each in self.lanes if each.limited]
        return found or [each.lane.supplier for each in self.lanes[:1]]

    @property
    def in_turn(self) -> list[ItemLane]:
        """Return the lanes its orders go to in turn; nothing where all go to one."""
        used = [each for each in self.lanes if each.part > 0]
        return used if len(used) > 1 else []

    @property
    def why_split(self) -> list[tuple[Part, str]]:
        """Return each class of what is held and on order, with its formula in words."""
        if self.split is None:
            return []
        row, group = self.split
        words = class_words(row)
        return [(part, words[part.name]) for part in group.parts]

    @property
    def growth(self) -> str:
        """Return what longer lead times justify of the growth, in a sentence."""
        return growth_words(self.split[0]) if self.split else ""


def item_page(cycle: Cycle, item: StockItem, user: User) -> ItemPage:
    """Return one stock item's page in this cycle, with the customers this person sees.

    Versions are read before the values they stand for: a change in between is then a conflict, and not lost.
    """
    version = version_of(item)
    item.refresh_from_db(fields=("service_target", "service_type", "safety_stock"))
    run = SupplyRun.objects.filter(cycle=cycle, current=True).first()
    lines = list(SupplyLine.objects.filter(run=run, item=item).order_by("bucket")) if run else []
    sourcing = list(Sourcing.objects.filter(item=item).select_related("supplier").order_by("-share", "pk"))
    suppliers = [lane.supplier_id for lane in sourcing]
    assumed = list(lead_times(item, suppliers))
    seen = versions_of(LeadTimeAssumption, list(lead_times(item, suppliers).values_list("pk", flat=True)))
    return ItemPage(
        item=item,
        run=run,
        lines=lines,
        facts=SupplyItem.objects.filter(run=run, item=item).first() if run else None,
        on_hand=OnHand.objects.filter(item=item, as_of__lte=cycle.bucket).order_by("-as_of").first(),
        lanes=item_lanes(run, item, sourcing, assumed, lines),
        lead_times=assumed,
        orders=list(orders_open(item)),
        flags=list(SupplyFlag.objects.filter(cycle=cycle, item=item).exclude(state="gone").select_related("owner")),
        overrides={row.bucket: row for row in ReceiptOverride.objects.filter(cycle=cycle, item=item)},
        version=version,
        seen=" ".join(f"{row}:{at}" for row, at in seen.items()),
        changes=receipt_changes(cycle.pk, item),
        figure=item_figure(lines) if lines else None,
        short=item_short(run, item, user) if run and any(line.lost or line.backlog for line in lines) else None,
        risk=item_risk(run, item) if run else None,
        split=item_explained(run, item.pk) if run else None,
    )


def orders_open(item: StockItem) -> QuerySet[PurchaseOrderLine]:
    """Return purchase order lines still to come, by promise."""
    return (
        PurchaseOrderLine.objects.filter(item=item, closed=False, received__lt=F("ordered"))
        .select_related("supplier")
        .annotate(still_to_come=F("ordered") - F("received"))
        .order_by("promised_on")
    )


def lead_times(item: StockItem, supplier_ids: list[int]) -> QuerySet[LeadTimeAssumption]:
    """Return the lead times that apply to this item's suppliers, its own before the supplier's general ones."""
    found = LeadTimeAssumption.objects.filter(supplier_id__in=supplier_ids).select_related("supplier", "product")
    return (found.filter(product=item.product) | found.filter(product=None)).order_by("supplier", "valid_from")


def lead_time_stated(supplier_id: int, product_id: int | None, valid_from: date) -> LeadTimeAssumption | None:
    """Return what is assumed for orders from exactly that day, None where nothing is."""
    of = Q(product_id=product_id) if product_id else Q(product=None)
    return LeadTimeAssumption.objects.filter(of, supplier_id=supplier_id, valid_from=valid_from).first()


def item_figure(lines: list[SupplyLine]) -> dict[str, Any]:
    """Return demand and receipts as bars, projected inventory and safety stock as lines, shortages as marks."""
    months = [line.bucket for line in lines]
    receipts = [float(line.open_receipts + line.planned_receipts) for line in lines]
    short = [-float(line.lost + line.backlog) if line.lost + line.backlog > 0 else float("nan") for line in lines]
    return figure(
        [
            bar_trace("Demand", months, [float(line.demand) for line in lines], "accent"),
            bar_trace("Receipts", months, receipts, "accent-soft"),
            line_trace("Projected inventory", months, [float(line.closing) for line in lines], "ink"),
            line_trace(
                "Safety stock", months, [float(line.safety_stock) for line in lines], "muted", dash="dash", width=1.5
            ),
            mark_trace("Short", months, short, "short", "triangle-down"),
        ]
    )
