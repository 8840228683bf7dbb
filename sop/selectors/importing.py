"""Reading files brought in: the list, one file's page, the page of its columns, its faults."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from sop.importing.mapping import ColumnMapping, From, mapping_read
from sop.importing.registry import table_of, tables
from sop.importing.spec import DATES, Column, Kind, Table
from sop.models import Import, ImportMapping, User
from sop.selectors.cycle import cycle_open_now

SAMPLES = 3  # values shown beside a column


@dataclass(frozen=True)
class MappingLine:
    """One column of the table on the page of columns: what it is and where it comes from now."""

    column: Column
    source: From
    samples: Sequence[str]

    @property
    def is_date(self) -> bool:
        """Return whether the order of day and month matters."""
        return self.column.kind in DATES

    @property
    def is_code(self) -> bool:
        """Return whether several columns may be joined into it."""
        return self.column.kind == Kind.CODE

    @property
    def slots(self) -> list[str]:
        """Return the heading of each choice box; a code has one box more than it joins."""
        chosen = list(self.source.headings)
        return [*chosen, ""] if self.is_code or not chosen else chosen[:1]

    @property
    def is_boolean(self) -> bool:
        """Return whether words may mean yes."""
        return self.column.kind == Kind.BOOLEAN


def imports() -> QuerySet[Import]:
    """Return all files brought in, latest first, without their content."""
    return Import.objects.defer("content", "all_faults", "faults", "columns").select_related("job")


def import_of(import_id: int) -> Import | None:
    """Return one file's row without its content."""
    found = Import.objects.defer("content", "all_faults").select_related("job")
    return found.filter(pk=import_id).first()


def tables_open_to(user: User) -> list[Table]:
    """Return the tables this person may bring files into."""
    return [table for table in tables() if user.has_perm(table.permission)]


def sources_known() -> list[str]:
    """Return the sources whose columns are kept."""
    return list(ImportMapping.objects.order_by("source").values_list("source", flat=True).distinct())


def same_file_before(brought: Import) -> Import | None:
    """Return the import that applied this very file to this table earlier, by its SHA-256."""
    same = imports().filter(sha256=brought.sha256, table=brought.table, state=Import.State.APPLIED)
    return same.exclude(pk=brought.pk).first()


def mapping_of(brought: Import) -> ColumnMapping:
    """Return how a file's columns are mapped now."""
    return mapping_read(brought.columns or {}, table_of(brought.table))


def mapping_lines(
    table: Table, mapping: ColumnMapping, headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[MappingLine]:
    """Return the lines of the page of columns, with the first values of what is chosen."""
    places = {heading: place for place, heading in enumerate(headings)}
    lines = []
    for column in table.columns:
        source = mapping.columns.get(column.name) or From()
        at = [places[heading] for heading in source.headings if heading in places]
        samples = (
            [mapping.joiner.join(row[place] for place in at if place < len(row)) for row in rows[:SAMPLES]]
            if at
            else []
        )
        lines.append(MappingLine(column, source, samples))
    return lines


def creatable(table: Table) -> list[tuple[str, str]]:
    """Return what may be created where it is missing: the link and its word."""
    return [(link.field, link.plural) for link in table.links if link.create is not None and link.asked]


def all_faults(import_id: int) -> Iterator[list[str]]:
    """Yield every fault of a file: row, column, value, what is wrong, cure, whether it blocks."""
    packed = Import.objects.values_list("all_faults", flat=True).get(pk=import_id)
    if packed:
        with gzip.open(io.BytesIO(bytes(packed)), "rt", encoding="utf-8", newline="") as lines:
            for row, column, value, what, cure, blocks in csv.reader(lines):
                yield [row, column, value, what, cure, "left out" if blocks == "t" else "taken"]


def template_headings(table: Table) -> list[str]:
    """Return the headings of an empty file for a table: each is found by itself when the file comes back."""
    return [column.label for column in table.columns]


def actuals_note(brought: Import) -> bool:
    """Return whether the baseline of the open cycle may be older than these figures."""
    return brought.table == "actuals" and brought.state == Import.State.APPLIED and cycle_open_now() is not None
