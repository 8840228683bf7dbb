"""The first sheet of an Excel workbook as rows of text. Runs in the reading process, on plain Python alone."""

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Any
from xml.parsers import expat

from sop.importing.files import MAX_FIELD, FileRefused

UNPACKED_MAX = 200 * 2**20  # bytes; a workbook that unpacks to more is no table a person filled in
FORMULA = "(formula)"  # the text of a formula that was never calculated
PERCENTS = {9, 10}  # formats every spreadsheet knows by number
DATES = {*range(14, 23), *range(45, 48)}
EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001  (days of a calendar)
DATE_SIGNS = set("ymdh")
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str, str], None]
Rows = list[tuple[int, list[str]]]


def workbook_rows(path: Path, *, max_rows: int, max_columns: int) -> Rows:
    """Return the rows of the first visible sheet that hold something, each with its number in the sheet.

    Numbers come as plain text with a point, dates as 2022-03-01, shares shown as percent as 10%, a formula that was
    never calculated as FORMULA. Raises FileRefused where it is no workbook, or larger than allowed.
    """
    try:
        with zipfile.ZipFile(path) as book:
            if sum(each.file_size for each in book.infolist()) > UNPACKED_MAX:
                raise FileRefused(f"The workbook unpacks to more than {UNPACKED_MAX / 2**20:,.0f} MB. Split it.")
            sheet, since_1904 = _first_sheet(book)
            cells = _Cells(_strings(book), *_formats(book), EPOCHS[since_1904])
            reader = _SheetReader(cells, max_rows, max_columns)
            with book.open(sheet) as part:
                _parse(part, reader.start, reader.end)
    except (
        zipfile.BadZipFile,
        zlib.error,
        LookupError,
        ValueError,
        expat.ExpatError,
        OverflowError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise FileRefused("The workbook is damaged. Open it in the spreadsheet and save it again as .xlsx.") from error
    return reader.rows


@dataclass
class _Cells:
    """What the texts of cells need beside the cell: shared strings, and which styles are percents and dates."""

    strings: list[str]
    percents: set[int]
    dates: set[int]
    epoch: datetime

    def text(self, kind: str, style: int, value: str, has_formula: bool) -> str:
        """Return what a person reads in a cell."""
        if not value:
            return FORMULA if has_formula else ""
        texts = {"s": lambda: self.strings[int(value)], "b": lambda: "TRUE" if value == "1" else "FALSE"}
        if kind != "n":
            return texts.get(kind, lambda: value)()
        return self._number(style, value)

    def _number(self, style: int, value: str) -> str:
        if style in self.dates:
            return (self.epoch + timedelta(days=float(value))).date().isoformat()
        number = float(value)
        # Calculated cells carry the noise of binary fractions: 0.30000000000000004 is 0.3.
        plain = f"{round(number * 100 if style in self.percents else number, 6):.6f}".rstrip("0").rstrip(".")
        return f"{plain}%" if style in self.percents else plain


@dataclass
class _SheetReader:
    """Takes a sheet apart as it is parsed."""

    cells: _Cells
    max_rows: int
    max_columns: int
    rows: Rows = field(default_factory=list)
    _number: int = 0
    _row: list[str] = field(default_factory=list)
    _column: int = 0
    _cell: dict[str, str] = field(default_factory=dict)
    _value: str = ""
    _has_formula: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a row or a cell."""
        if name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._row, self._column = [], 0
        elif name == "c":
            self._column = _column_of(attributes["r"]) if "r" in attributes else self._column + 1
            if self._column > self.max_columns:
                raise FileRefused(f"The sheet has more than {self.max_columns} columns.")
            self._cell, self._value, self._has_formula = attributes, "", False
        elif name == "f":
            self._has_formula = True

    def end(self, name: str, text: str) -> None:
        """Finish a value, a cell or a row."""
        if name in {"v", "t"}:
            self._value += text
        elif name == "c":
            kind, style = self._cell.get("t", "n"), int(self._cell.get("s", 0))
            self._row.extend([""] * (self._column - 1 - len(self._row)))
            self._row.append(self.cells.text(kind, style, self._value, self._has_formula).strip())
        elif name == "row" and any(self._row):
            self.rows.append((self._number, self._row))
            if len(self.rows) > self.max_rows + 1:
                raise FileRefused(f"The sheet has more than {self.max_rows:,} rows. Split it.")


def _parse(part: IO[bytes], start: Start, end: End) -> None:
    """Walk an XML part; `end` is given the text directly inside the element. Declarations of entities are refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    texts: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        texts.clear()
        start(name.rpartition(":")[2], attributes)

    def finish(name: str) -> None:
        end(name.rpartition(":")[2], "".join(texts))
        texts.clear()

    def collect(text: str) -> None:
        texts.append(text)
        if sum(map(len, texts)) > MAX_FIELD:
            raise FileRefused(f"A cell has more than {MAX_FIELD:,} letters.")

    def refuse(*_: Any) -> None:
        raise FileRefused("The workbook declares a document type, which no spreadsheet writes.")

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = collect, refuse
    parser.ParseFile(part)


def _first_sheet(book: zipfile.ZipFile) -> tuple[str, bool]:
    """Return the path of the first sheet that is shown, and whether its days count from 1904."""
    shown: list[str] = []
    targets: dict[str, str] = {}
    since_1904: list[bool] = []

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            shown.extend(value for key, value in attributes.items() if key.rpartition(":")[2] == "id")
        elif name == "workbookPr":
            since_1904.append(attributes.get("date1904", "0") in {"1", "true"})

    def link(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]

    for path, act in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", link)):
        with book.open(path) as part:
            _parse(part, act, lambda name, text: None)
    if not shown:
        raise FileRefused("The workbook has no sheet that is shown.")
    target = targets[shown[0]]
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target), any(since_1904)


