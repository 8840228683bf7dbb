"""What a file's lines point at: rows that exist, rows to be created, and what is neither."""

from psycopg import sql

from sop.importing.spec import Link
from sop.services.import_stage import Stage, default_of, model_columns, names, run


def links_find(stage: Stage) -> None:
    """Find the rows every link points at, give ids to those that are to be created, note those that are not there."""
    for number, link in enumerate(stage.table.links):
        if link.model is not stage.table.model:
            _link_find(stage, number, link)


def unused_links_drop(stage: Stage) -> None:
    """Create nothing that only faulty lines point at; later links may need what earlier ones create."""
    links = stage.table.links
    for number in reversed(stage.new_rows):
        field = links[number].field
        users = [sql.SQL("select {} as id from import_good").format(sql.Identifier(field))]
        for later in range(number + 1, len(links)):
            for target, sources in (links[later].create or {}).items():
                if field in sources and later in stage.new_rows:
                    users.append(
                        sql.SQL("select {} from {} where is_new").format(
                            sql.Identifier(f"fill_{target}"), sql.Identifier(f"import_link_{later}")
                        )
                    )
        stage.new_rows[number] -= run(
            """update {name} n set is_new = false
               where is_new and not exists (select from ({users}) u where u.id = n.id)""",
            name=sql.Identifier(f"import_link_{number}"),
            users=sql.SQL(" union all ").join(users),
        )


def _link_find(stage: Stage, number: int, link: Link) -> None:
    name = sql.Identifier(f"import_link_{number}")
    by = list(link.by.items())
    creates = stage.creates(link)
    fills = [
        sql.SQL("(array_agg({value} order by row) filter (where {value} is not null))[1] as {name}").format(
            value=sql.SQL("coalesce({})").format(names(sources)), name=sql.Identifier(f"fill_{target}")
        )
        for target, sources in (link.create or {}).items()
        if creates
    ]
    same = sql.SQL(" and ").join(
        sql.SQL("t.{} = g.{}").format(sql.Identifier(target), sql.Identifier(source)) for target, source in by
    )
    run(
        """create temp table {name} on commit drop as
           select g.*, t.id, false as is_new
           from (select {select} from import_lines where {given} group by {sources}) g
           left join {table} t on {same}""",
        name=name,
        select=sql.SQL(", ").join([names([source for _, source in by]), *fills]),
        sources=names([source for _, source in by]),
        given=_given(link),
        table=sql.Identifier(link.model._meta.db_table),
        same=same,
    )
    if creates:
        stage.new_rows[number] = _ids_give(name, link)
        _quarrels_note(stage, name, link)
    _lines_join(name, link)


def _ids_give(name: sql.Identifier, link: Link) -> int:
    """Give ids to what is to be created; what lacks a needed value stays without."""
    fields = model_columns(link.model)
    needed = [each for each in link.create or {} if not fields[each].null and default_of(fields[each]) is None]
    present = [sql.SQL("{} is not null").format(sql.Identifier(f"fill_{each}")) for each in needed]
    return run(
        "update {name} set id = nextval(pg_get_serial_sequence({table}, 'id')), is_new = true where {missing}",
        name=name,
        table=sql.Literal(link.model._meta.db_table),
        missing=sql.SQL(" and ").join([sql.SQL("id is null"), *present]),
    )


def _lines_join(name: sql.Identifier, link: Link) -> None:
    """Add the link's id to every line."""
    run(
        "create temp table import_next on commit drop as select l.*, k.id as {field} from import_lines l "
        "left join {name} k on {same}",
        field=sql.Identifier(link.field),
        name=name,
        same=_same_line(link),
    )
    run("drop table import_lines")
    run("alter table import_next rename to import_lines")


def _quarrels_note(stage: Stage, name: sql.Identifier, link: Link) -> None:
    """Warn where rows of the file give one new thing different names, families or owners: the first counts."""
    for sources in (link.create or {}).values():
        run(
            """insert into import_faults
               select min(l.row), {column}, concat_ws(' / ', {key}), format('has several values of %s', {other}),
                      format('The new one among the %s takes the first, in row %s.', {plural}, min(l.row)), false
               from import_lines l join {name} k on {same} where k.is_new
               group by {key} having count(distinct {value}) > 1""",
            column=sql.Literal(" + ".join(stage.named(each) for each in link.by.values())),
            other=sql.Literal(stage.named(sources[0].removesuffix("_id"))),
            key=names(link.by.values(), "l"),
            plural=sql.Literal(link.plural),
            name=name,
            same=_same_line(link),
            value=sql.SQL("coalesce({})").format(names(sources, "l")),
        )


def _same_line(link: Link) -> sql.Composed:
    return sql.SQL(" and ").join(sql.SQL("l.{0} = k.{0}").format(sql.Identifier(source)) for source in link.by.values())


def _given(link: Link) -> sql.Composed:
    return sql.SQL(" and ").join(sql.SQL("{} is not null").format(sql.Identifier(each)) for each in link.by.values())
