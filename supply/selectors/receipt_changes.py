"""Who set which planned receipts of a stock item, and what can be undone."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from supply.models import ReceiptOverride, StockItem

SHOWN = 20


@dataclass(frozen=True)
class ReceiptChange:
    """One change of one month: who, when, why, from what to what (None = calculated); the last one can be undone."""

    history_id: int
    at: datetime
    who: str
    bucket: date
    before: Decimal | None
    after: Decimal | None
    reason: str
    last: bool


def receipt_changes(cycle_id: int, item: StockItem) -> list[ReceiptChange]:
    """Return the latest changes of a stock item's planned receipts in a cycle, the newest first."""
    rows = list(
        ReceiptOverride.history.filter(cycle_id=cycle_id, item_id=item.pk, history_type__in=("+", "~")).order_by(
            "-history_id"
        )
    )
    held = {(row.bucket, row.version): row.quantity for row in rows}
    newest: set[date] = set()
    found = []
    for row in rows:
        found.append(
            ReceiptChange(
                history_id=row.history_id,
                at=row.history_date,
                who=row.history_user_name or "The system",
                bucket=row.bucket,
                before=held.get((row.bucket, row.version - 1)),
                after=row.quantity,
                reason=row.reason,
                last=row.bucket not in newest,
            )
        )
        newest.add(row.bucket)
    return found[:SHOWN]
