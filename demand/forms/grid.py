"""What the grid sends: changed cells, cells that get a reason, products that are reviewed."""

import json
import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from demand.constants import Action
from demand.forms.shapes import ID_MAX, VERSION_MAX, Malformed
from demand.services.outcome import CellEdit

QUANTITY_STEP = Decimal("0.001")  # what the table keeps


@dataclass(frozen=True)
class ChangeRequest:
    """One change set as the grid sends it."""

    change_set: uuid.UUID
    action: Action
    cells: list[CellEdit]
    reason: str
    note: str


def change_request(body: bytes) -> ChangeRequest:
    """Read a change set from JSON; a malformed one is refused naming the cell."""
    data = _object(body)
    try:
        change_set = uuid.UUID(str(data.get("change_set")))
        action = Action(data.get("action", Action.EDIT))
    except ValueError as error:
        raise Malformed("The change set needs an id and a known action.") from error
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise Malformed("Send the changed cells as a list.")
    return ChangeRequest(
        change_set,
        action,
        [_cell(number, cell) for number, cell in enumerate(cells, start=1)],
        _text(data, "reason"),
        _text(data, "note"),
    )


def cell_list(body: bytes) -> tuple[list[tuple[int, date]], str, str]:
    """Read cells, reason and note from JSON."""
    data = _object(body)
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise Malformed("Send the cells as a list.")
    keys = [(c.series, c.bucket) for c in (_cell(n, cell) for n, cell in enumerate(cells, start=1))]
    return keys, _text(data, "reason"), _text(data, "note")


def review_request(body: bytes) -> tuple[list[int], bool]:
    """Read product ids and whether they are reviewed from JSON."""
    data = _object(body)
    products = data.get("products")
    if not isinstance(products, list) or not all(type(product) is int and product <= ID_MAX for product in products):
        raise Malformed("Send the products as a list of numbers.")
    return products, bool(data.get("reviewed"))


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except ValueError as error:
        raise Malformed("This is not JSON.") from error
    if not isinstance(data, dict):
        raise Malformed("Send one JSON object.")
    return data


def _text(data: dict[str, Any], name: str) -> str:
    # The database keeps any character but NUL.
    return str(data.get(name) or "").replace("\0", "")[:2000]


def _cell(number: int, cell: Any) -> CellEdit:
    try:
        quantity = cell.get("quantity")
        return CellEdit(
            int(cell["series"]),
            date.fromisoformat(cell["bucket"]),
            None if quantity in (None, "") else _quantity(str(quantity)),
            min(int(cell.get("version") or 0), VERSION_MAX),
        )
    except (AttributeError, KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Malformed(f"Cell {number} cannot be read: it needs a series, a month and a number.") from error


def _quantity(text: str) -> Decimal:
    """Return a number as it will be kept; one with more digits than any decimal we count in is none."""
    quantity = Decimal(text)
    return quantity if quantity.is_nan() else quantity.quantize(QUANTITY_STEP)
