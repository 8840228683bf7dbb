"""Workbooks as rows of text: what libraries and spreadsheets write, and what is refused."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sop.exports import xlsx_bytes
from sop.importing.files import FileRefused
from sop.importing.workbook import FORMULA, workbook_rows

LIMITS = {"max_rows": 10, "max_columns": 10}
CONTENT = "xl/worksheets/sheet1.xml"


def written(tmp_path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


def changed(path: Path, part: str, old: str, new: str) -> Path:
    """Return the workbook with a text of one part replaced."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert old.encode() in parts[part], parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode(), 1)
    other = path.with_name("changed.xlsx")
    with zipfile.ZipFile(other, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return other


def test_cells_come_as_a_person_reads_them(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ["code", "May 2022", date(2022, 6, 1), datetime(2022, 7, 1, 12)],
        ["0042", 12.5, 0.1 + 0.2, 1_000_000],
        [None],
        [" A & <B> ", None, True, -3],
    )
    assert workbook_rows(path, **LIMITS) == [
        (1, ["code", "May 2022", "2022-06-01", "2022-07-01"]),
        (2, ["0042", "12.5", "0.3", "1000000"]),
        (4, ["A & <B>", "", "TRUE", "-3"]),
    ]


def test_a_share_keeps_its_sign_and_a_formula_needs_its_value(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([0.075, "=1+1", "=2+2", 0.5])
    book.active["A1"].number_format = "0.0%"
    book.active["D1"].number_format = '0.0" %days"'  # words shown beside the number are no format
    path = tmp_path / "book.xlsx"
    book.save(path)
    path = changed(path, CONTENT, "<f>2+2</f><v />", "<f>2+2</f><v>4</v>")
    assert workbook_rows(path, **LIMITS) == [(1, ["7.5%", FORMULA, "4", "0.5"])]


def test_the_first_sheet_that_is_shown_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Plan").append(["shown"])
    book.active = 1
    book.save(tmp_path / "book.xlsx")
    assert workbook_rows(tmp_path / "book.xlsx", **LIMITS) == [(1, ["shown"])]


def test_days_may_count_from_1904(tmp_path: Path) -> None:
    path = written(tmp_path, [date(2022, 6, 1)])
    path = changed(path, "xl/workbook.xml", "<workbookPr", '<workbookPr date1904="1"')
    assert workbook_rows(path, **LIMITS) == [(1, ["2026-06-02"])]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [([["x"]] * 12, "more than 10 rows"), ([["x"] * 11], "more than 10 columns"), ([["x" * 20_001]], "20,000 letters")],
)
def test_what_is_larger_than_allowed_is_refused(tmp_path: Path, rows: list[list[str]], sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        workbook_rows(written(tmp_path, *rows), **LIMITS)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<worksheet", "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet", "document type"),
        ("<sheetData>", "<sheetData><broken>", "damaged"),
        ("<v>7</v>", "<v>seven</v>", "damaged"),
        ('<c r="A1"', '<c r="A1" s="x"', "damaged"),
    ],
)
def test_a_sheet_nobody_could_have_saved_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    path = changed(written(tmp_path, [7]), CONTENT, old, new)
    with pytest.raises(FileRefused, match=sentence):
        workbook_rows(path, **LIMITS)


def test_a_shared_text_that_is_not_there_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "shared.xlsx"
    path.write_bytes(xlsx_bytes("Plan", [], ["text"], [["more"]], created=datetime(2022, 6, 1)))
    assert workbook_rows(path, **LIMITS) == [(1, ["text"]), (2, ["more"])]
    path = changed(path, CONTENT, "<v>0</v>", "<v>9</v>")
    with pytest.raises(FileRefused, match="damaged"):
        workbook_rows(path, **LIMITS)


def test_what_unpacks_to_more_than_memory_holds_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"\0" * (201 * 2**20))
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(content.getvalue())
    with pytest.raises(FileRefused, match="unpacks to more than 200 MB"):
        workbook_rows(path, **LIMITS)
