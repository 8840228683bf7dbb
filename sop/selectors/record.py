"""Whether history tells the truth: the database's notes against history, history against the rows, guards in place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from sop.constants import APPEND_ONLY_TABLES, NUMBER_TABLES, SEALED_TABLES
from sop.sql import record

NAMED = 20  # faults named per table and kind; more of the same say nothing new
DONE = {"+": "added", "~": "changed", "-": "removed"}


@dataclass(frozen=True)
class RecordFault:
    """One thing that does not fit: in which table, and what in a sentence."""

    table: str
    sentence: str


def history_tables() -> dict[str, str]:
    """Return the history table of each tracked table."""
    return {
        model._meta.db_table: model.history.model._meta.db_table
        for model in apps.get_models()
        if hasattr(model, "history")
    }


def guards_wanted() -> dict[str, dict[str, str]]:
    """Return each guarded table with the statements that make its triggers, by the trigger's name."""
    closed = (*APPEND_ONLY_TABLES, *history_tables().values())
    wanted = dict.fromkeys(closed, record.REFUSE_TRIGGERS) | dict.fromkeys(NUMBER_TABLES, record.NOTE_TRIGGERS)
    return wanted | dict.fromkeys(SEALED_TABLES, record.REFUSE_TRIGGERS | record.SEALED_TRIGGERS)


@transaction.atomic
def record_faults() -> list[RecordFault]:
    """Return everything that does not fit, at most NAMED of each kind per table; empty when history is whole."""
    faults = _guard_faults()
    history = history_tables()
    with connection.cursor() as cursor:
        cursor.execute("set local timezone = 'UTC'")  # the notes' hashes are over times in UTC
        for table in NUMBER_TABLES:
            names = {"table": sql.Identifier(table), "history": sql.Identifier(history[table])}
            values: dict[str, Any] = {"table": table, "extra": list(record.HISTORY_COLUMNS), "limit": NAMED}
            cursor.execute(sql.SQL(record.UNMATCHED).format(**names), values)
            faults += [RecordFault(table, _unmatched(*row)) for row in cursor.fetchall()]
            cursor.execute(sql.SQL(record.DIFFERENT).format(**names), values)
            faults += [RecordFault(table, _different(*row)) for row in cursor.fetchall()]
    return faults


def _guard_faults() -> list[RecordFault]:
    """Return the guards that are missing or switched off."""
    with connection.cursor() as cursor:
        cursor.execute(record.TRIGGERS)
        enabled = {(table, name): on for table, name, on in cursor.fetchall()}
    return [
        RecordFault(table, f"The guard {name} is {'switched off' if (table, name) in enabled else 'missing'}.")
        for table, triggers in guards_wanted().items()
        for name in triggers
        if not enabled.get((table, name))
    ]


def _unmatched(  # noqa: PLR0917  (one row of the query)
    row: int,
    kind: str,
    noted_at: datetime | None,
    role: str | None,
    number: int | None,
    told_at: datetime | None,
    who: str | None,
) -> str:
    if noted_at is not None:
        where = f"by database role {role} in transaction {number}"
        return f"Row {row} was {DONE[kind]} on {noted_at:%d %b %Y %H:%M:%S} UTC {where}, and history does not tell it."
    return (
        f"History tells that {who or 'somebody'} {DONE[kind]} row {row} on {told_at:%d %b %Y %H:%M:%S} UTC, "
        "and the database did not see it."
    )


def _different(row: int, exists: bool, last: str | None) -> str:
    if last is None:
        return f"Row {row} has no history at all."
    if not exists:
        return f"Row {row} is gone, and history does not tell it."
    if last == "-":
        return f"Row {row} is there, and history tells that it was removed."
    return f"Row {row} holds other values than its last line of history."
