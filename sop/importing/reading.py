"""A whole file to clean values and named faults. Runs in a process of its own (`child.py`), on plain Python alone."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import repeat
from typing import Any, TextIO

from sop.importing import dates, numbers
from sop.importing.faults import Bad
from sop.importing.files import FileRefused
from sop.importing.grid import Grid, Texts, grid_read
from sop.importing.mapping import ColumnMapping, From
from sop.importing.spec import DATES, NUMBERS, Column, Fault
from sop.importing.values import Rules, value_read

MAX_FAULTS = 200_000
FAULT_HEAD = ("row", "column", "value", "what", "cure", "blocks")


@dataclass
class Reading:
    """What came of reading a file; `question` is what the person must say before it can be read."""

    rows: int = 0
    blank: int = 0
    question: str = ""
    asks: str = ""  # decimal or order: which answer is missing
    decimal: str = numbers.POINT
    orders: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


class Reader:
    """Reads one file with one mapping; faults go to one file, clean rows to another."""

    def __init__(self, columns: Sequence[Column], mapping: ColumnMapping, today: date, faults: TextIO) -> None:
        self.columns = columns
        self.mapping = mapping
        self.today = today
        self.result = Reading()
        self._faults = csv.writer(faults)
        self._fault_count = 0
        self._bad_rows: set[int] = set()  # places in the grid
        self._empty = {"", *(word.strip().lower() for word in mapping.empty)}

    def read(self, lines: Iterable[str], delimiter: str, rows_file: TextIO) -> Reading:
        """Write the clean rows (row number, right or not, every column of the table) and return what was found."""
        from_file = [column for column in self.columns if self._source(column).headings]
        asked = [self._source(column).headings for column in from_file]
        grid = grid_read(lines, delimiter, asked, self.mapping.joiner, self.note)
        self.result.rows, self.result.blank = len(grid.rows) + grid.ragged, grid.blank
        texts = dict(zip((column.name for column in from_file), grid.columns, strict=True))
        if not self._decide(from_file, texts):
            return self.result
        clean = [self._clean(column, texts.get(column.name), grid) for column in self.columns]
        right = ["f" if place in self._bad_rows else "t" for place in range(len(grid.rows))]
        csv.writer(rows_file).writerows(zip(grid.rows, right, *clean, strict=False))
        return self.result

    def note(self, fault: Fault) -> None:
        """Write a fault down; too many mean that the columns are mapped wrongly."""
        self._fault_count += 1
        if self._fault_count > MAX_FAULTS:
            raise FileRefused(
                f"More than {MAX_FAULTS:,} values cannot be read. The columns are probably mapped wrongly."
            )
        self._faults.writerow([fault.row, fault.column, fault.value, fault.what, fault.cure, fault.blocks])

    def _source(self, column: Column) -> From:
        return self.mapping.columns.get(column.name) or From()

    def _decide(self, columns: Sequence[Column], texts: dict[str, Texts]) -> bool:
        """Find out how numbers and dates are written, as far as the person did not say; ask where it stays open."""
        result = self.result
        result.decimal = self.mapping.decimal or self._decide_decimal(columns, texts)
        result.orders = self._decide_orders([each for each in columns if each.kind in DATES], texts)
        return not result.question

    def _decide_decimal(self, columns: Sequence[Column], texts: dict[str, Texts]) -> str:
        """Return the decimal sign the file's numbers prove together: one file has one way of writing them."""
        votes: set[str] = set()
        unclear: list[tuple[Column, str]] = []
        for column in columns:
            if column.kind in NUMBERS:
                proved, open_text = numbers.style_votes(texts[column.name].distinct)
                votes |= proved
                unclear += [(column, open_text)] if open_text else []
        if len(votes) == 1:
            return votes.pop()
        if unclear or votes:
            if unclear:
                why = f"{unclear[0][1]!r} in {self._source(unclear[0][0]).named} can be read in two ways"
            else:
                why = "Some numbers are written like 1,001.18 and others like 1.001,18"
            self._ask("decimal", f"{why}: say with the columns which sign stands before the decimals.")
        return numbers.POINT

    def _decide_orders(self, columns: Sequence[Column], texts: dict[str, Texts]) -> dict[str, str]:
        """Return the order of day and month of each date column; what one column proves, others may follow."""
        given = {each.name: self._source(each).order or self.mapping.order for each in columns}
        votes = {each.name: dates.order_votes(texts[each.name].distinct) for each in columns if not given[each.name]}
        proved = set().union(*(found for found, _ in votes.values()))
        orders: dict[str, str] = {}
        for column in columns:
            found, unclear = votes.get(column.name, (set(), ""))
            possible = {given[column.name]} if given[column.name] else found or (proved if unclear else {dates.DMY})
            if len(possible) == 1:
                orders[column.name] = next(iter(possible))
                continue
            named = self._source(column).named
            why = f"{unclear!r} in {named} can be" if not possible else f"The dates in {named} cannot all be"
            way = "read in two ways" if not possible else "read in one way"
            self._ask("order", f"{why} {way}: say with the columns whether the day or the month comes first.")
        return orders

    def _ask(self, what: str, question: str) -> None:
        if not self.result.question:
            self.result.asks, self.result.question = what, question

    def _clean(self, column: Column, texts: Texts | None, grid: Grid) -> Iterable[str]:
        """Return a column's clean values, "" where there is none."""
        source = self._source(column)
        rules = Rules(
            today=self.today,
            decimal=self.result.decimal,
            order=self.result.orders.get(column.name, dates.DMY),
            yes=frozenset(word.strip().lower() for word in source.yes),
        )
        if texts is None:
            return repeat(self._constant(column, source, rules) if source.constant else "")
        clean: list[str] = []
        bad: dict[int, Fault] = {}
        for number, text in enumerate(texts.distinct):
            value, fault = self._value(text, column, rules)
            clean.append(value)
            if fault is not None:
                bad[number] = replace(fault, column=source.named)
        self._note_bad(bad, texts, grid)
        self._note_rounding(column, clean, texts)
        return map(clean.__getitem__, texts.numbers)

    def _value(self, text: str, column: Column, rules: Rules) -> tuple[str, Fault | None]:
        if text.lower() in self._empty:
            if not column.required:
                return "", None
            what = "is empty" if not text else "means empty"
            return "", Fault(0, "", text, what, f"Every row needs {column.label.lower()}.")
        try:
            return value_read(text, column, rules), None
        except Bad as bad:
            return "", Fault(0, "", text[:200], bad.what, bad.cure)

    def _constant(self, column: Column, source: From, rules: Rules) -> str:
        try:
            return value_read(source.constant, column, rules)
        except Bad as bad:
            raise FileRefused(f"The constant {source.constant!r} for {column.label} {bad.what}. {bad.cure}") from bad

    def _note_bad(self, bad: dict[int, Fault], texts: Texts, grid: Grid) -> None:
        if not bad:
            return
        for place, number in enumerate(texts.numbers):
            if number in bad:
                self._bad_rows.add(place)
                self.note(replace(bad[number], row=grid.rows[place]))

    def _note_rounding(self, column: Column, clean: list[str], texts: Texts) -> None:
        if column.kind not in NUMBERS:
            return
        longer = {
            number for number, value in enumerate(clean) if len(value.partition(".")[2].rstrip("0")) > column.decimals
        }
        if longer:
            counts = Counter(texts.numbers)
            count = sum(counts[number] for number in longer)
            self.result.notes.append(
                f"{count:,} values of {self._source(column).named} have more than {column.decimals} decimals "
                f"and are rounded."
            )
