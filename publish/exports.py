"""The published plan as a file: the same bytes a year later and after a restore."""

from collections.abc import Iterator

from publish.models import PublishedPlan
from publish.seal import FIELDS
from publish.selectors import lines
from publish.selectors.seals import heading
from sop.exports import Cell, csv_lines, xlsx_bytes
from sop.models import User

HEAD = (
    "Product",
    "Location",
    "Customer",
    "Family",
    "Region",
    "Month",
    "Demand, units",
    "Revenue",
    "Receipts, units",
    "Closing inventory, units",
    "Cost of goods sold",
    "Inventory value",
    "Purchases value",
)


def preamble(plan: PublishedPlan, *, whole: bool) -> list[tuple[Cell, ...]]:
    """Return the facts every export states: cycle, version, time, approvers, seal; and whether it is the whole plan."""
    signed = "; ".join(f"{a['name']} ({a['function']})" for a in plan.approvers)
    facts: list[tuple[Cell, ...]] = [
        ("Plan", str(plan.cycle)),
        ("Version", plan.version),
        ("Published", plan.published_at.isoformat(timespec="seconds")),
        ("Published by", plan.published_by_name),
        ("Approved by", signed),
        ("Currency", plan.currency),
        ("Seal (SHA-256)", plan.seal),
        ("Sealed heading", heading(plan).text()),
    ]
    if not whole:
        facts.append(("Part of the plan", "Only the customers you may see; the seal covers the whole plan."))
    return facts


def plan_csv(plan: PublishedPlan, user: User) -> Iterator[str]:
    """Yield the plan's lines this person may see as CSV."""
    return csv_lines(preamble(plan, whole=_whole(user)), HEAD, _rows(plan, user))


def plan_xlsx(plan: PublishedPlan, user: User) -> bytes:
    """Return the plan's lines this person may see as a workbook."""
    whole = _whole(user)
    return xlsx_bytes("Plan", preamble(plan, whole=whole), HEAD, _rows(plan, user), created=plan.published_at)


def _rows(plan: PublishedPlan, user: User) -> Iterator[tuple[Cell, ...]]:
    return lines(plan, user).values_list(*FIELDS).iterator(chunk_size=5000)


def _whole(user: User) -> bool:
    return user.has_perm("sop.view_all_customers")
