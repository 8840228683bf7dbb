"""Files of gathering demand: every layer of every row a person sees, and the corrections of history."""

from collections.abc import Iterator
from datetime import UTC
from math import isnan
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from demand.models import ChangeSet
from demand.selectors.change_sets import LogCell, log_cells_all
from demand.selectors.cleansing import Narrowed, cleansing_found, cleansing_listed
from demand.selectors.layers import layers
from demand.selectors.series import series_visible
from demand.selectors.upload_sheet import sheet_head, sheet_rows
from sop.exports import Cell, csv_lines, xlsx_bytes
from sop.models import Cycle, User

HEAD = ("Family", "Product", "Customer", "Location", "Month", "Baseline", "Sales", "Consensus", "Same month last year")

CLEANSING_HEAD = (
    *("Family", "Product", "Customer", "Location", "Month", "Kind", "Raw", "Proposed", "Cleaned", "State"),
    *("Decided by", "Decided at (UTC)", "Note", "Why", "Units", "Money"),
)
LOG_HEAD = (
    *("When (UTC)", "Who", "What", "Scope", "Product", "Customer", "Location", "Month", "Layer", "From", "To"),
    *("Reason", "Note", "Source", "Request", "Change"),
)


def demand_csv(cycle: Cycle, user: User) -> Iterator[str]:
    """Yield the demand plan as CSV, headed by cycle and time."""
    preamble: list[tuple[Cell, ...]] = [
        ("Demand plan", str(cycle)),
        ("Written", timezone.now().isoformat(timespec="seconds")),
        ("For", user.name),
    ]
    return csv_lines(preamble, HEAD, _rows(cycle, user))


def plan_xlsx(cycle: Cycle, user: User) -> bytes:
    """Return the person's own rows x the plan's months as a workbook that can be uploaded again."""
    return xlsx_bytes("Demand", [], sheet_head(cycle), sheet_rows(cycle, user), created=timezone.now())


def cleansing_csv(cycle: Cycle, user: User, narrowed: Narrowed) -> Iterator[str]:
    """Yield the corrections a filter shows as CSV, headed by cycle and time, largest first."""
    preamble: list[tuple[Cell, ...]] = [
        ("Cleansing of history", str(cycle)),
        ("Written", timezone.now().isoformat(timespec="seconds")),
        ("For", user.name),
    ]
    return csv_lines(preamble, CLEANSING_HEAD, _corrections(cycle, user, narrowed))


def _corrections(cycle: Cycle, user: User, narrowed: Narrowed) -> Iterator[tuple[Cell, ...]]:
    rows = cleansing_listed(cleansing_found(user, narrowed), on=cycle.bucket).select_related("series__product__family")
    row: Any  # with what cleansing_listed adds
    for row in rows.iterator(chunk_size=2000):
        of = row.series
        yield (
            *(of.product.family.code, of.product.code, of.customer.code, of.location.code, row.bucket),
            *(row.get_kind_display(), row.raw, row.proposed, row.cleaned),
            "By rule" if row.by_rule else row.get_state_display(),
            row.decided_by.name if row.decided_by else "",
            row.decided_at.isoformat(timespec="seconds") if row.decided_at else "",
            *(row.note, row.why, row.units, row.money),
        )


def _rows(cycle: Cycle, user: User) -> Iterator[tuple[Cell, ...]]:
    found = list(
        series_visible(user)
        .order_by("product__code", "customer__code", "location__code")
        .values_list("pk", "product__family__code", "product__code", "customer__code", "location__code")
    )
    plan = layers(cycle, series_ids=[row[0] for row in found])
    for at, (_, family, product, customer, location) in enumerate(found):
        for column, month in enumerate(plan.months):
            numbers = (layer[at, column] for layer in (plan.baseline, plan.sales, plan.consensus, plan.naive))
            yield (
                family,
                product,
                customer,
                location,
                month,
                *(None if isnan(n) else round(float(n), 3) for n in numbers),
            )


def change_log_csv(cycle: Cycle, user: User, found: QuerySet[ChangeSet]) -> Iterator[str]:
    """Yield the cells of changes as CSV, a line a cell; a change that wrote no cell has one line with its totals."""
    preamble: list[tuple[Cell, ...]] = [
        ("History of changes of demand", str(cycle)),
        ("Written", timezone.now().isoformat(timespec="seconds")),
        ("For", user.name),
        ("From and to are empty where the cell is at the layer below it",),
    ]
    return csv_lines(preamble, LOG_HEAD, (_log_row(change, cell) for change, cell in log_cells_all(user, found)))


def _log_row(change: ChangeSet, cell: LogCell | None) -> tuple[Cell, ...]:
    what = (change.get_action_display(), change.scope)
    if cell is None:
        start = (change.at.astimezone(UTC).isoformat(timespec="seconds"), change.user_name)
        numbers = (change.total_before, change.total_after)
        why = (change.get_reason_display(), change.note, change.get_source_display(), change.request_id)
        return (*start, *what, "", "", "", "", "", *numbers, *why, str(change.pk))
    start = (cell.at.astimezone(UTC).isoformat(timespec="seconds"), cell.who)
    where = (cell.product_code, cell.customer, cell.location, cell.bucket, cell.layer)
    told = (cell.reason, cell.note, cell.source, cell.request_id)
    return (*start, *what, *where, cell.before, cell.after, *told, str(change.pk))
