"""Whole tables of calculated rows: written by COPY, with fresh statistics for the queries that follow."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from psycopg import Copy, sql


@contextmanager
def copying(statement: str | sql.Composable) -> Iterator[Copy]:
    """Open a COPY whose errors are Django's own, as those of every other statement.

    Django passes the driver's errors of `copy` on as they are: a database that restarts in the middle would then look
    like a fault in the program instead of trouble that passes.
    """
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield copy


def rows_copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows of a calculated table, values in the order of `columns`, and return how many.

    Keeps no history: rows that people edit go through `sop.services.history`.
    """
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    written = 0
    with copying(statement) as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
    return written


def statistics_refresh(*written: type[models.Model]) -> None:
    """Tell the database how big freshly written tables are.

    Until it knows, it expects a handful of rows and compares all with all: a second becomes a minute.
    """
    names = sql.SQL(", ").join(sql.Identifier(model._meta.db_table) for model in written)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("analyze {}").format(names))
