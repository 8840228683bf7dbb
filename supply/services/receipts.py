"""Planned receipts set by hand: a month's number in place of the calculated one, and its undoing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from sop.constants import StepKind
from sop.engine.months import month_list
from sop.models import Cycle, User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.selectors.cycle import company_moment
from sop.services.cycle import step_edit_lock
from sop.services.whole import whole
from supply.models import ReceiptOverride
from supply.services.replan import replanning


@dataclass(frozen=True)
class ReceiptCell:
    """A month's receipts as somebody wants them: None gives the month back to the calculation.

    `version` is the one last seen; 0 = nobody had set the month yet.
    """

    bucket: date
    quantity: Decimal | None
    version: int


@transaction.atomic
def receipts_set(
    *, user: User, cycle_id: int, item_id: int, cells: Sequence[ReceiptCell], reason: str
) -> list[ReceiptOverride]:
    """Set the planned receipts of some months of a stock item, all or none; a newer number in one raises Conflict."""
    cycle = _edit(user, cycle_id)
    if not reason.strip():
        raise Refused("Say why: the next planner will ask.")
    months = set(month_list(cycle.bucket, cycle.horizon_months))
    for cell in cells:
        if cell.bucket not in months:
            raise Refused(f"{cell.bucket:%b %Y} is outside the plan.")
        if cell.quantity is not None and cell.quantity < 0:
            raise Refused(f"{cell.bucket:%b %Y}: {_number(cell.quantity)} is below zero; receipts cannot be.")
    held = _held(cycle, item_id, [cell.bucket for cell in cells])
    for cell in cells:
        if (held[cell.bucket].version if cell.bucket in held else 0) != cell.version:
            raise Conflict(_clash(held.get(cell.bucket), cell.bucket))
    rows = [
        held.get(cell.bucket) or ReceiptOverride(cycle=cycle, item_id=item_id, bucket=cell.bucket, version=0)
        for cell in cells
    ]
    with replanning(cycle, lambda: [item_id]), whole():  # two first numbers at once: there was no row to lock yet
        for row, cell in zip(rows, cells, strict=True):
            row.quantity = cell.quantity
            _save(row, user, reason.strip())
    return rows


@transaction.atomic
def receipt_undo(*, user: User, cycle_id: int, history_id: int) -> ReceiptOverride:
    """Take back the last change of a month's planned receipts; undoing an undo brings the number back.

    A change that was followed by another raises Conflict: that one is undone first.
    """
    cycle = _edit(user, cycle_id)
    change = ReceiptOverride.history.filter(cycle_id=cycle_id, history_id=history_id).first()
    if change is None:
        raise Refused("This change is not there.")
    row = _held(cycle, change.item_id, [change.bucket])[change.bucket]
    if row.version != change.version:
        raise Conflict(_clash(row, change.bucket))
    before = ReceiptOverride.history.filter(id=row.pk, version=change.version - 1).first()
    row.quantity = before.quantity if before else None
    with replanning(cycle, lambda: [row.item_id]):
        _save(row, user, f"Undone: {change.reason}"[:200])
    return row


def _held(cycle: Cycle, item_id: int, months: Sequence[date]) -> dict[date, ReceiptOverride]:
    """Return the rows there are, locked, in an order two planners share."""
    found = ReceiptOverride.objects.select_for_update(of=("self",)).filter(cycle=cycle, item_id=item_id)
    return {row.bucket: row for row in found.filter(bucket__in=months).order_by("bucket")}


def _save(row: ReceiptOverride, user: User, reason: str) -> None:
    row.version += 1
    row.reason, row.changed_by, row.changed_at = reason, user, timezone.now()
    row._change_reason = reason  # type: ignore[attr-defined]
    row.save()


def _clash(row: ReceiptOverride | None, bucket: date) -> str:
    if row is None:
        return f"Nobody has set the planned receipts of {bucket:%b %Y}; look at the page again."
    who, when = row.changed_by.name if row.changed_by else "Somebody", company_moment(row.changed_at)
    if row.quantity is None:
        return f"{who} gave {bucket:%b %Y} back to the calculation {when}, after you opened the page."
    return f"{who} changed {bucket:%b %Y} to {_number(row.quantity)} {when}, after you opened the page."


def _number(quantity: Decimal) -> str:
    return f"{quantity.normalize():,f}"


def _edit(user: User, cycle_id: int) -> Cycle:
    if not user.has_perm("supply.plan_supply"):
        raise NotAllowed("Only supply planners change the supply plan.")
    return step_edit_lock(cycle_id=cycle_id, kind=StepKind.SUPPLY).cycle
