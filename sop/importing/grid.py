"""The cells of a file, column by column, each distinct text kept once; rows that do not fit are named."""

import csv
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from operator import itemgetter

from sop.importing.files import MAX_FIELD, FileRefused, rows_of
from sop.importing.spec import Fault

BLOCK_ROWS = 20_000
MAX_ROWS = 2_000_000
MAX_COLUMNS = 500
NoteFault = Callable[[Fault], None]


class Texts:
    """One column's cells: a number per row, and each distinct text once."""

    def __init__(self) -> None:
        self._number_of: dict[str, int] = {}
        self.numbers = array("L")

    def extend(self, cells: Iterable[str]) -> None:
        """Add cells at the end."""
        number_of = self._number_of
        self.numbers.extend([number_of.setdefault(cell, len(number_of)) for cell in cells])

    @property
    def distinct(self) -> list[str]:
        """Return each text once, in the order of its number."""
        return list(self._number_of)


class Grid:
    """A file's rows: their numbers as spreadsheets count (the headings are row 1) and the columns asked for."""

    def __init__(self, headings: list[str], columns: Sequence[tuple[str, ...]], joiner: str) -> None:
        self.headings = headings
        self.rows = array("L")
        self.blank = 0
        self.ragged = 0
        self._joiner = joiner
        missing = [heading for joined in columns for heading in joined if heading not in headings]
        if missing:
            raise FileRefused(f"The file has no column {missing[0]!r}.")
        self._places = [tuple(headings.index(heading) for heading in joined) for joined in columns]
        self.columns = [Texts() for _ in columns]

    def extend(self, first_row: int, block: list[list[str]], note: NoteFault) -> None:
        """Add rows, the first of which is `first_row`; rows without a value are counted, misshapen ones noted."""
        numbers: Iterable[int] = range(first_row, first_row + len(block))
        width = len(self.headings)
        if any(len(row) != width for row in block) or not all(map(any, block)):
            numbers, block = self._well_shaped(numbers, block, note)
        self.rows.extend(numbers)
        for texts, places in zip(self.columns, self._places, strict=True):
            texts.extend(self._cells(block, places))

    def _cells(self, block: list[list[str]], places: tuple[int, ...]) -> Iterable[str]:
        if len(places) == 1:
            return map(str.strip, map(itemgetter(places[0]), block))
        parts = map(itemgetter(*places), block)
        return (self._joiner.join(filter(None, map(str.strip, row))) for row in parts)

    def _well_shaped(
        self, numbers: Iterable[int], block: list[list[str]], note: NoteFault
    ) -> tuple[list[int], list[list[str]]]:
        width = len(self.headings)
        kept: list[tuple[int, list[str]]] = []
        for number, row in zip(numbers, block, strict=True):
            if not any(map(str.strip, row)):
                self.blank += 1
            elif len(row) == width:
                kept.append((number, row))
            else:
                self.ragged += 1
                what = f"has {len(row)} values where there are {width} headings"
                cure = "Look for a missing or a loose separator, or text that needs quotation marks."
                note(Fault(number, "", "", what, cure))
        return [number for number, _ in kept], [row for _, row in kept]


def headings_read(reader: Iterator[list[str]]) -> list[str]:
    """Return the file's headings; refuse a file without, or with the same one twice."""
    headings = [heading.strip() for heading in _next(reader, 1)]
    if not any(headings):
        raise FileRefused("The first row is empty; it must hold the headings of the columns.")
    if len(headings) > MAX_COLUMNS:
        raise FileRefused(f"The file has {len(headings)} columns; {MAX_COLUMNS} can be read.")
    seen: dict[str, int] = {}
    for place, heading in enumerate(headings, 1):
        if heading and heading in seen:
            where = f"columns {seen[heading]} and {place}"
            raise FileRefused(f"The heading {heading!r} stands twice ({where}). Rename one of them.")
        seen[heading] = place
    return headings


def grid_read(
    lines: Iterable[str], delimiter: str, columns: Sequence[tuple[str, ...]], joiner: str, note: NoteFault
) -> Grid:
    """Return the file's cells of the columns asked for, each a heading or several to be joined."""
    reader = rows_of(lines, delimiter)
    grid = Grid(headings_read(reader), columns, joiner)
    first = 2
    while block := _block(reader, first):
        grid.extend(first, block, note)
        first += len(block)
        if first - 2 > MAX_ROWS:
            raise FileRefused(f"The file has more than {MAX_ROWS:,} rows. Split it.")
    if not grid.rows and not grid.ragged:
        raise FileRefused("The file has headings but no rows.")
    return grid


def sample_read(lines: Iterable[str], delimiter: str, count: int) -> tuple[list[str], list[list[str]]]:
    """Return the headings and the first rows, up to one that is broken: reading the whole file will name it."""
    reader = rows_of(lines, delimiter)
    headings = headings_read(reader)
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(islice((row for row in reader if any(row)), count))
    return headings, rows


def text_rows(lines: Iterable[str], delimiter: str, *, max_rows: int, max_columns: int) -> list[tuple[int, list[str]]]:
    """Return the rows that hold something, each with its number; refuse a table larger than allowed."""
    reader = rows_of(lines, delimiter)
    found: list[tuple[int, list[str]]] = []
    first = 1
    while block := _block(reader, first):
        found += [(at, [*map(str.strip, row)]) for at, row in enumerate(block, first) if any(map(str.strip, row))]
        first += len(block)
        if len(found) > max_rows + 1:
            raise FileRefused(f"The file has more than {max_rows:,} rows. Split it.")
    if any(len(row) > max_columns for _, row in found):
        raise FileRefused(f"The file has more than {max_columns} columns.")
    return found


def _next(reader: Iterator[list[str]], row: int) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error as error:
        raise _broken(error, row) from error


def _block(reader: Iterator[list[str]], first: int) -> list[list[str]]:
    """Return the next rows; a broken quotation mark is told by the row it stands in."""
    block: list[list[str]] = []
    try:
        for row in islice(reader, BLOCK_ROWS):
            block.append(row)
    except csv.Error as error:
        raise _broken(error, first + len(block)) from error
    return block


def _broken(error: csv.Error, row: int) -> FileRefused:
    text = str(error)
    if "field larger" in text:
        what = f"a cell has more than {MAX_FIELD:,} letters; a quotation mark may be opened and never closed"
    elif "unexpected end" in text:
        what = "a quotation mark is opened and never closed"
    elif "expected after" in text:
        what = "a quotation mark is closed in the middle of a cell; inside quotation marks a mark is written twice"
    else:
        what = f"the row cannot be read ({text})"
    return FileRefused(f"Row {row}: {what}.")
