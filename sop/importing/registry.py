"""The tables that take files; each app registers its own when it loads."""

from dataclasses import replace

from sop.importing.spec import Column, Kind, Table
from sop.refusals import Refused

CODE_LENGTH = 64  # of master data

_tables: dict[str, Table] = {}


class NoSuchTable(Refused):
    """There is no table of that name files can be brought into."""

    status = 404


def register(table: Table) -> None:
    """Make a table known; lengths and digits come from its fields, so that they are said once."""
    fields = {each.name: each for each in table.model._meta.concrete_fields}
    columns = tuple(_with_limits(column, fields.get(column.name)) for column in table.columns)
    _tables[table.name] = replace(table, columns=columns)


def table_of(name: str) -> Table:
    """Return a table by name; raise NoSuchTable naming those there are."""
    if name not in _tables:
        raise NoSuchTable(f"There is no table {name!r}; files go into {', '.join(sorted(_tables))}.")
    return _tables[name]


def tables() -> list[Table]:
    """Return every table, in the order the apps registered them: what others need comes first."""
    return list(_tables.values())


def _with_limits(column: Column, model_field: object) -> Column:
    length = getattr(model_field, "max_length", None)
    if length and column.kind in {Kind.CODE, Kind.TEXT}:
        return replace(column, max_length=length)
    places = getattr(model_field, "decimal_places", None)
    if places is not None and column.kind == Kind.DECIMAL:
        return replace(column, decimals=places, digits=getattr(model_field, "max_digits", 0) - places)
    if column.kind == Kind.CODE:
        return replace(column, max_length=CODE_LENGTH)
    if column.kind == Kind.INTEGER:
        return replace(column, decimals=0, digits=9)
    return column
