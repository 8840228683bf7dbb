"""A small table people filled in themselves, CSV or Excel, as texts: for files that belong to one screen."""

import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath

from sop.importing.files import ENCODINGS, EXTENSIONS, FileRefused, encoding_of, file_look
from sop.importing.process import file_table

WORKBOOKS = (".xlsx", ".xlsm")
TABLES = (*WORKBOOKS, *EXTENSIONS)
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
LOCKED = "EncryptedPackage".encode("utf-16-le")  # the one entry of a workbook under a password


@dataclass(frozen=True)
class TextTable:
    """The headings, and the rows below them with their numbers as the spreadsheet counts; all cells as text."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]
    first_row: int  # where the headings stand
    is_workbook: bool
    notes: list[str]


def table_read(name: str, content: bytes, *, max_bytes: int, max_rows: int, max_columns: int) -> TextTable:
    """Return a file's table; the first row that holds something has the headings.

    Every row is as long as the headings. Raises FileRefused with a sentence where the file cannot be read.
    """
    is_workbook = _is_workbook(name, content)
    notes: list[str] = []
    shape = None
    if is_workbook:
        _must_fit(content, max_bytes)
    else:
        guess = "" if encoding_of(content) else next(iter(ENCODINGS))
        shape = file_look(name, content, max_bytes=max_bytes, encoding=guess)
        if guess:
            notes.append(f"The file is not UTF-8; it is read as {ENCODINGS[guess]}.")
    with tempfile.TemporaryDirectory(prefix="sop-table-") as folder:
        path = Path(folder) / "table"
        path.write_bytes(content)
        rows = file_table(path, shape, max_rows=max_rows, max_columns=max_columns)
    if not rows:
        raise FileRefused("The file is empty.")
    if len(rows) == 1:
        raise FileRefused("The file has headings but no rows.")
    headings = _headings(rows[0][1])
    width = len(headings)
    return TextTable(
        headings, [(at, (row + [""] * width)[:width]) for at, row in rows[1:]], rows[0][0], is_workbook, notes
    )


def _is_workbook(name: str, content: bytes) -> bool:
    ending = PurePath(name).suffix.lower()
    if ending not in TABLES:
        raise FileRefused(f"{name} does not end in {', '.join(TABLES)}. Save the table as .xlsx or CSV (UTF-8).")
    if not content:
        raise FileRefused("The file is empty.")
    if content.startswith(OLD_OFFICE):
        if LOCKED in content:
            raise FileRefused(f"{name} is protected by a password. Save it without one and choose it again.")
        raise FileRefused(f"{name} is an old Excel workbook (.xls). Save it as .xlsx and choose it again.")
    if ending in WORKBOOKS and not content.startswith(ZIP):
        raise FileRefused(f"{name} is named like an Excel workbook but is none. Save it as .xlsx and choose it again.")
    return content.startswith(ZIP)


def _must_fit(content: bytes, max_bytes: int) -> None:
    if len(content) > max_bytes:
        size, limit = len(content) / 2**20, max_bytes / 2**20
        raise FileRefused(f"The file has {size:,.1f} MB; {limit:,.1f} MB can be read. Split it, or leave columns out.")


def _headings(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    twice = [heading for at, heading in enumerate(row) if heading and heading in row[:at]]
    if twice:
        raise FileRefused(f"The heading {twice[0]!r} stands twice. Rename or remove one of the columns.")
    return row
