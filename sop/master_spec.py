"""What a screen of master data is made of; each app registers its tables, one mechanism shows and edits them all."""

from dataclasses import dataclass
from typing import Any

from sop.refusals import Refused


@dataclass(frozen=True)
class Shown:
    """One column of a list: its heading, the way to its value, and how the value is written."""

    label: str
    path: str  # family__name, as in a query; also what `order` in the address names
    kind: str = "text"  # text, number, date, month, yes
    decimals: int = 0  # digits a number shows at least


@dataclass(frozen=True)
class MasterTable:
    """One table of master data. `edit` is the right to change it; without fields it is only looked at."""

    name: str
    label: str
    one: str  # "a product": for sentences about one row
    group: str
    model: Any
    shown: tuple[Shown, ...]
    edit: str
    fields: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()  # paths of foreign keys to narrow the list by
    order: tuple[str, ...] = ("code",)
    view: str = ""  # the right to see it; empty = whoever is signed in
    customer: str = ""  # the way to the customer whose rows these are: a rep sees own ones only
    customer_free: bool = False  # rows without a customer are everybody's
    step: str = ""  # the cycle's step whose closing makes it read-only
    files: bool = True  # rows also come by files of the same name
    people: str = ""  # the right a person must hold to be chosen in it; empty = a sales rep
    single: bool = False  # the table has one row: no list, no new, no delete

    def path_of(self, name: str) -> Shown | None:
        """Return the column a list may be ordered by."""
        return next((each for each in self.shown if each.path == name), None)

    @property
    def related(self) -> tuple[str, ...]:
        """Return the rows to be read along, so that a list takes one query."""
        return tuple(sorted({each.path.rpartition("__")[0] for each in self.shown if "__" in each.path}))


_tables: dict[str, MasterTable] = {}


class NoSuchMaster(Refused):
    """There is no such table of master data."""

    status = 404


def register(table: MasterTable) -> None:
    """Make a table known."""
    _tables[table.name] = table


def master_table(name: str) -> MasterTable:
    """Return a table by name."""
    if name not in _tables:
        raise NoSuchMaster("There is no such table of master data.")
    return _tables[name]


def master_tables() -> list[MasterTable]:
    """Return every table in the order of registration."""
    return list(_tables.values())
