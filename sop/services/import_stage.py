"""A file's clean rows beside the tables they are meant for: temporary tables of one transaction, whole steps in SQL.

import_lines: the file's rows with what they point at · import_faults: what is wrong · import_link_N: each distinct
thing pointed at · import_rows: rows of the table, added up where several lines make one · import_plan: what would
change. Nothing here writes to a lasting table.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import NOT_PROVIDED
from psycopg import sql

from sop.importing.mapping import ColumnMapping
from sop.importing.spec import Column, Kind, Link, Table
from sop.services.table import copying

TYPES = {
    Kind.DECIMAL: "numeric",
    Kind.INTEGER: "bigint",
    Kind.DATE: "date",
    Kind.MONTH: "date",
    Kind.BOOLEAN: "boolean",
}
NAMES = ("import_lines", "import_faults", "import_good", "import_rows", "import_plan", "import_next")
MAX_LINKS = 12


@dataclass
class Stage:
    """One file on its way into one table."""

    table: Table
    mapping: ColumnMapping
    new_rows: dict[int, int] = field(default_factory=dict)  # link number -> rows to be created

    @property
    def model_table(self) -> sql.Identifier:
        """Return the table's name."""
        return sql.Identifier(self.table.model._meta.db_table)

    def creates(self, link: Link) -> bool:
        """Return whether missing rows of a link are created."""
        return link.create is not None and (not link.asked or link.field in self.mapping.create)

    def named(self, column: str) -> str:
        """Return what the person calls the column: its heading, or its label where it is not mapped."""
        source = self.mapping.columns.get(column)
        return source.named if source else self.table.column(column).label

    def is_mapped(self, name: str) -> bool:
        """Return whether the file says anything about a column or a link."""
        link = next((each for each in self.table.links if each.field == name), None)
        if link is not None:
            return all(self.is_mapped(each) for each in link.by.values())
        return name in self.mapping.columns

    def written(self) -> list[str]:
        """Return the table's columns that the file decides."""
        columns = model_columns(self.table.model)
        if self.table.fold:
            return [name for name in columns if name != "id"]
        named = {*(each.name for each in self.table.columns), *(each.field for each in self.table.links)}
        return [name for name in columns if name in named and self.is_mapped(name)]


def model_columns(model: Any) -> dict[str, Any]:
    """Return a model's fields by the name of their column."""
    return {each.column: each for each in model._meta.concrete_fields}


def column_type(model_field: Any) -> sql.SQL:
    """Return a column's type in the database; a foreign key has its target's."""
    target = model_field.target_field if model_field.is_relation else model_field
    return sql.SQL(target.rel_db_type(connection) if model_field.is_relation else target.db_type(connection))


def default_of(model_field: Any) -> Any:
    """Return what an empty cell, or a column the file does not have, becomes; None = empty."""
    if model_field.null or (model_field.default is NOT_PROVIDED and not model_field.empty_strings_allowed):
        return None
    return model_field.to_python(model_field.get_default())


def run(statement: str, params: list[Any] | None = None, **parts: sql.Composable) -> int:
    """Run one statement with names and values put in safely; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**parts), params)
        return int(cursor.rowcount)


def rows(statement: str, params: list[Any] | None = None, **parts: sql.Composable) -> list[tuple[Any, ...]]:
    """Return a query's rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**parts), params)
        return list(cursor.fetchall())


def names(columns: Any, table: str = "") -> sql.Composed:
    """Return column names with commas between."""
    return sql.SQL(", ").join(sql.Identifier(table, each) if table else sql.Identifier(each) for each in columns)


def lines_copy(stage: Stage, folder: Path) -> None:
    """Copy what the reading process wrote into import_lines and import_faults."""
    for name in (*NAMES, *(f"import_link_{number}" for number in range(MAX_LINKS))):
        run("drop table if exists pg_temp.{name}", name=sql.Identifier(name))
    typed = [sql.SQL("{} {}").format(sql.Identifier(each.name), sql.SQL(_type(each))) for each in stage.table.columns]
    run(
        "create temp table import_lines (row integer, fine boolean, {columns}) on commit drop",
        columns=sql.SQL(", ").join(typed),
    )
    run("""create temp table import_faults
        (row integer, "column" text, value text, what text, cure text, blocks boolean) on commit drop""")
    _copy("import_lines", folder / "rows.csv")
    _copy("import_faults", folder / "faults.csv")
    run("analyze import_lines")


def good_lines_keep() -> None:
    """Make import_good: the lines nothing is wrong with."""
    run("""create temp table import_good on commit drop as
        select l.* from import_lines l
        where fine and not exists (select from import_faults f where f.row = l.row and f.blocks)""")
    run("analyze import_good")


def _copy(name: str, path: Path) -> None:
    statement = f"copy {name} from stdin with (format csv)"
    with path.open("rb") as file, copying(statement) as copy:
        while piece := file.read(2**20):
            copy.write(piece)


def _type(column: Column) -> str:
    return TYPES.get(column.kind, "text")
