"""How one source's columns become a table's: which heading, which constant, how dates and numbers are written."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sop.importing import dates, numbers
from sop.importing.spec import Column, Kind, Table
from sop.refusals import Refused

JOINER = " "
MAX_JOINED = 4
MAX_WORDS = 20


class MappingRefused(Refused):
    """The columns are not mapped so that the file can be read."""


@dataclass(frozen=True)
class From:
    """Where one column's values come from: headings of the file (joined when several), or one constant for all rows."""

    headings: tuple[str, ...] = ()
    constant: str = ""
    order: str = ""  # of day and month in this column; empty = as in the whole file
    yes: tuple[str, ...] = ()  # texts that mean yes

    def as_json(self) -> dict[str, Any]:
        """Return what is said, nothing of what is not."""
        return {key: list(said) if isinstance(said, tuple) else said for key, said in vars(self).items() if said}

    @property
    def named(self) -> str:
        """Return what the person sees as this column."""
        return " + ".join(self.headings) if self.headings else f"constant {self.constant!r}"


@dataclass(frozen=True)
class ColumnMapping:
    """Everything a person says about a source's files. Empty `decimal` and `order` are found out from the file."""

    columns: Mapping[str, From] = field(default_factory=dict)
    joiner: str = JOINER
    decimal: str = ""
    order: str = ""
    empty: tuple[str, ...] = ()  # texts that mean an empty cell, beside the empty cell itself
    create: tuple[str, ...] = ()  # links whose missing rows may be created
    add_up: bool = False  # several rows of the file make one row here (order lines of a month)

    def as_json(self) -> dict[str, Any]:
        """Return what is stored and shown to programs."""
        columns = {name: source.as_json() for name, source in self.columns.items()}
        rest = {"joiner": self.joiner, "decimal": self.decimal, "order": self.order, "add_up": self.add_up}
        return {"columns": columns, **rest, "empty": list(self.empty), "create": list(self.create)}


def mapping_read(data: object, table: Table) -> ColumnMapping:
    """Return the mapping a JSON object describes; raise MappingRefused naming what does not fit the table."""
    if not isinstance(data, dict):
        raise MappingRefused("A mapping is a JSON object with the columns in it.")
    unknown = set(data) - {"columns", "joiner", "decimal", "order", "empty", "create", "add_up"}
    if unknown:
        raise MappingRefused(f"A mapping has no {', '.join(sorted(map(repr, unknown)))}.")
    columns = data.get("columns", {})
    if not isinstance(columns, dict):
        raise MappingRefused("The mapping's columns are an object: target column -> where it comes from.")
    names = {column.name for column in table.columns}
    strange = sorted(str(name) for name in columns if name not in names)
    if strange:
        raise MappingRefused(f"{table.label} has no column {strange[0]!r}; it has {', '.join(sorted(names))}.")
    mapping = ColumnMapping(
        columns={name: _from(name, value) for name, value in columns.items()},
        joiner=_text(data.get("joiner", JOINER)),
        decimal=_one_of(data.get("decimal", ""), numbers.STYLE_LABELS, "decimal"),
        order=_one_of(data.get("order", ""), dates.ORDER_LABELS, "order"),
        empty=_words(data.get("empty", ())),
        create=_words(data.get("create", ())),
        add_up=data.get("add_up") is True,
    )
    allowed = {link.field for link in table.links if link.create is not None and link.asked}
    if set(mapping.create) - allowed:
        raise MappingRefused(f"{table.label} creates nothing but {', '.join(sorted(allowed)) or 'its own rows'}.")
    return mapping


def mapping_check(mapping: ColumnMapping, table: Table, headings: Sequence[str]) -> None:
    """Raise MappingRefused unless every required column has a source and every heading named is in the file."""
    for column in table.columns:
        source = mapping.columns.get(column.name)
        if source is None and column.required:
            raise MappingRefused(f"{column.label} is needed: choose the column it comes from, or a constant.")
        missing = [heading for heading in (source.headings if source else ()) if heading not in headings]
        if missing:
            raise MappingRefused(f"The file has no column {missing[0]!r}, from which {column.label} is to come.")


def mapping_propose(table: Table, headings: Iterable[str]) -> ColumnMapping:
    """Return the mapping the headings suggest: a column's name, label or alias, however it is spelt."""
    known = {_plain(heading): heading for heading in reversed(list(headings)) if _plain(heading)}
    found: dict[str, From] = {}
    taken: set[str] = set()
    for column in table.columns:
        for name in (column.name, column.label, *column.aliases):
            heading = known.get(_plain(name))
            if heading is not None and heading not in taken:
                found[column.name] = From(headings=(heading,))
                taken.add(heading)
                break
    return ColumnMapping(columns=found)


def date_columns(mapping: ColumnMapping, columns: Iterable[Column]) -> list[Column]:
    """Return the mapped columns that hold days or months."""
    return [each for each in columns if each.kind in {Kind.DATE, Kind.MONTH} and each.name in mapping.columns]


def _from(name: str, value: object) -> From:
    """Return a column's source; a plain text is a heading."""
    if isinstance(value, str):
        return From(headings=(value,))
    if not isinstance(value, dict) or set(value) - {"headings", "constant", "order", "yes"}:
        raise MappingRefused(f"{name}: say the heading, or give headings, constant, order or yes.")
    source = From(
        headings=_words(value.get("headings", ())),
        constant=_text(value.get("constant", "")).strip(),
        order=_one_of(value.get("order", ""), dates.ORDER_LABELS, "order"),
        yes=_words(value.get("yes", ())),
    )
    if not source.headings and not source.constant:
        raise MappingRefused(f"{name} comes from nowhere: name a heading or a constant.")
    if len(source.headings) > MAX_JOINED:
        raise MappingRefused(f"{name} joins {len(source.headings)} columns; {MAX_JOINED} can be joined.")
    return source


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_WORDS:
        raise MappingRefused(f"A list of at most {MAX_WORDS} texts is expected.")
    return tuple(_text(word) for word in value)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 200 or "\0" in value:
        raise MappingRefused("A text of at most 200 letters is expected.")
    return value


def _one_of(value: object, choices: Mapping[str, str], what: str) -> str:
    if value and value not in choices:
        raise MappingRefused(f"{what} is one of {', '.join(choices)}.")
    return str(value or "")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
