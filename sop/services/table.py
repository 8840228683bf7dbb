"""Whole tables of calculated rows: written by COPY, with fresh statistics for the queries that follow."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def rows_copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows of a calculated table, values in the order of `columns`, and return how many.

    Keeps no history: rows that people edit go through `sop.services.history`.
    """
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        return int(cursor.rowcount)


def statistics_refresh(*written: type[models.Model]) -> None:
    """Tell the database how big freshly written tables are.

    Until it knows, it expects a handful of rows and compares all with all: a second becomes a minute.
    """
    names = sql.SQL(", ").join(sql.Identifier(model._meta.db_table) for model in written)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("analyze {}").format(names))
