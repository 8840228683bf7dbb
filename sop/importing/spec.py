"""What a table that takes files looks like: its columns, how they are read, what they point at, what must hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How the text of a cell is understood."""

    CODE = "code"
    TEXT = "text"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    MONTH = "month"
    BOOLEAN = "boolean"
    CHOICE = "choice"


NUMBERS = (Kind.DECIMAL, Kind.INTEGER)
DATES = (Kind.DATE, Kind.MONTH)


@dataclass(frozen=True)
class Column:
    """One column a file may bring. What is named like a column of the table is written to it; the rest helps others."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False  # every row needs it
    needed_new: bool = False  # a row that does not exist yet needs it
    instead: str = ""  # the column whose value a new row takes where this one is empty
    aliases: tuple[str, ...] = ()  # headings other systems give it
    choices: tuple[tuple[str, str], ...] = ()  # code and label
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    max_length: int = 200  # this and the next two are taken from the table's field of the same name, where there is one
    digits: int = 13  # before the decimals
    decimals: int = 6
    months_ahead: int = 240  # a date later than this many months from now is a slip
    help: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what the reading process needs to know."""
        return {**self.__dict__, "kind": self.kind.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Column":
        """Return the column `as_json` described."""
        choices = tuple((code, label) for code, label in data["choices"])
        return cls(**{**data, "kind": Kind(data["kind"]), "aliases": tuple(data["aliases"]), "choices": choices})


@dataclass(frozen=True)
class Link:
    """A foreign key found by what the file says; rows of the other table may be created where they are missing.

    `by` gives, per column of the other table, the file's column (or an earlier link's field) that names it.
    `create` gives what else a new row is filled with: column of the other table -> file columns, first with a value
    wins. None = never created. `asked` says whether the person must allow it; a mere combination is made unasked.
    """

    field: str  # family_id
    model: Any
    by: Mapping[str, str]
    plural: str  # "families", for the person who allows it
    create: Mapping[str, tuple[str, ...]] | None = None
    asked: bool = True
    permission: str = "sop.edit_master_data"  # to create a missing row


@dataclass(frozen=True)
class RowCheck:
    """Something that must not be: an SQL condition over the file's row, and what to tell the person."""

    when: str
    column: str
    what: str
    cure: str
    blocks: bool = True  # False = the row is taken, the person is warned


@dataclass(frozen=True)
class Table:
    """One table that takes files. `key` are the columns by which a row of the file meets the row that exists."""

    name: str
    label: str
    model: Any
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    permission: str
    links: tuple[Link, ...] = ()
    checks: tuple[RowCheck, ...] = ()
    help: str = ""
    # SQL that adds up the file's rows (`{lines}`, one per row that is right) to rows of the table.
    fold: str = ""
    fold_key: tuple[str, ...] = ()  # file columns that must not repeat where one row of the file is one row here
    line_key: tuple[str, ...] = ()  # and where several rows of the file are added up
    growing: tuple[str, ...] = ()  # columns whose sum a later file is not expected to lower: where it does, it is said
    # A file is all there is: rows it does not name are removed. Only for tables without history, which hold a state.
    whole: bool = False
    step: str = ""  # the cycle's step whose closing makes this table read-only

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file: where, what, and how to put it right."""

    row: int  # as spreadsheets count: the headings are row 1
    column: str
    value: str
    what: str
    cure: str
    blocks: bool = True
