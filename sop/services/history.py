"""Changing many rows at once with their versions checked and their history written, in one statement.

simple-history does not see bulk statements; whoever changes rows of a tracked table in bulk goes through here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone
from psycopg import sql

from sop.request_context import current

Row = Mapping[str, Any]
KeyValue = tuple[Any, ...]
MANY_ROWS = 500

# `given` are the rows that came in, numbered; `held` those that exist, locked by their ids in order, so that two bulk
# changes cannot wait for each other; `written` is what changed, and each of its rows is noted in the history table.
# Names of our own begin with an underscore, as no table's column does.
TAIL = sql.SQL("""
    , noted as (
        insert into {history} ({row}, history_date, history_type, history_user_id,
                               history_user_name, source, request_id, history_change_reason)
        select {row}, %s, _kind, %s, %s, %s, %s, %s from written
    )
    select {key}, {version} from written
""")
UPDATED = sql.SQL("""
    with given as (
        select * from unnest({arrays}, %s::int[]) with ordinality as g({columns}, _seen, _number)
    ), held as materialized (
        select t.id as _row, given.* from {table} t join given on {same} order by t.id for update of t
    ), updated as (
        update {table} t set {assign} from held
        where t.id = held._row and (held._seen is null or {t_version} = held._seen)
        returning {t_row}
    )
""")
INSERTED = sql.SQL("""
    , inserted as (
        insert into {table} as t ({insert_columns})
        select {insert_values} from given
        where coalesce(given._seen, 0) = 0 and _number not in (select _number from held)
        on conflict ({key}) do nothing
        returning {t_row}
    ), written as (
        select *, '~' as _kind from updated union all select *, '+' from inserted
    )
""")
ONLY_UPDATED = sql.SQL(", written as (select *, '~' as _kind from updated)")


@dataclass(frozen=True)
class BulkResult:
    """What a bulk change did: versions of the rows written (0 where not counted), and the keys not written."""

    versions: dict[KeyValue, int]
    conflicts: list[KeyValue]


def bulk_upsert_with_history(
    model: type[models.Model],
    *,
    key: Sequence[str],
    rows: Sequence[Row],
    seen: Mapping[KeyValue, int] | None = None,
    only_new: Sequence[str] = (),
    reason: str = "",
) -> BulkResult:
    """Insert or change rows by their unique `key` columns, history included, in a single statement.

    `rows` name columns (foreign keys as `x_id`), each the same ones, each key once; of a table with a `version` it is
    counted here. `seen` gives, per key, the version the person last saw (0 = no row yet): where the table holds another
    one, nothing is written and the key comes back as a conflict. Without `seen` no version is checked. Columns in
    `only_new` are written for new rows and left alone in existing ones. The caller checks rules and holds the step's
    lock; with its transaction all of it stands or falls.
    """
    return _run(model, key, rows, seen, only_new, reason, INSERTED)


def bulk_update_with_history(
    model: type[models.Model],
    *,
    key: Sequence[str],
    rows: Sequence[Row],
    seen: Mapping[KeyValue, int] | None = None,
    reason: str = "",
) -> BulkResult:
    """Change columns of existing rows by their unique `key`; keys without a row come back as conflicts.

    Columns not named keep their values. Otherwise as bulk_upsert_with_history.
    """
    return _run(model, key, rows, seen, (), reason, ONLY_UPDATED)


def _run(  # noqa: PLR0917  (private, called twice above)
    model: type[models.Model],
    key: Sequence[str],
    rows: Sequence[Row],
    seen: Mapping[KeyValue, int] | None,
    only_new: Sequence[str],
    reason: str,
    middle: sql.SQL,
) -> BulkResult:
    if not rows:
        return BulkResult({}, [])
    columns = list(rows[0])
    keys = [tuple(row[name] for name in key) for row in rows]
    if len(set(keys)) < len(keys):
        raise ValueError("A row stands twice in one bulk change.")
    versions = [None if seen is None else seen[each] for each in keys]
    arrays = [[_plain(row[name]) for row in rows] for name in columns]
    with transaction.atomic(), connection.cursor() as cursor:
        # Where the table grew since it was last analysed, the planner expects one row and would compare all with all.
        many = len(rows) > MANY_ROWS
        if many:
            cursor.execute("set local enable_nestloop = off")
        cursor.execute(_statement(model, key, columns, only_new, middle), [*arrays, versions, *_facts(), reason])
        written = {tuple(row[:-1]): int(row[-1]) for row in cursor.fetchall()}
        if many:
            cursor.execute("set local enable_nestloop to default")
    return BulkResult(written, [each for each in keys if each not in written])


def _statement(
    model: type[models.Model], key: Sequence[str], columns: Sequence[str], only_new: Sequence[str], middle: sql.SQL
) -> sql.Composed:
    fields: dict[str, models.Field[Any, Any]] = {str(field.column): field for field in model._meta.concrete_fields}
    counted = ["version"] if "version" in fields else []
    changed = [name for name in columns if name not in key and name not in only_new]
    assigned: list[sql.Composable] = [sql.SQL("{0} = held.{0}").format(sql.Identifier(name)) for name in changed]
    assigned += [sql.SQL("version = t.version + 1") for _ in counted]
    parts = {
        "arrays": sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(_type(fields[name]))) for name in columns),
        "columns": _names(columns),
        "insert_columns": _names([*columns, *counted]),
        "insert_values": sql.SQL(", ").join([_names(columns, "given"), *(sql.SQL("1") for _ in counted)]),
        "table": sql.Identifier(model._meta.db_table),
        "same": _same([fields[name] for name in key]),
        "assign": sql.SQL(", ").join(assigned),
        "key": _names(key),
        "version": sql.SQL("version" if counted else "0"),
        "t_version": sql.SQL("t.version" if counted else "0"),
        "row": _names(list(fields)),
        "t_row": _names(list(fields), "t"),
        "history": sql.Identifier(model.history.model._meta.db_table),  # type: ignore[attr-defined]
    }
    return sql.Composed([UPDATED.format(**parts), middle.format(**parts), TAIL.format(**parts)])


def _facts() -> list[Any]:
    context = current()
    user = context.user.pk if context.user else None
    return [timezone.now(), user, context.user_name, str(context.source), context.request_id]


def _same(key: "Sequence[models.Field[Any, Any]]") -> sql.Composed:
    """Return the condition that a row in the table has the key given; an empty part of a key equals an empty one.

    Arrays of one: they may hold nothing and still be equal, and unlike `is not distinct from` they can be hashed.
    """
    equal = {True: sql.SQL("array[t.{0}] = array[given.{0}]"), False: sql.SQL("t.{0} = given.{0}")}
    pairs = (equal[field.null].format(sql.Identifier(str(field.column))) for field in key)
    return sql.SQL(" and ").join(pairs)


def _names(columns: Sequence[str], table: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, name) if table else sql.Identifier(name) for name in columns)


def _type(field: "models.Field[Any, Any]") -> str:
    """Return the column's type in the database; a foreign key has its target's."""
    if isinstance(field, models.ForeignKey):
        return str(field.target_field.rel_db_type(connection))
    return str(field.db_type(connection))


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, models.Choices) else value
