"""One stock item's page: its months, its lanes and orders, why its safety stock is what it is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from sop.figures import bar_trace, figure, line_trace, mark_trace
from sop.models import Cycle
from supply.models import (
    LeadTimeAssumption,
    OnHand,
    PurchaseOrderLine,
    ReceiptOverride,
    Sourcing,
    StockItem,
    SupplyFlag,
    SupplyItem,
    SupplyLine,
    SupplyRun,
)


@dataclass(frozen=True)
class ItemPage:
    """Everything the item page shows."""

    item: StockItem
    run: SupplyRun | None
    lines: list[SupplyLine]
    facts: SupplyItem | None
    on_hand: OnHand | None
    lanes: list[Sourcing]
    lead_times: list[LeadTimeAssumption]
    orders: list[PurchaseOrderLine]
    flags: list[SupplyFlag]
    overrides: dict[date, ReceiptOverride]
    figure: dict[str, Any] | None

    @property
    def versions(self) -> dict[date, int]:
        """Return the version of each overridden month."""
        return {month: row.version for month, row in self.overrides.items()}


def item_page(cycle: Cycle, item: StockItem) -> ItemPage:
    """Return one stock item's page in this cycle."""
    run = SupplyRun.objects.filter(cycle=cycle, current=True).first()
    lines = list(SupplyLine.objects.filter(run=run, item=item).order_by("bucket")) if run else []
    lanes = list(Sourcing.objects.filter(item=item).select_related("supplier").order_by("-share"))
    return ItemPage(
        item=item,
        run=run,
        lines=lines,
        facts=SupplyItem.objects.filter(run=run, item=item).first() if run else None,
        on_hand=OnHand.objects.filter(item=item, as_of__lte=cycle.bucket).order_by("-as_of").first(),
        lanes=lanes,
        lead_times=list(lead_times(item, [lane.supplier_id for lane in lanes])),
        orders=list(orders_open(item)),
        flags=list(SupplyFlag.objects.filter(cycle=cycle, item=item).exclude(state="gone").select_related("owner")),
        overrides={row.bucket: row for row in ReceiptOverride.objects.filter(cycle=cycle, item=item)},
        figure=item_figure(lines) if lines else None,
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
