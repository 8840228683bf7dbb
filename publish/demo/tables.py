"""Bulk writing with history: small tables as objects, whole tables by COPY."""

from collections.abc import Iterable
from typing import Any, TypeVar

import pandas as pd
from django.db import connection, models
from django.utils import timezone
from psycopg import sql

from sop.request_context import current
from sop.services.table import copying

Row = TypeVar("Row", bound=models.Model)


def create(rows: Iterable[Row]) -> list[Row]:
    """Insert objects of one model in one statement, with history where the model keeps it; return them with keys."""
    found = list(rows)
    if not found:
        return []
    model = type(found[0])
    first = _last_key(model)
    made = model._default_manager.bulk_create(found, batch_size=2000)
    history_write(model, after=first)
    return made


def copy(model: type[models.Model], frame: pd.DataFrame) -> None:
    """Insert a frame by COPY, with history where the model keeps it; columns are the table's, NaN means empty."""
    first = _last_key(model)
    statement = sql.SQL("copy {} ({}) from stdin with (format csv)").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(str(name)) for name in frame.columns)
    )
    text = frame.to_csv(index=False, header=False, lineterminator="\n")
    with copying(statement) as sink:
        sink.write(text)
    history_write(model, after=first)


def history_write(
    model: type[models.Model], *, after: int = 0, change: str = "+", keys: list[int] | None = None
) -> None:
    """Write one history row per row of the model with a key above `after` (or in `keys`): who, when, from where."""
    if not hasattr(model, "history"):
        return
    context, history = current(), model.history.model
    statement = sql.SQL("""
        insert into {history} ({columns}, history_date, history_type, history_user_id, history_user_name, source,
                               request_id)
        select {columns}, %s, %s, %s, %s, %s, %s from {table} where {chosen} order by id
    """).format(
        history=sql.Identifier(history._meta.db_table),
        columns=sql.SQL(", ").join(sql.Identifier(field.column) for field in history.tracked_fields),
        table=sql.Identifier(model._meta.db_table),
        chosen=sql.SQL("id > %s" if keys is None else "id = any(%s)"),
    )
    user = context.user.pk if context.user else None
    facts: list[Any] = [timezone.now(), change, user, context.user_name, str(context.source), context.request_id]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*facts, after if keys is None else keys])


def keys_by(model: type[models.Model], field: str = "code") -> dict[str, int]:
    """Return primary keys by a field's value."""
    return dict(model._default_manager.values_list(field, "pk"))


def _last_key(model: type[models.Model]) -> int:
    if not isinstance(model._meta.pk, models.AutoField):
        return 0
    return model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
