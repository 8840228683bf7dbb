"""The downloaded plan as a person has it open in a spreadsheet: read, changed cell by cell, saved again."""

import io
from typing import Any

import openpyxl

from demand.exports import plan_xlsx
from sop.models import Cycle, User


class PlanFile:
    """One workbook; cells are named by customer code and month, rows by customer code."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.sheet = self.book.active
        self.headings = [cell.value for cell in self.sheet[1]]

    def cell(self, customer: str, heading: str, product: str = "") -> Any:
        """Return a cell of the sheet."""
        at = self.headings.index("Customer code")
        found = [row for row in self.sheet.iter_rows(min_row=2) if row[at].value == customer]
        row = next(row for row in found if product in ("", row[self.headings.index("Product code")].value))
        return row[self.headings.index(heading)]

    def put(self, customer: str, heading: str, value: Any) -> "PlanFile":
        """Write into a cell."""
        self.cell(customer, heading).value = value
        return self

    def content(self) -> bytes:
        """Return the saved workbook."""
        buffer = io.BytesIO()
        self.book.save(buffer)
        return buffer.getvalue()


def plan_file(cycle: Cycle, user: User) -> PlanFile:
    """Return what the person downloads right now."""
    return PlanFile(plan_xlsx(cycle, user))
