"""The first look at a file, and reading it whole in a process of its own."""

import csv
import os
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop.importing import process
from sop.importing.files import FileRefused, FileShape, file_look
from sop.importing.mapping import ColumnMapping, From, MappingRefused, mapping_check, mapping_propose, mapping_read
from sop.importing.process import file_read, file_sample
from sop.importing.reading import MAX_FAULTS, Reader, Reading
from sop.importing.spec import Column, Fault, Kind, Table

TODAY = date(2022, 2, 10)
COLUMNS = (
    Column("product", "Product", Kind.CODE, required=True, aliases=("sku",)),
    Column("month", "Month", Kind.MONTH, required=True, months_ahead=0),
    Column("ordered", "Quantity", Kind.DECIMAL, required=True, minimum=0, decimals=3),
    Column("price", "Price", Kind.DECIMAL),
)
TABLE = Table("actuals", "Actuals", None, COLUMNS, ("product", "month"), "x")
MAPPING = ColumnMapping(
    columns={"product": From(("sku",)), "month": From(("date",)), "ordered": From(("qty",)), "price": From(("price",))}
)
GOOD = b"sku,date,qty,price\nA,31/1/22,5,2.50\nB,15/1/22,7,3.00\n"


def look(content: bytes, name: str = "a.csv", **more: str) -> FileShape:
    return file_look(name, content, max_bytes=10_000, **more)


def read(
    tmp_path: Path, content: bytes, mapping: ColumnMapping = MAPPING
) -> tuple[Reading, list[list[str]], list[Fault]]:
    """Return what the reading process finds: its answer, the clean rows, the faults."""
    path = tmp_path / "file"
    path.write_bytes(content)
    shape = look(content)
    found = file_read(path, shape, columns=COLUMNS, mapping=mapping, today=TODAY, folder=tmp_path)
    rows = list(csv.reader((tmp_path / "rows.csv").open(newline="")))
    faults = [
        Fault(int(row), column, value, what, cure, blocks == "True")
        for row, column, value, what, cure, blocks in csv.reader((tmp_path / "faults.csv").open(newline=""))
    ]
    return found, rows, faults


