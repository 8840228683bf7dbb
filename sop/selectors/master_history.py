"""What changed in one row of master data: its version, and each change with before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Model

HISTORY_ROWS = 30


@dataclass(frozen=True)
class Change:
    """One change in a row's history: who, when, from where, and each field's value before and after."""

    at: datetime
    who: str
    source: str
    reason: str
    kind: str  # created, changed, deleted
    fields: list[tuple[str, str, str]]


def version_of(row: Model) -> int:
    """Return the row's version: its latest entry of history, 0 where it has none."""
    latest = row.history.order_by("-history_id").values_list("history_id", flat=True).first()  # type: ignore[attr-defined]
    return int(latest or 0)


def versions_of(model: Any, ids: Sequence[int]) -> dict[int, int]:
    """Return the version of each of several rows of a table."""
    found = model.history.filter(id__in=ids).values_list("id").annotate(Max("history_id")).order_by()
    return dict(found)


def row_history(row: Model, *, after: int = 0) -> list[Change]:
    """Return a row's changes, latest first; `after` leaves out those up to a version."""
    entries = list(row.history.filter(history_id__gt=0).order_by("-history_id")[: HISTORY_ROWS + 1])  # type: ignore[attr-defined]
    changes = []
    for place, entry in enumerate(entries[:HISTORY_ROWS]):
        if entry.history_id <= after:
            break
        before = entries[place + 1] if place + 1 < len(entries) else None
        changes.append(_change(row, entry, before))
    return changes


def _change(row: Model, entry: Any, before: Any) -> Change:
    kind = {"+": "created", "~": "changed", "-": "deleted"}[entry.history_type]
    fields = []
    for field in row._meta.concrete_fields:
        if field.name == "id" or before is None or not hasattr(entry, field.attname):
            continue
        was, now = getattr(before, field.attname), getattr(entry, field.attname)
        if was != now:
            fields.append((str(field.verbose_name).capitalize(), _said(field, was), _said(field, now)))
    return Change(
        at=entry.history_date,
        who=entry.history_user_name or "The system",
        source=entry.get_source_display(),
        reason=entry.history_change_reason or "",
        kind=kind,
        fields=fields,
    )


def _said(field: Any, value: Any) -> str:
    """Return a value as people read it: what a foreign key points at, a choice's label."""
    if value is None or value == "":
        return "empty"
    if field.is_relation:
        return str(field.related_model._default_manager.filter(pk=value).first() or value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
