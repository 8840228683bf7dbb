"""The family sheet as a file."""

from collections.abc import Iterator

from django.utils import timezone

from reconcile.models import ScenarioRun
from reconcile.selectors import scenario_base, scenario_run
from reconcile.selectors.sheet import family_sheet
from sop.exports import Cell, csv_lines
from sop.models import Cycle, Family, User

HEAD = (
    "Family", "Month", "Demand", "Supply", "Shipped", "Lost", "Closing inventory", "Safety stock", "Revenue",
    "Cost of goods sold", "Inventory value", "Purchases value", "Lost revenue", "Lost margin", "Budget revenue",
)  # fmt: skip


def sheet_csv(cycle: Cycle, user: User) -> Iterator[str]:
    """Yield the base plan by family and month as CSV, headed by cycle, run and time."""
    base = scenario_base(cycle)
    run = scenario_run(base) if base else None
    preamble: list[tuple[Cell, ...]] = [
        ("Family sheet", str(cycle)),
        ("Calculated", run.created_at.isoformat(timespec="seconds") if run else "not yet"),
        ("Written", timezone.now().isoformat(timespec="seconds")),
        ("For", user.name),
    ]
    return csv_lines(preamble, HEAD, _rows(run) if run else ())


def _rows(run: ScenarioRun) -> Iterator[tuple[Cell, ...]]:
    for pk, code in Family.objects.order_by("code").values_list("pk", "code"):
        for m in family_sheet(run, pk):
            quantities = (m.demand, m.receipts, m.shipped, m.lost, m.closing, m.safety_stock)
            money = (m.revenue, m.cogs, m.inventory_value, m.purchases_value, m.lost_revenue, m.lost_margin)
            budget = "" if m.budget is None else round(m.budget, 2)
            yield (code, m.bucket, *(round(q, 3) for q in quantities), *(round(v, 2) for v in money), budget)
