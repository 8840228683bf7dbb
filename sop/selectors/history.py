"""What was changed in every table people edit, newest first: one union over the history tables, in a person's scope.

Three kinds of queries whatever the page holds: which lines (one), their values before and after (one), the names of
what they point at (one per table pointed at).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from psycopg import sql

from sop.models import User
from sop.selectors.history_words import Change, Line, Values, change_of, names_of
from sop.selectors.scope import customers_visible
from sop.selectors.tracked import Tracked, tracked_tables, tracked_visible

PAGE_LINES = 50

LINES = """
    select {code} as code, h.history_id, h.history_date, h.history_type, h.history_user_name, h.source, h.request_id,
           coalesce(h.history_change_reason, '')
    from {history} h where {conditions}
    order by h.history_date desc, h.history_id desc limit {limit}
"""
VALUES = """
    select {code}, h.history_id, to_jsonb(h)::text, (
        select to_jsonb(p)::text from {history} p
        where p.id = h.id and p.history_id < h.history_id order by p.history_id desc limit 1
    )
    from {history} h where h.history_id = any({ids})
"""


@dataclass(frozen=True)
class HistoryFilter:
    """Which changes are asked for; empty = all. `before` is where the page before ended."""

    table: str = ""
    user_id: int | None = None
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None  # not included
    words: str = ""  # in a reason or a note
    request_id: str = ""
    before: tuple[datetime, str, int] | None = None


@dataclass(frozen=True)
class HistoryPage:
    """One page of changes, and where the next one begins (None = there are no older ones)."""

    changes: list[Change]
    next_before: tuple[datetime, str, int] | None


def history_page(user: User, asked: HistoryFilter, *, lines: int = PAGE_LINES) -> HistoryPage:
    """Return the newest changes this person may see that are asked for."""
    tables = [table for table in tracked_visible(user) if not asked.table or table.code == asked.table]
    if not tables:
        return HistoryPage([], None)
    own = _own_customers(user)
    branches = [sql.SQL("({})").format(_branch(table, asked, own, lines + 1)) for table in tables]
    every = "select * from ({}) every order by history_date desc, code, history_id desc limit {}"
    union = sql.SQL(every).format(sql.SQL(" union all ").join(branches), sql.Literal(lines + 1))
    with connection.cursor() as cursor:
        cursor.execute(union)
        found = [Line(*row) for row in cursor.fetchall()]
    shown = found[:lines]
    last = shown[-1] if len(found) > lines else None
    return HistoryPage(_told(shown), (last.at, last.code, last.history_id) if last else None)


def history_all(user: User, asked: HistoryFilter, *, limit: int, lines: int = 1000) -> Iterator[Change]:
    """Yield up to `limit` changes, a thousand at a time."""
    left = limit
    while left > 0:
        page = history_page(user, asked, lines=min(lines, left))
        yield from page.changes
        if page.next_before is None:
            return
        left -= len(page.changes)
        asked = HistoryFilter(**(vars(asked) | {"before": page.next_before}))


def _own_customers(user: User) -> list[int] | None:
    """Return the customers a person is bound to, None for who sees all."""
    if user.has_perm("sop.view_all_customers"):
        return None
    return list(customers_visible(user).values_list("pk", flat=True))


def _branch(table: Tracked, asked: HistoryFilter, own: list[int] | None, limit: int) -> sql.Composed:
    return sql.SQL(LINES).format(
        code=sql.Literal(table.code),
        history=sql.Identifier(table.history),
        conditions=sql.SQL(" and ").join(_conditions(table, asked, own)),
        limit=sql.Literal(limit),
    )


def _conditions(table: Tracked, asked: HistoryFilter, own: list[int] | None) -> list[sql.Composable]:
    """Return what a line of one table must meet: scope first, then what is asked for, then after the page before."""
    wanted: list[sql.Composable] = [sql.SQL("true")]
    if own is not None and table.customer:
        # A row without a customer (a list price, a family's assumption) is for everybody.
        mine = "({0} is null or {0} = any({1}))"
        wanted.append(sql.SQL(mine).format(sql.SQL(table.customer), sql.Literal(own)))
    simple = {
        "h.history_user_id = {}": asked.user_id,
        "h.source = {}": asked.source,
        "h.history_date >= {}": asked.since,
        "h.history_date < {}": asked.until,
        "h.request_id = {}": asked.request_id,
    }
    wanted += [sql.SQL(text).format(sql.Literal(value)) for text, value in simple.items() if value]
    if asked.words:
        places = sql.SQL(", ").join(sql.Identifier("h", name) for name in ("history_change_reason", *table.reasons))
        found = "strpos(lower(concat_ws(' ', {})), lower({})) > 0"
        wanted.append(sql.SQL(found).format(places, sql.Literal(asked.words)))
    if asked.before:
        wanted.append(_after(table.code, *asked.before))
    return wanted


def _after(code: str, at: datetime, last_code: str, last_id: int) -> sql.Composed:
    """Return what comes after a line in the page's order: time downwards, then table, then number downwards."""
    if code == last_code:
        return sql.SQL("(h.history_date, h.history_id) < ({}, {})").format(sql.Literal(at), sql.Literal(last_id))
    same_time = sql.SQL("<=" if code > last_code else "<")
    return sql.SQL("h.history_date {} {}").format(same_time, sql.Literal(at))


def _told(lines: Sequence[Line]) -> list[Change]:
    """Return the lines with what changed, in words."""
    tables = tracked_tables()
    values = _values(lines)
    names = names_of([(tables[line.code], *values[line.code, line.history_id]) for line in lines])
    return [change_of(tables[line.code], line, *values[line.code, line.history_id], names) for line in lines]


def _values(lines: Sequence[Line]) -> dict[tuple[str, int], tuple[Values, Values]]:
    """Return, per line, the row after the change and before it (empty for its first line)."""
    tables, by_table = tracked_tables(), dict[str, list[int]]()
    for line in lines:
        by_table.setdefault(line.code, []).append(line.history_id)
    if not by_table:
        return {}
    parts = [
        sql.SQL(VALUES).format(
            code=sql.Literal(code), history=sql.Identifier(tables[code].history), ids=sql.Literal(ids)
        )
        for code, ids in by_table.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" union all ").join(parts))
        rows = cursor.fetchall()
    return {(code, number): (_read(after), _read(before)) for code, number, after, before in rows}


def _read(text: str | None) -> Values:
    values: Values = json.loads(text, parse_float=Decimal) if text else {}
    return values
