"""From the table of a file to the cells its owner changed in it, and everything in it that cannot be taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from demand.constants import Reason
from demand.selectors.layers import plan_months
from demand.selectors.series import layer_of
from demand.selectors.upload_sheet import REASON, STAMP, OwnNumbers, Stamp, own_numbers, stamp_read
from demand.services.cell_rules import cells_allowed
from demand.services.outcome import CellEdit, Outcome
from demand.services.typed import Typed, typed_read
from demand.services.upload_columns import Columns, columns_find, decimal_find
from demand.services.upload_rows import rows_match
from sop.importing.faults import Bad
from sop.importing.spec import Fault
from sop.importing.table import TextTable
from sop.models import Cycle, User

CURES = {"range": "Put another number in, or leave the cell empty.", "scope": "Remove the row."}


class Wanted(NamedTuple):
    """What one cell should become, and where in the file that stands."""

    quantity: Decimal | None
    version: int
    reason: str
    row: int
    column: str


@dataclass
class FileCells:
    """The changed cells by series and month, what is wrong, and remarks on the whole file."""

    cells: dict[tuple[int, date], Wanted] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Row(NamedTuple):
    number: int
    texts: list[str]
    series: int
    place: int  # in the matrices
    stamp: Stamp | None
    reason: str


def file_cells(cycle: Cycle, user: User, table: TextTable, decimal: str) -> FileCells:
    """Return the cells the file changes; a cell left as it was downloaded, or empty, is none.

    Raises FileRefused where the table's columns say too little.
    """
    months = plan_months(cycle)
    columns = columns_find(table, months)
    style = decimal_find(table, columns, decimal)
    found = FileCells(faults=list(columns.faults), notes=[*table.notes, *columns.notes])
    matched = rows_match(user, table, columns.keys, found.faults)
    ids = sorted({series for _, _, series in matched})
    now = own_numbers(cycle, user, ids)
    place = {series: at for at, series in enumerate(ids)}
    owner = _Owner(layer_of(user), f"{cycle.bucket:%Y-%m}", cycle.horizon_months)
    rows = [_row(owner, columns, each, place[each[2]], found.faults) for each in matched]
    if any(row.stamp is None for row in rows):
        count = sum(row.stamp is None for row in rows)
        found.notes.append(
            f"{count:,} row{'' if count == 1 else 's'} without the last column of the downloaded file: "
            "compared with the plan as it is now."
        )
    reader = _CellReader(table, columns, style, months, now, found)
    for row in rows:
        reader.read(row)
    reader.drop_contradictions()
    _keep_allowed(cycle, user, found)
    return found


@dataclass
class _CellReader:
    """Reads the cells of rows; each distinct text is understood once."""

    table: TextTable
    columns: Columns
    style: str
    months: Sequence[date]
    now: OwnNumbers
    found: FileCells
    texts: dict[str, Typed | Bad] = field(default_factory=dict)
    said: dict[tuple[int, date], tuple[str, int]] = field(default_factory=dict)  # text and row of every filled cell
    against: dict[tuple[int, date], tuple[int, str, str]] = field(default_factory=dict)

    def read(self, row: _Row) -> None:
        """Take over the cells of a row that differ from what they held."""
        for at, month in self.columns.months:
            text = row.texts[at]
            if not text:
                continue
            key = (row.series, month)
            said, _ = self.said.setdefault(key, (text, row.number))
            if said != text:
                self.against[key] = (row.number, self.table.headings[at], text)
                continue
            self._take(row, key, at, text)

    def drop_contradictions(self) -> None:
        """Take neither number where two rows of the same cell say different things."""
        for key, (number, heading, text) in self.against.items():
            self.found.cells.pop(key, None)
            first = self.said[key]
            what = f"contradicts row {first[1]}, which says {first[0]}"
            self.found.faults.append(Fault(number, heading, text, what, "Leave the product and customer in one row."))

    def _take(self, row: _Row, key: tuple[int, date], at: int, text: str) -> None:
        if text not in self.texts:
            try:
                self.texts[text] = typed_read(text, self.style)
            except Bad as bad:
                self.texts[text] = bad
        typed = self.texts[text]
        heading = self.table.headings[at]
        if isinstance(typed, Bad):
            self.found.faults.append(Fault(row.number, heading, text[:200], typed.what, typed.cure))
            return
        column = self.months.index(key[1])
        if row.stamp:
            held, version = row.stamp.numbers[column], row.stamp.versions[column]
        else:
            held, version = float(self.now.own[row.place, column]), int(self.now.versions[row.place, column])
        seen = Decimal(f"{held:.3f}")
        quantity = typed(seen)
        if quantity is None or quantity != seen:
            self.found.cells[key] = Wanted(quantity, version, row.reason, row.number, heading)


class _Owner(NamedTuple):
    """What a stamp must name to be this person's, of this plan."""

    layer: str
    first: str
    months: int


def _row(owner: _Owner, columns: Columns, matched: tuple[int, list[str], int], place: int, faults: list[Fault]) -> _Row:
    number, texts, series = matched
    text = texts[columns.stamp] if columns.stamp is not None else ""
    stamp = stamp_read(text) if text else None
    if stamp and (stamp.layer, stamp.first) != (owner.layer, owner.first):
        what, cure = _foreign(stamp, owner)
        faults.append(Fault(number, STAMP, "", what, cure, blocks=False))
        stamp = None
    if stamp and len(stamp.numbers) != owner.months:
        stamp = None
    return _Row(number, texts, series, place, stamp, _reason(columns, texts, number, faults))


def _foreign(stamp: Stamp, owner: _Owner) -> tuple[str, str]:
    if stamp.layer != owner.layer:
        whose = "a planner's" if stamp.layer == "consensus" else "a rep's"
        return f"comes from {whose} file, which holds other numbers", "Compared with your numbers as they are now."
    return f"comes from the plan of {stamp.first}", "Compared with this plan as it is now."


def _reason(columns: Columns, texts: Sequence[str], number: int, faults: list[Fault]) -> str:
    text = texts[columns.reason] if columns.reason is not None else ""
    if not text:
        return ""
    for code, label in Reason.choices:
        if text.lower() in {code, str(label).lower()}:
            return code
    known = ", ".join(str(label) for _, label in Reason.choices)
    faults.append(Fault(number, REASON, text[:200], "is no reason of the list", f"Use one of: {known}.", blocks=False))
    return ""


def _keep_allowed(cycle: Cycle, user: User, found: FileCells) -> None:
    """Name the cells the rules of the grid refuse, and leave them out."""
    edits = [CellEdit(*key, cell.quantity, cell.version) for key, cell in found.cells.items()]
    outcome = Outcome("")
    if edits:
        cells_allowed(user, cycle, edits, outcome)
    for refused in outcome.refused:
        cell = found.cells.pop((refused.series, date.fromisoformat(refused.bucket)))
        value = "=" if cell.quantity is None else f"{cell.quantity.normalize():f}"
        cure = CURES.get(refused.reason, CURES["range"])
        found.faults.append(Fault(cell.row, cell.column, value, refused.message.rstrip("."), cure))
