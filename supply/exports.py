"""The supply plan as a file."""

from collections.abc import Iterator

from django.utils import timezone

from sop.exports import Cell, csv_lines
from sop.models import Cycle, User
from supply.models import SupplyLine
from supply.selectors.workbench import run_current

HEAD = (
    "Family", "Product", "Location", "Month", "Opening", "Demand", "Open receipts", "Planned receipts",
    "Orders to place", "Shipped", "Lost", "Backlog", "Closing", "Safety stock", "Excess", "Inventory value",
    "Purchases value",
)  # fmt: skip
COLUMNS = (
    "item__product__family__code", "item__product__code", "item__location__code", "bucket", "opening", "demand",
    "open_receipts", "planned_receipts", "releases", "shipped", "lost", "backlog", "closing", "safety_stock", "excess",
    "inventory_value", "purchases_value",
)  # fmt: skip


def supply_csv(cycle: Cycle, user: User) -> Iterator[str]:
    """Yield the cycle's supply plan as CSV, headed by cycle, run and time."""
    run = run_current(cycle)
    preamble: list[tuple[Cell, ...]] = [
        ("Supply plan", str(cycle)),
        ("Calculated", run.created_at.isoformat(timespec="seconds") if run else "not yet"),
        ("Written", timezone.now().isoformat(timespec="seconds")),
        ("For", user.name),
    ]
    rows = SupplyLine.objects.filter(run=run).order_by("item_id", "bucket").values_list(*COLUMNS)
    return csv_lines(preamble, HEAD, rows.iterator(chunk_size=5000))