def _strings(book: zipfile.ZipFile) -> list[str]:
    """Return the texts cells point at; the reading aids of Japanese texts are left out."""
    found: list[str] = []
    aids: list[int] = [0]
    if "xl/sharedStrings.xml" not in book.namelist():
        return found

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            found.append("")
        elif name == "rPh":
            aids[0] += 1

    def end(name: str, text: str) -> None:
        if name == "rPh":
            aids[0] -= 1
        elif name == "t" and not aids[0]:
            found[-1] += text

    with book.open("xl/sharedStrings.xml") as part:
        _parse(part, start, end)
    return found


def _formats(book: zipfile.ZipFile) -> tuple[set[int], set[int]]:
    """Return which cell styles show percents, and which dates."""
    percents, dates = set(PERCENTS), set(DATES)
    styles: list[int] = []
    inside: list[bool] = [False]
    if "xl/styles.xml" not in book.namelist():
        return set(), set()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            styles.append(int(attributes.get("numFmtId", 0)))
        elif name == "numFmt":
            code = _unquoted(attributes["formatCode"])
            if "%" in code:
                percents.add(int(attributes["numFmtId"]))
            elif DATE_SIGNS & set(code.lower()):
                dates.add(int(attributes["numFmtId"]))

    def end(name: str, text: str) -> None:
        if name == "cellXfs":
            inside[0] = False

    with book.open("xl/styles.xml") as part:
        _parse(part, start, end)
    every = list(enumerate(styles))
    return {at for at, kind in every if kind in percents}, {at for at, kind in every if kind in dates}


def _unquoted(code: str) -> str:
    """Return a number format without the words it shows as they are, and without colours."""
    outside = "".join(code.split('"')[::2])
    return "".join(piece.rpartition("]")[2] for piece in outside.split("["))


def _column_of(reference: str) -> int:
    """Return the number of a column from a cell's name: AB12 is in column 28."""
    number = 0
    for sign in reference.rstrip("0123456789"):
        number = number * 26 + ord(sign.upper()) - ord("A") + 1
    return number
