"""What only the tables can tell about a file: unknown codes, the same key twice, things that contradict each other."""

from difflib import get_close_matches

from psycopg import sql

from sop.importing.spec import Link, Table
from sop.services.import_stage import Stage, default_of, model_columns, names, rows, run

SUGGEST_FOR = 40  # distinct unknown codes that get the nearest existing one as a cure
SUGGEST_FROM = 20_000  # existing codes compared; more would take long
NEAR = 0.6


def unknown_note(stage: Stage) -> None:
    """Note every line that points at something that does not exist and is not to be created."""
    for number, link in enumerate(stage.table.links):
        if link.model is not stage.table.model:
            link_unknown_note(stage, link, sql.Identifier("import_lines"))
            _suggest(stage, number, link)


def link_unknown_note(stage: Stage, link: Link, lines: sql.Identifier) -> None:
    """Note the lines whose link is named and not found; what only describes new rows matters on their lines alone."""
    texts = _texts(stage.table, link.field)
    given = sql.SQL(" and ").join(sql.SQL("{} is not null").format(sql.Identifier(each)) for each in link.by.values())
    run(
        """insert into import_faults select row, {column}, concat_ws(' / ', {texts}), {what}, {cure}, true
           from {lines} where {given} and {field} is null and {matters}""",
        column=sql.Literal(stage.named(texts[0])),
        texts=names(texts),
        what=sql.Literal(f"is not among the {link.plural}"),
        cure=sql.Literal(_cure(stage, link)),
        lines=lines,
        given=given,
        field=sql.Identifier(link.field),
        matters=_matters(stage, link),
    )


def _matters(stage: Stage, link: Link) -> sql.Composable:
    """Return where a link is needed: everywhere if the table keeps it, else where what it describes is new."""
    if link.field in model_columns(stage.table.model):
        return sql.SQL("true")
    described = [
        sql.SQL("({field} is null or {field} in (select id from {found} where is_new))").format(
            field=sql.Identifier(other.field), found=sql.Identifier(f"import_link_{number}")
        )
        for number, other in enumerate(stage.table.links)
        if any(link.field in sources for sources in (other.create or {}).values())
    ]
    return sql.SQL("({})").format(sql.SQL(" or ").join(described)) if described else sql.SQL("true")


def repeats_note(stage: Stage) -> None:
    """Note rows that say the same key twice: both where they differ, for neither may win silently.

    Of rows alike in every column the first counts; the others repeat it and can be left out without losing anything.
    """
    table = stage.table
    if table.fold and stage.mapping.add_up:
        key = [name for name in table.line_key if name in stage.mapping.columns]
    else:
        key = list(table.fold_key if table.fold else table.key)
    if not key:
        return
    texts = list(dict.fromkeys(text for each in key for text in _texts(table, each)))
    run(
        """insert into import_faults
           select row, {column}, value,
                  format(case when alike then 'repeats row %s' else 'says the same as row %s' end, other),
                  case when alike then {leave} else {keep} end, true
           from (select row, value, copy, count(*) over same as times,
                        count(*) filter (where copy = 1) over same = 1 as alike,
                        case row_number() over same_in_order when 1 then nth_value(row, 2) over whole
                             else first_value(row) over whole end as other
                 from (select *, concat_ws(' / ', {texts}) as value,
                              row_number() over (partition by {all} order by row) as copy
                       from import_lines where {given}) l
                 window same as (partition by {key}), same_in_order as (partition by {key} order by row),
                        whole as (partition by {key} order by row
                                  rows between unbounded preceding and unbounded following)) t
           where times > 1 and (copy > 1 or not alike)""",
        column=sql.Literal(stage.named(texts[0])),
        leave=sql.Literal("Leave it out: it says nothing new."),
        keep=sql.Literal("Keep one of the two rows."),
        all=names(dict.fromkeys([*key, *(each.name for each in table.columns)])),
        texts=names(texts),
        key=names(key),
        given=sql.SQL(" and ").join(
            sql.SQL("{} is not null").format(sql.Identifier(each)) for each in _needed(table, key)
        ),
    )


def checks_note(stage: Stage) -> None:
    """Note the rows in which two columns contradict each other."""
    for check in stage.table.checks:
        run(
            """insert into import_faults select row, {column}, {value}::text, {what}, {cure}, {blocks}
               from import_lines where {when}""",
            column=sql.Literal(stage.named(check.column)),
            value=sql.Identifier(check.column),
            what=sql.Literal(check.what),
            cure=sql.Literal(check.cure),
            blocks=sql.Literal(check.blocks),
            when=sql.SQL(check.when),
        )


def needed_note(stage: Stage) -> None:
    """Note new rows without a value that only existing rows can do without."""
    for column in stage.table.columns:
        if not column.needed_new:
            continue
        run(
            """insert into import_faults select row, {column}, concat_ws(' / ', {texts}), {what}, {cure}, true
               from import_rows where old_id is null and {name} is null""",
            column=sql.Literal(stage.named(column.name)),
            texts=names([text for each in stage.table.key for text in _texts(stage.table, each)]),
            what=sql.Literal(f"is new and has no {column.label.lower()}"),
            cure=sql.Literal(f"Give {column.label.lower()} in the row, or as a constant with the columns."),
            name=sql.Identifier(column.name),
        )


def _cure(stage: Stage, link: Link) -> str:
    if link.create is None:
        return f"Correct it, or bring the {link.plural} in first."
    if not stage.creates(link):
        return f"Correct it, or allow with the columns that missing {link.plural} are created."
    fields = model_columns(link.model)
    needed = [
        stage.table.column(source).label.lower()
        for target, sources in link.create.items()
        if not fields[target].null and default_of(fields[target]) is None
        for source in _texts(stage.table, sources[0])
    ]
    return f"To create it, {' and '.join(needed) or 'more'} must be known: map a column or a constant."


def _suggest(stage: Stage, number: int, link: Link) -> None:
    """Put the nearest existing code into the cure of unknown codes, as far as there are not too many."""
    if len(link.by) != 1:
        return
    target, source = next(iter(link.by.items()))
    missing = [
        text
        for (text,) in rows(
            "select {source} from {link} where id is null order by 1 limit {limit}",
            source=sql.Identifier(source),
            link=sql.Identifier(f"import_link_{number}"),
            limit=sql.Literal(SUGGEST_FOR),
        )
    ]
    if not missing:
        return
    known = [str(code) for code in link.model.objects.values_list(target, flat=True).order_by(target)[:SUGGEST_FROM]]
    lower = {code.lower(): code for code in known}
    for text in missing:
        near = get_close_matches(text.lower(), lower, n=1, cutoff=NEAR)
        if near:
            run(
                'update import_faults set cure = {cure} || cure where "column" = {column} and value = {value}',
                cure=sql.Literal(f"Did you mean {lower[near[0]]}? "),
                column=sql.Literal(stage.named(source)),
                value=sql.Literal(text),
            )


def _texts(table: Table, name: str) -> list[str]:
    """Return the file's columns behind a column or a link, down to what the person typed."""
    link = next((each for each in table.links if each.field == name), None)
    if link is None:
        return [name]
    return [text for each in link.by.values() for text in _texts(table, each)]


def _needed(table: Table, key: list[str]) -> list[str]:
    """Return those of the key's columns without which a row has no key."""
    required = {column.name for column in table.columns if column.required}
    return [each for each in key if all(text in required for text in _texts(table, each))] or key