@pytest.mark.parametrize(
    ("content", "shape"),
    [
        (b"a,b\n1,2\n", FileShape("utf-8", ",")),
        (b"\xef\xbb\xbfa;b\n1;2\n", FileShape("utf-8-sig", ";")),
        ("a\tb\n1\t2\n".encode("utf-16"), FileShape("utf-16", "\t")),
        (b"a|b\n1|2\n", FileShape("utf-8", "|")),
        (b"a;b\n1,5;2,5\n3,5;4,5\n", FileShape("utf-8", ";")),
        (b'name,qty\n"Smith; Sons; Co",5\n', FileShape("utf-8", ",")),
        ("name,qty\nZoë,1\n".encode("cp1252"), FileShape("", "")),
        (b"code\nA\nB\n", FileShape("utf-8", ",")),
    ],
)
def test_encoding_and_separator_are_found_or_asked_for(content: bytes, shape: FileShape) -> None:
    assert look(content) == shape


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.xlsx", b"a,b\n", "does not end in .csv"),
        ("a.csv", b"PK\x03\x04", "is an Excel workbook or a zip file"),
        ("a.csv", b"%PDF-1.7", "is a PDF"),
        ("a.csv", b"a,b\n1,\x002\n", "bytes that no text has"),
        ("a.csv", b"  \n", "The file is empty"),
        ("a.csv", b"a" * 10_001, "0.0 MB can be read"),
    ],
)
def test_what_is_no_table_of_text_is_refused(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        look(content, name)


def test_a_wrong_encoding_names_the_line() -> None:
    content = b"name\nok\n" + bytes([0x81]) + b"\n"
    with pytest.raises(FileRefused, match="Line 3 cannot be read as cp1252"):
        look(content, encoding="cp1252")
    with pytest.raises(FileRefused, match="is no encoding"):
        look(content, encoding="rot13")


def test_a_clean_file_is_read_whole(tmp_path: Path) -> None:
    found, rows, faults = read(tmp_path, GOOD)
    assert (found.rows, found.blank, found.question, found.orders) == (2, 0, "", {"month": "dmy"})
    assert rows == [["2", "t", "A", "2022-01-01", "5", "2.50"], ["3", "t", "B", "2022-01-01", "7", "3.00"]]
    assert not faults


def test_every_dirty_cell_is_named_by_row_and_heading(tmp_path: Path) -> None:
    content = (
        b"sku,date,qty,price\n,31/1/22,-5,2.50\nB,30/2/22,1_000,NaN\nC,1/3/22\nD,1/1/22,1,1,1\n\nE,31/12/22,8,1.5\n"
    )
    found, rows, faults = read(tmp_path, content)
    assert {(each.row, each.column, each.value, each.what) for each in faults} == {
        (2, "sku", "", "is empty"),
        (2, "qty", "-5", "is negative"),
        (3, "date", "30/2/22", "is a day no calendar has"),
        (3, "qty", "1_000", "has an underscore between its digits"),
        (3, "price", "NaN", "is no number"),
        (4, "", "", "has 2 values where there are 4 headings"),
        (5, "", "", "has 5 values where there are 4 headings"),
        (7, "date", "31/12/22", "is December 2022, which has not happened yet"),
    }
    assert all(each.cure for each in faults)
    assert [row[:2] for row in rows] == [["2", "f"], ["3", "f"], ["7", "f"]]
    assert (found.rows, found.blank) == (5, 1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"sku,date,qty,price\n", "headings but no rows"),
        (b"sku,date,qty,price,qty\nA,1,1,1,1\n", "The heading 'qty' stands twice .columns 3 and 5."),
        (b"\nA,1,1,1\n", "The first row is empty"),
        (b'sku,date,qty,price\nA,1/1/22,5,1\n"B,1/1/22,5,1\n', "Row 3: a quotation mark is opened and never closed"),
        (b'sku,date,qty,price\n"A"x,1/1/22,5,1\n', "Row 2: a quotation mark is closed in the middle"),
        (b"sku,date,qty,price\n" + b"A" * 30_000 + b",1/1/22,5,1\n", "Row 2: a cell has more than 20,000 letters"),
        (b"sku,date,price\nA,1/1/22,5\n", "The file has no column 'qty'"),
    ],
)
def test_a_broken_file_is_refused_with_its_row(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        path = tmp_path / "file"
        path.write_bytes(content)
        file_read(path, FileShape("utf-8", ","), columns=COLUMNS, mapping=MAPPING, today=TODAY, folder=tmp_path)


@pytest.mark.parametrize(
    ("content", "asks", "words"),
    [
        (b'sku,date,qty,price\nA,2022-01,"1,001",2\n', "decimal", "'1,001' in qty can be read in two ways"),
        (b'sku,date,qty,price\nA,2022-01,1.5,"2,5"\n', "decimal", "Some numbers are written like 1,001.18"),
        (b"sku,date,qty,price\nA,3/1/22,5,2.5\n", "order", "'3/1/22' in date can be read in two ways"),
        (
            b"sku,date,qty,price\nA,31/1/22,5,2.5\nB,1/31/22,5,2.5\n",
            "order",
            "The dates in date cannot all be read in one way",
        ),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(tmp_path: Path, content: bytes, asks: str, words: str) -> None:
    found, rows, _ = read(tmp_path, content)
    assert found.asks == asks
    assert words in found.question
    assert not rows


def test_one_column_of_numbers_settles_the_others(tmp_path: Path) -> None:
    found, rows, _ = read(tmp_path, b"sku;date;qty;price\nA;2022-01;1.001;2,55\n")
    assert found.decimal == ","
    assert rows[0][4:] == ["1001", "2.55"]


def test_constants_joined_columns_and_words_for_empty(tmp_path: Path) -> None:
    mapping = ColumnMapping(
        columns={
            "product": From(("a", "b")),
            "month": From(constant="2021-12"),
            "ordered": From(("qty",)),
            "price": From(("price",)),
        },
        joiner="-",
        empty=("n/a",),
    )
    _, rows, faults = read(tmp_path, b"a,b,qty,price\nX,1,5,N/A\nX,,6,2.5\n", mapping)
    assert [row[2:] for row in rows] == [["X-1", "2021-12-01", "5", ""], ["X", "2021-12-01", "6", "2.5"]]
    assert not faults


def test_more_decimals_than_are_kept_are_told(tmp_path: Path) -> None:
    found, _, _ = read(tmp_path, b"sku,date,qty,price\nA,2022-01,80.67512,1.5\nB,2022-01,80.6750,1.5\n")
    assert found.notes == ["1 values of qty have more than 3 decimals and are rounded."]


def test_rows_are_counted_as_spreadsheets_do(tmp_path: Path) -> None:
    _, rows, faults = read(tmp_path, b'sku,date,qty,price\n"A\nA",2022-01,1,1\nB,2022-01,x,1.5\n')
    assert [(each.row, each.what) for each in faults] == [
        (2, "has a line break or an invisible sign in it"),
        (3, "is not a number"),
    ]
    assert len(rows) == 2


def test_too_many_faults_mean_the_wrong_columns() -> None:
    class Nowhere:
        def write(self, text: str) -> int:
            return len(text)

    reader = Reader(COLUMNS, MAPPING, TODAY, Nowhere())
    with pytest.raises(FileRefused, match="probably mapped wrongly"):
        for _ in range(MAX_FAULTS + 1):
            reader.note(Fault(2, "qty", "x", "is not a number", ""))


def test_reading_ends_when_its_memory_or_time_is_used_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    lines = [f"{number:09d},2022-01,{number},1.5\n" for number in range(400_000)]
    path.write_text("sku,date,qty,price\n" + "".join(lines))
    shape = FileShape("utf-8", ",")
    monkeypatch.setattr(process, "MEMORY_BYTES", 90 * 2**20)
    with pytest.raises(FileRefused, match="memory"):
        file_read(path, shape, columns=COLUMNS, mapping=MAPPING, today=TODAY, folder=tmp_path)
    monkeypatch.setattr(process, "MEMORY_BYTES", 2**30)
    monkeypatch.setattr(process, "SECONDS", 1)
    never_ends = tmp_path / "pipe"
    os.mkfifo(never_ends)
    with pytest.raises(FileRefused, match="within 1 seconds"):
        file_sample(never_ends, shape)


def test_headings_suggest_their_columns() -> None:
    proposed = mapping_propose(TABLE, ["Period", "SKU", "Month", "Price ", "quantity"])
    assert {name: source.headings for name, source in proposed.columns.items()} == {
        "product": ("SKU",), "month": ("Month",), "ordered": ("quantity",), "price": ("Price ",)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "A mapping is a JSON object"),
        ({"colums": {}}, "A mapping has no 'colums'"),
        ({"columns": []}, "columns are an object"),
        ({"columns": {"prodct": "sku"}}, "Actuals has no column 'prodct'"),
        ({"columns": {"product": 5}}, "say the heading"),
        ({"columns": {"product": {}}}, "comes from nowhere"),
        ({"columns": {"product": {"headings": ["a"] * 5}}}, "4 can be joined"),
        ({"decimal": ";"}, "decimal is one of"),
        ({"order": "mdyy"}, "order is one of"),
        ({"empty": "n/a"}, "A list of at most"),
        ({"create": ["product_id"]}, "creates nothing but its own rows"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(data: object, sentence: str) -> None:
    with pytest.raises(MappingRefused, match=sentence):
        mapping_read(data, TABLE)


def test_a_mapping_survives_being_kept() -> None:
    mapping = mapping_read({**MAPPING.as_json(), "empty": ["n/a"], "order": "mdy"}, TABLE)
    assert mapping_read(mapping.as_json(), TABLE) == mapping


def test_required_columns_need_a_source() -> None:
    with pytest.raises(MappingRefused, match="Quantity is needed"):
        mapping_check(ColumnMapping(columns={"product": From(("a",)), "month": From(("b",))}), TABLE, ["a", "b"])
    with pytest.raises(MappingRefused, match="no column 'zz', from which Product"):
        mapping_check(ColumnMapping(columns={"product": From(("zz",))}), TABLE, ["a"])


def digest(content: bytes, tmp_path: Path) -> str:
    """Read a file in this process, as the child would; return the sentence or a mark that it was read."""
    path = tmp_path / "fuzz"
    path.write_bytes(content)
    try:
        shape = look(content)
        if not shape.encoding:
            shape = look(content, encoding="cp1252")
        with (
            path.open(encoding=shape.encoding, newline="") as lines,
            (tmp_path / "rows").open("w", encoding="utf-8", newline="") as rows,
            (tmp_path / "faults").open("w", encoding="utf-8", newline="") as faults,
        ):
            found = Reader(COLUMNS, MAPPING, TODAY, faults).read(lines, shape.delimiter, rows)
    except FileRefused as refusal:
        return str(refusal)
    return found.question or "read"


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=400))
def test_random_bytes_get_a_sentence(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert digest(content, tmp_path_factory.getbasetemp())


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=400))
def test_random_text_below_good_headings_gets_a_sentence(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert digest(b"sku,date,qty,price\n" + text.encode(errors="ignore"), tmp_path_factory.getbasetemp())


def test_mutations_of_a_good_file_get_a_sentence(tmp_path: Path) -> None:
    dice = random.Random(7)
    outcomes = set()
    for _ in range(600):
        content = bytearray(GOOD)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(content))
            match dice.randrange(4):
                case 0:
                    content[at] = dice.randrange(256)
                case 1:
                    del content[at]
                case 2:
                    content.insert(at, dice.choice(b'",;\n\r\t\x00\xff|'))
                case _:
                    content[at:at] = content[: dice.randrange(30)]
        outcomes.add(digest(bytes(content), tmp_path))
    assert "read" in outcomes
    assert len(outcomes) > 5, "the mutations must reach different refusals"
