"""The first look at a file: is it text, in which encoding, separated by what."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from sop.refusals import Refused

EXTENSIONS = (".csv", ".txt", ".tsv")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# What to ask for where a file is not UTF-8; the first is proposed.
ENCODINGS = {"cp1252": "Western European (Windows)", "iso8859-15": "Western European (ISO)", "cp850": "DOS"}
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
FOREIGN = (
    (b"PK\x03\x04", "an Excel workbook or a zip file", "Open it in the spreadsheet and save it as CSV (UTF-8)."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Open it in the spreadsheet and save it as CSV (UTF-8)."),
    (b"%PDF", "a PDF", "Ask for the table behind it as CSV."),
    (b"\x1f\x8b", "a compressed file", "Unpack it first."),
    (b"PAR1", "a parquet file", "Save it as CSV."),
)
SNIFF_BYTES = 64_000
PIECE = 2**20
SNIFF_ROWS = 40
MAX_FIELD = 20_000  # letters in one cell; a longer one is a quotation mark never closed


class FileRefused(Refused):
    """The file cannot be read as a table of text."""


@dataclass(frozen=True)
class FileShape:
    """How the file is to be read. Empty encoding: it is not UTF-8 and the person must say which it is."""

    encoding: str
    delimiter: str


def file_look(name: str, content: bytes, *, max_bytes: int, encoding: str = "", delimiter: str = "") -> FileShape:
    """Return the file's encoding and delimiter; raise FileRefused with a sentence where it is no table of text."""
    if PurePath(name).suffix.lower() not in EXTENSIONS:
        raise FileRefused(f"{name} does not end in {', '.join(EXTENSIONS)}. Save the table as CSV (UTF-8).")
    if len(content) > max_bytes:
        size, limit = len(content) / 2**20, max_bytes / 2**20
        raise FileRefused(f"The file has {size:,.1f} MB; {limit:,.1f} MB can be read. Split it, or leave columns out.")
    if not content.strip():
        raise FileRefused("The file is empty.")
    for start, what, cure in FOREIGN:
        if content.startswith(start):
            raise FileRefused(f"{name} is {what}, not a CSV. {cure}")
    found = encoding or encoding_of(content)
    if not found.startswith("utf-16") and b"\0" in content:
        raise FileRefused("The file holds bytes that no text has (NUL). Export it again as CSV (UTF-8).")
    if not found:
        return FileShape("", delimiter)
    _must_decode(content, found)
    sample = content[:SNIFF_BYTES].decode(found, errors="ignore")
    return FileShape(found, delimiter or delimiter_of(sample))


def encoding_of(content: bytes) -> str:
    """Return the encoding a byte order mark or strict UTF-8 proves; "" where the person must be asked."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding
    return "utf-8" if _undecodable(content, "utf-8") is None else ""


def delimiter_of(text: str) -> str:
    """Return the delimiter that cuts the first rows into the most columns of equal number."""
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths = _widths(text, delimiter)
        width = widths[0] if widths else 0
        same = sum(each == width for each in widths)
        score = (same * 10 // max(len(widths), 1), width) if width > 1 else (0, 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def rows_of(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """Return a reader of the rows: strict about quotation marks, with a limit for a cell."""
    csv.field_size_limit(MAX_FIELD)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _must_decode(content: bytes, encoding: str) -> None:
    """Raise FileRefused naming the line where the encoding does not fit."""
    if encoding not in {*ENCODINGS, "utf-8", "utf-8-sig", "utf-16"}:
        raise FileRefused(f"{encoding!r} is no encoding files are read in; choose one of {', '.join(ENCODINGS)}.")
    place = _undecodable(content, encoding)
    if place is not None:
        line = content.count(b"\n", 0, place) + 1
        raise FileRefused(f"Line {line} cannot be read as {encoding}: choose another encoding.")


def _undecodable(content: bytes, encoding: str) -> int | None:
    """Return about where the first byte stands that the encoding does not know; a piece at a time, for big files."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(content), PIECE):
        try:
            piece = decoder.decode(content[start : start + PIECE], final=start + PIECE >= len(content))
        except UnicodeDecodeError as error:
            return start + error.start
        if "\0" in piece:
            return start
    return None


def _widths(text: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for row in rows_of(io.StringIO(text, newline=""), delimiter):
            if row:
                widths.append(len(row))
            if len(widths) == SNIFF_ROWS:
                break
    except csv.Error:
        pass  # the sample may be cut inside quotation marks; what came before it counts
    return widths
