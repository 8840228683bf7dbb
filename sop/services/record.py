"""Installing the database's own guards: after every migration, on every table there is, so that none is forgotten."""

from django.db import connection, transaction
from psycopg import sql

from sop.constants import NUMBER_TABLES
from sop.selectors.record import guards_wanted, history_tables
from sop.sql import record


@transaction.atomic
def guards_install() -> int:
    """Create the guards that are missing and return how many; running it again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(record.REFUSE_FUNCTION)
        cursor.execute(record.SEALED_FUNCTION)
        cursor.execute(record.NOTE_FUNCTION)
        cursor.execute(record.TRIGGERS)
        there = {(table, name) for table, name, _enabled in cursor.fetchall()}
        missing = [
            sql.SQL(statement).format(table=sql.Identifier(table))
            for table, triggers in guards_wanted().items()
            for name, statement in triggers.items()
            if (table, name) not in there
        ]
        for statement in missing:
            cursor.execute(statement)
        _marks_write()
    return len(missing)


def _marks_write() -> None:
    """Note where the notes of a table begin, for tables that are new or whose columns have changed."""
    history = history_tables()
    with connection.cursor() as cursor:
        cursor.execute(record.UNMARKED, [list(NUMBER_TABLES)])
        for table, columns in cursor.fetchall():
            mark = sql.SQL(record.MARK).format(history=sql.Identifier(history[table]))
            cursor.execute(mark, [table, columns])
