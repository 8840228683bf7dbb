"""Files out: CSV and XLSX whose bytes depend on their content alone, with no text a spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

# A cell beginning so could be run as a formula by the program that opens the file.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
Cell = str | int | float | Decimal | date | datetime | None


def harmless(value: Cell) -> Cell:
    """Return numbers and dates as they are; text that looks like a formula gets an apostrophe in front."""
    if isinstance(value, str) and value.startswith(RISKY):
        return "'" + value
    return value


def csv_lines(preamble: Iterable[Sequence[Cell]], head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a CSV file line by line: heading facts, column names, rows; UTF-8 with BOM so that Excel reads it right."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    yield "\ufeff"
    for row in [*preamble, head]:
        writer.writerow([harmless(cell) for cell in row])
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        if buffer.tell() > 64_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def xlsx_bytes(
    title: str,
    preamble: Iterable[Sequence[Cell]],
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    created: datetime,
) -> bytes:
    """Return a workbook of one sheet; `created` is written as its date, so equal content gives equal bytes."""
    buffer = io.BytesIO()
    options: dict[str, Any] = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": title, "created": created.replace(tzinfo=None)})
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True})
    at = 0
    for row in preamble:
        sheet.write_row(at, 0, [harmless(_plain(cell)) for cell in row])
        at += 1
    sheet.write_row(at, 0, list(head), bold)
    sheet.freeze_panes(at + 1, 0)
    for row in rows:
        at += 1
        for column, cell in enumerate(row):
            _write(sheet, at, column, cell)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell) -> None:
    if cell is None:
        return
    if isinstance(cell, (date, datetime)):
        sheet.write_datetime(row, column, cell)
    elif isinstance(cell, (int, float, Decimal)):
        sheet.write_number(row, column, float(cell))
    else:
        sheet.write_string(row, column, str(harmless(cell)))


def _plain(cell: Cell) -> Cell:
    return cell.isoformat() if isinstance(cell, (date, datetime)) else cell
