"""The supply plan as a file."""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from sop.exports import Cell, csv_lines
from sop.models import Cycle, User
from supply.constants import ShareRule
from supply.models import SupplyLane, SupplyLine, SupplyRun
from supply.selectors.customer_needs import CustomerNeed, CustomerNeeds
from supply.selectors.customer_shares import customer_shares
from supply.selectors.customer_sight import Narrowed
from supply.selectors.filter_choices import chosen_words, filter_choices
from supply.selectors.item_filter import ItemFilter, items_chosen
from supply.selectors.workbench import ANYTHING, run_current

HEAD = (
    "Family", "Product", "Location", "Month", "Opening", "Demand", "Open receipts", "Planned receipts",
    "Orders to place", "Shipped", "Lost", "Backlog", "Closing", "Safety stock", "Excess", "Inventory value",
    "Purchases value", "Orders by supplier",
)  # fmt: skip
COLUMNS = (
    "item__product__family__code", "item__product__code", "item__location__code", "bucket", "opening", "demand",
    "open_receipts", "planned_receipts", "releases", "shipped", "lost", "backlog", "closing", "safety_stock", "excess",
    "inventory_value", "purchases_value",
)  # fmt: skip
CUSTOMERS_HEAD = (
    *("Family", "Product", "Customer", "Location", "Month", "Asked", "Can be delivered", "Short"),
    "Money short",
)


def supply_csv(cycle: Cycle, user: User, chosen: ItemFilter = ANYTHING) -> Iterator[str]:
    """Yield the supply plan of the stock items a filter leaves as CSV, headed by cycle, run, time and the filter."""
    run = run_current(cycle)
    only = "; ".join(f"{each.word}: {each.value}" for each in chosen_words(chosen, filter_choices(cycle)))
    preamble: list[tuple[Cell, ...]] = [
        ("Supply plan", str(cycle)),
        ("Calculated", run.created_at.isoformat(timespec="seconds") if run else "not yet"),
        ("Written", timezone.now().isoformat(timespec="seconds")),
        ("For", user.name),
        ("Stock items", only or "all"),
    ]
    lines = SupplyLine.objects.filter(run=run)
    if chosen.asked:
        lines = lines.filter(item__in=items_chosen(cycle, chosen))
    rows = lines.order_by("item_id", "bucket").values_list(*COLUMNS, _by_supplier(run))
    return csv_lines(preamble, HEAD, rows.iterator(chunk_size=5000))


def _by_supplier(run: SupplyRun | None) -> Any:
    """Return what is ordered from each supplier of a stock item with several: "NORTHGATE 60; SOUTHGATE 40"."""
    if not SupplyLane.objects.filter(run=run).exists():
        return Value("")
    mine = SupplyLane.objects.filter(run=OuterRef("run"), item=OuterRef("item"), bucket=OuterRef("bucket"))
    text = TextField()
    words = Concat(Cast("supplier__code", text), Value(" ", text), Cast("releases", text), output_field=text)
    each = mine.order_by().values("run").annotate(words=StringAgg(words, "; ", ordering="supplier__code"))
    return Coalesce(Subquery(each.values("words")), Value("", text))


def customers_csv(cycle: Cycle, user: User, rule: ShareRule, narrowed: Narrowed) -> Iterator[str]:
    """Yield what customers ask and what can be delivered as CSV: the rows this person sees, every month of the plan."""
    run = run_current(cycle)
    preamble: list[tuple[Cell, ...]] = [
        ("Who goes short", str(cycle)),
        ("Calculated", run.created_at.isoformat(timespec="seconds") if run else "not yet"),
        ("Shared by", rule.label),
        ("Written", timezone.now().isoformat(timespec="seconds")),
        ("For", user.name),
    ]
    needs = CustomerNeeds(narrowed.of(customer_shares(run, user, rule))) if run else ()
    return csv_lines(preamble, CUSTOMERS_HEAD, (_need_row(need) for need in needs))


def _need_row(need: CustomerNeed) -> tuple[Cell, ...]:
    where = (need.family, need.product, need.customer, need.location, need.bucket)
    return (*where, need.asked, need.delivered, need.short, need.money)
