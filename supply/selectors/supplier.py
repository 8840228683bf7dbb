"""One supplier's page: the regimes of its lead time, promises kept, its lanes, what was assumed and by whom."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from sop.models import Cycle, Product, Supplier
from sop.selectors.master_history import versions_of
from supply.frames.receipts import OrderLines, order_lines
from supply.models import LeadTimeAssumption, Sourcing, SupplierRecord
from supply.selectors.measured import Measured, day_said, lines_measured
from supply.selectors.supplier_figure import supplier_figure
from supply.selectors.supplier_words import Sentences, sentences
from supply.selectors.suppliers import supplier_record

LANES_SHOWN = 30
CHANGES_SHOWN = 30
BY_MACHINE = "measured from receipts"


@dataclass(frozen=True)
class Lane:
    """One product of a supplier: the lead time assumed for it and what is measured of it alone."""

    product: Product
    assumed: LeadTimeAssumption | None
    measured: Measured | None


@dataclass(frozen=True)
class SupplierPage:
    """Everything the supplier page shows."""

    supplier: Supplier
    record: SupplierRecord | None
    measured: Measured | None
    words: Sentences
    in_force: LeadTimeAssumption | None
    lanes: list[Lane]
    lanes_more: int
    assumptions: list[LeadTimeAssumption]
    changes: list[Any]
    seen: str  # the lead times shown and their versions: "7:120 9:131"
    figure: dict[str, Any] | None = field(repr=False, default=None)

    def take(self, product_code: str) -> dict[str, Any]:
        """Return what the form holds when the measured lead time is taken, of the supplier or of one product."""
        lanes = {lane.product.code: lane.measured for lane in self.lanes}
        one = lanes.get(product_code) if product_code else self.measured
        if one is None or one.present is None:
            return {}
        lead, since = one.present.lead, day_said(one.present.first)
        reason = f"Measured: {lead.receipts} receipts of orders since {since}."
        return {"mean_days": f"{lead.mean_days:.1f}", "sd_days": f"{lead.sd_days:.1f}", "reason": reason}


def supplier_page(cycle: Cycle, supplier: Supplier) -> SupplierPage:
    """Return one supplier's page, measured on the first day of the plan.

    Versions are read before the values they stand for: a change in between is then a conflict, and not lost.
    """
    stated = _stated(supplier)
    seen = versions_of(LeadTimeAssumption, list(stated.values_list("pk", flat=True)))
    assumptions = list(stated)
    found = order_lines(cycle.bucket, supplier_id=supplier.pk, each_product=True)
    whole = found.get((supplier.pk, None))
    measured = None if whole is None else lines_measured(whole, cycle.bucket)
    by_product = {product: lines for (_, product), lines in found.items() if product is not None}
    general = [row for row in assumptions if row.product_id is None]
    lanes, more = _lanes(cycle, assumptions, by_product)
    return SupplierPage(
        supplier=supplier,
        record=supplier_record(cycle, supplier),
        measured=measured,
        words=sentences(measured),
        in_force=_in_force(cycle, general),
        lanes=lanes,
        lanes_more=more,
        assumptions=assumptions,
        changes=_changes(supplier),
        seen=" ".join(f"{row}:{at}" for row, at in seen.items()),
        figure=supplier_figure(cycle.bucket, measured, general) if measured and measured.regimes else None,
    )


def products_sold(supplier: Supplier) -> QuerySet[Product]:
    """Return what is bought from a supplier, or was given a lead time of its own there."""
    bought = Sourcing.objects.filter(supplier=supplier).values("item__product")
    stated = LeadTimeAssumption.objects.filter(supplier=supplier, product__isnull=False).values("product")
    return Product.objects.filter(pk__in=bought) | Product.objects.filter(pk__in=stated)


def _stated(supplier: Supplier) -> QuerySet[LeadTimeAssumption]:
    found = LeadTimeAssumption.objects.filter(supplier=supplier).select_related("product")
    return found.order_by("product__code", "-valid_from")


def _lanes(
    cycle: Cycle, assumptions: list[LeadTimeAssumption], by_product: dict[int, OrderLines]
) -> tuple[list[Lane], int]:
    """Return the lanes shown, those with a lead time of their own first, then most lines first; and how many more."""
    own: dict[int, list[LeadTimeAssumption]] = {}
    for row in assumptions:
        if row.product_id is not None:
            own.setdefault(row.product_id, []).append(row)
    order = sorted(own.keys() | by_product.keys(), key=lambda each: (each not in own, -_count(by_product.get(each))))
    products = Product.objects.in_bulk(order[:LANES_SHOWN])
    lanes = [
        Lane(
            products[product],
            _in_force(cycle, own.get(product, [])),
            lines_measured(by_product[product], cycle.bucket) if product in by_product else None,
        )
        for product in order[:LANES_SHOWN]
    ]
    return lanes, len(order) - len(lanes)


def _count(lines: OrderLines | None) -> int:
    return 0 if lines is None else len(lines.placed)


def _in_force(cycle: Cycle, assumptions: list[LeadTimeAssumption]) -> LeadTimeAssumption | None:
    known = [row for row in assumptions if row.valid_from <= cycle.bucket]
    return max(known, key=lambda row: row.valid_from, default=None)


def _changes(supplier: Supplier) -> list[Any]:
    """Return what people stated, latest first; what a run measured is nobody's opinion."""
    found = LeadTimeAssumption.history.filter(supplier_id=supplier.pk).exclude(history_change_reason=BY_MACHINE)
    return list(found.select_related("product").order_by("-history_id")[:CHANGES_SHOWN])
