"""Write a plan to its table, with history, in three statements: whole or, in the caller's transaction, not at all."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from psycopg import sql

from sop.importing.spec import Link
from sop.request_context import current
from sop.services.import_plan import plan_columns
from sop.services.import_stage import Stage, column_type, default_of, model_columns, names, run
from sop.services.table import statistics_refresh


def tables_lock(stage: Stage) -> None:
    """Keep everybody else from writing to the tables until the end; reading goes on. Always in the same order."""
    for name in sorted(model._meta.db_table for model in tables_written(stage)):
        run("lock table {name} in share row exclusive mode", name=sql.Identifier(name))


def tables_written(stage: Stage) -> set[type[models.Model]]:
    """Return the table the file is for and those whose missing rows it may create."""
    return {stage.table.model, *(link.model for link in stage.table.links if stage.creates(link))}


def plan_write(stage: Stage, reason: str) -> None:
    """Create what is pointed at and missing, then insert, update and remove rows; each with a row of history."""
    for number, link in enumerate(stage.table.links):
        if stage.new_rows.get(number):
            _linked_write(number, link, reason)
    columns = plan_columns(stage)
    _insert(
        stage.table.model,
        {each: sql.Identifier(each) for each in columns},
        sql.SQL("import_plan where change = '+'"),
    )
    _update(stage)
    if stage.table.whole:
        run("delete from {table} t using import_plan p where p.id = t.id and p.change = '-'", table=stage.model_table)
    _history(stage.table.model, sql.SQL("import_plan"), sql.SQL("p.change"), reason)
    statistics_refresh(*tables_written(stage))


def _linked_write(number: int, link: Link, reason: str) -> None:
    name = sql.Identifier(f"import_link_{number}")
    values: dict[str, sql.Composable] = {target: sql.Identifier(source) for target, source in link.by.items()}
    values |= {target: sql.Identifier(f"fill_{target}") for target in link.create or {}}
    lines = sql.SQL("{} where is_new").format(name)
    _insert(link.model, values, lines)
    added = sql.SQL("(select id, '+' as change from {})").format(lines)
    _history(link.model, added, sql.SQL("p.change"), reason)


def _insert(model: Any, values: Mapping[str, sql.Composable], lines: sql.Composable) -> None:
    """Insert rows with the file's values, the table's defaults where it has none."""
    every: dict[str, sql.Composable] = {"id": sql.Identifier("id")}
    for column, model_field in model_columns(model).items():
        default = default_of(model_field)
        if column in values:
            options = [values[column], *([sql.Literal(default)] if default is not None else [])]
            every[column] = sql.SQL("coalesce({})").format(sql.SQL(", ").join(options))
        elif default is not None:
            every[column] = sql.SQL("{}::{}").format(sql.Literal(default), column_type(model_field))
    run(
        "insert into {table} ({columns}) select {values} from {lines}",
        table=sql.Identifier(model._meta.db_table),
        columns=names(every),
        values=sql.SQL(", ").join(every.values()),
        lines=lines,
    )


def _update(stage: Stage) -> None:
    changed = [each for each in stage.written() if each not in stage.table.key]
    if not changed:
        return
    run(
        "update {table} t set {assign} from import_plan p where p.id = t.id and p.change = '~'",
        table=stage.model_table,
        assign=sql.SQL(", ").join(sql.SQL("{0} = p.{0}").format(sql.Identifier(each)) for each in changed),
    )


def _history(model: Any, plan: sql.Composable, kind: sql.Composable, reason: str) -> None:
    """Write the rows added and changed, as they are now, to the table's history."""
    history = getattr(model, "history", None)
    if history is None:
        return
    context = current()
    kept = model_columns(history.model)
    columns = [each for each in model_columns(model) if each in kept]
    facts = (context.user.pk if context.user else None, context.user_name, str(context.source), context.request_id)
    run(
        """insert into {history} ({columns}, history_date, history_type, history_user_id, history_user_name, source,
                                  request_id, history_change_reason)
           select {values}, now(), {kind}, {facts} from {table} t join {plan} p on p.id = t.id
           where {kind} in ('+', '~')""",
        history=sql.Identifier(history.model._meta.db_table),
        columns=names(columns),
        values=names(columns, "t"),
        kind=kind,
        facts=sql.SQL(", ").join(map(sql.Literal, (*facts, reason))),
        table=sql.Identifier(model._meta.db_table),
        plan=plan,
    )
