"""What a file would change: its rows with the ids of those that exist or new ones; added, changed, same, removed."""

from typing import Any

from psycopg import sql

from sop.services.import_faults import link_unknown_note, needed_note
from sop.services.import_stage import Stage, column_type, default_of, model_columns, rows, run

ADDED, CHANGED, SAME, REMOVED = "+", "~", "=", "-"


def plan_make(stage: Stage) -> None:
    """Make import_plan from the good lines; rows that turn out wrong on the way are noted and left out."""
    _rows_make(stage)
    _self_links_find(stage)
    if not stage.table.fold:
        needed_note(stage)
        for name in ("import_rows", "import_good"):
            wrong = "delete from {name} r using import_faults f where f.row = r.row and f.blocks"
            run(wrong, name=sql.Identifier(name))
    _compare(stage)
    if stage.table.whole:
        _removed_find(stage)


def plan_counts() -> dict[str, int]:
    """Return how many rows would be added, changed, left the same, removed."""
    found = dict(rows("select change, count(*) from import_plan group by change"))
    words = {"added": ADDED, "changed": CHANGED, "same": SAME, "removed": REMOVED}
    return {word: found.get(change, 0) for word, change in words.items()}


def plan_notes(stage: Stage) -> list[str]:
    """Return what the person should know of the rows that would change: sums that become less than they are."""
    said = []
    for name in stage.table.growing if stage.mapping.add_up else ():
        [(count, less)] = rows(
            """select count(*), coalesce(sum(t.{column} - p.{column}), 0)
               from import_plan p join {table} t on t.id = p.old_id where p.{column} < t.{column}""",
            column=sql.Identifier(name),
            table=stage.model_table,
        )
        if count:
            said.append(
                f"{stage.table.column(name).label} becomes less than it is in {count:,} row{'s' if count > 1 else ''}, "
                f"by {less.normalize():,f} in all. Does the file begin with the first order of its months?"
            )
    return said


def _rows_make(stage: Stage) -> None:
    """Make import_rows: one row per row of the table, with the id of the one that exists or a new one."""
    lines: sql.Composable = sql.SQL("import_good")
    if stage.table.fold:
        lines = sql.SQL("({})").format(sql.SQL(stage.table.fold).format(lines=lines))
    run(
        """create temp table import_rows on commit drop as
           select r.*, t.id as old_id, coalesce(t.id, nextval(pg_get_serial_sequence({name}, 'id'))) as id
           from {lines} r left join {table} t on {same}""",
        name=sql.Literal(stage.table.model._meta.db_table),
        lines=lines,
        table=stage.model_table,
        same=sql.SQL(" and ").join(_same(stage, column) for column in stage.table.key),
    )
    run("analyze import_rows")


def _same(stage: Stage, column: str) -> sql.Composed:
    """Compare a key column; an empty one meets an empty one (and stays hashable, for speed)."""
    model_field = model_columns(stage.table.model)[column]
    if not model_field.null:
        default = sql.Literal(default_of(model_field))
        return sql.SQL("t.{0} = coalesce(r.{0}, {1})").format(sql.Identifier(column), default)
    return sql.SQL("coalesce(t.{0}, 0) = coalesce(r.{0}, 0)").format(sql.Identifier(column))


def _self_links_find(stage: Stage) -> None:
    """Find links within the table itself, to rows that exist or come in the same file."""
    for link in stage.table.links:
        if link.model is not stage.table.model:
            continue
        target, source = next(iter(link.by.items()))
        run(
            """create temp table import_next on commit drop as
               select r.*, k.id as {field} from import_rows r
               left join (select {target}, id from {table} union select {target}, id from import_rows) k
               on k.{target} = r.{source}""",
            field=sql.Identifier(link.field),
            target=sql.Identifier(target),
            table=stage.model_table,
            source=sql.Identifier(source),
        )
        run("drop table import_rows")
        run("alter table import_next rename to import_rows")
        link_unknown_note(stage, link, sql.Identifier("import_rows"))


def _compare(stage: Stage) -> None:
    written = stage.written()
    fields = model_columns(stage.table.model)
    values = [
        sql.SQL("{} as {}").format(_value(stage, column, fields[column]), sql.Identifier(column))
        for column in _insertable(stage, written)
    ]
    differs = [
        sql.SQL("t.{0} is distinct from p.{0}").format(sql.Identifier(column))
        for column in written
        if column not in stage.table.key
    ]
    run(
        """create temp table import_plan on commit drop as
           select p.*, case when p.old_id is null then '+' when {differs} then '~' else '=' end as change
           from (select r.row, r.id, r.old_id, {values} from import_rows r
                 left join {table} t on t.id = r.old_id) p
           left join {table} t on t.id = p.old_id""",
        differs=sql.SQL(" or ").join(differs) if differs else sql.SQL("false"),
        values=sql.SQL(", ").join(values),
        table=stage.model_table,
    )


def _removed_find(stage: Stage) -> None:
    """Add the rows that exist and the file does not name."""
    run(
        """insert into import_plan (id, old_id, change) select t.id, t.id, {removed} from {table} t
           where not exists (select from import_plan p where p.id = t.id)""",
        removed=sql.Literal(REMOVED),
        table=stage.model_table,
    )


def _insertable(stage: Stage, written: list[str]) -> list[str]:
    """Return the columns a new row gets a value for from the file: those mapped and those that have a stand-in."""
    stand_ins = [each.name for each in stage.table.columns if each.instead and each.name not in written]
    return [*written, *stand_ins]


def _value(stage: Stage, column: str, model_field: Any) -> sql.Composed:
    """Return the value a row is to have: the file's, else a stand-in, else the table's default."""
    spec = next((each for each in stage.table.columns if each.name == column), None)
    options: list[sql.Composable] = [sql.Identifier("r", column)]
    if spec is not None and spec.instead:
        options += [sql.Identifier("t", column), sql.Identifier("r", spec.instead)]
    elif (default := default_of(model_field)) is not None:
        options.append(sql.Literal(default))
    return sql.SQL("coalesce({})::{}").format(sql.SQL(", ").join(options), column_type(model_field))


def plan_columns(stage: Stage) -> list[str]:
    """Return the columns import_plan decides."""
    return _insertable(stage, stage.written())
