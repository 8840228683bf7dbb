"""The shape of what the grid sends and of what people state; meaning is checked by the services."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms

from demand.constants import Action, AssumptionKind, CleansingDecision, CleansingKind, RunningState
from demand.models import Assumption
from demand.selectors.assumptions import customers_of
from demand.selectors.cleansing import ORDERS, STATES, Narrowed
from demand.services.assumption_rules import Stated
from demand.services.outcome import CellEdit
from sop.forms.master import CodeField, PlainDecimalField
from sop.models import Customer, Family, Product, User
from sop.refusals import Refused

MONTHS = ("%Y-%m", "%Y-%m-%d")
QUANTITY_STEP = Decimal("0.001")  # what the table keeps
ID_MAX = 2**63 - 1  # what a key holds; there is no such row
VERSION_MAX = 2**31 - 1  # more than any cell has; such a cell is refused as changed since


class MonthInput(forms.DateInput):
    """A month, as the browser asks for it."""

    def __init__(self) -> None:
        super().__init__({"type": "month"}, format="%Y-%m")


class Malformed(Refused):
    """What was sent cannot be read at all."""

    status = 400


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
    if not isinstance(products, list) or not all(type(product) is int and product < 2**63 for product in products):
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


class AssumptionForm(forms.Form):
    """An assumption as a person states it; a rep chooses among own customers."""

    kind = forms.ChoiceField(
        choices=AssumptionKind.choices, help_text="A discontinued product has nothing left from its first month on."
    )
    state = forms.ChoiceField(
        choices=RunningState.choices,
        label="Counts",
        help_text="In the number it counts in full; risks and opportunities stand beside the plan.",
    )
    product = CodeField(Product, ("code",), required=False, help_text="Its code.")
    family = forms.ModelChoiceField(Family.objects.order_by("name"), required=False, empty_label="Any family")
    customer = forms.ModelChoiceField(Customer.objects.none(), required=False, empty_label="All customers")
    successor = CodeField(
        Product, ("code",), required=False, help_text="Only of a discontinued product: what takes over its baseline."
    )
    first_bucket = forms.DateField(label="First month", input_formats=MONTHS, widget=MonthInput)
    last_bucket = forms.DateField(
        label="Last month",
        required=False,
        input_formats=MONTHS,
        widget=MonthInput,
        help_text="Empty: to the plan's end.",
    )
    quantity = PlainDecimalField(
        required=False, max_digits=16, decimal_places=3, label="Units a month", help_text="Below zero takes away."
    )
    percent = PlainDecimalField(
        required=False,
        max_digits=7,
        decimal_places=2,
        label="Or percent",
        help_text="Of sales: -20 takes a fifth away.",
    )
    probability = PlainDecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100, label="Probability, %")
    link = forms.URLField(required=False, max_length=200, assume_scheme="https", help_text="To a file or a page.")
    note = forms.CharField(max_length=2000, label="What you know", widget=forms.Textarea({"rows": 2}))
    reason = forms.CharField(max_length=500, label="Why it changes")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=VERSION_MAX)

    def __init__(self, user: User, assumption: Assumption | None, data: Any = None, **initial: Any) -> None:
        """`assumption` is the one to change, None for a new one."""
        super().__init__(data, initial=initial if assumption is None else _shown(assumption), label_suffix="")
        mine = customers_of(user)
        chosen = Customer.objects.order_by("name")
        customer = cast("forms.ModelChoiceField[Customer]", self.fields["customer"])
        customer.queryset = chosen if mine is None else chosen.filter(pk__in=mine)
        if mine is not None:
            customer.required, customer.empty_label = True, "Choose"
        if assumption is None:
            del self.fields["reason"], self.fields["version"]

    def lists(self) -> list[tuple[str, list[str]]]:
        """Return the codes to offer per kind of row."""
        return [("codes-product", cast("CodeField", self.fields["product"]).listed())]

    def stated(self) -> Stated:
        """Return what was typed."""
        return Stated(**{name: at for name, at in self.cleaned_data.items() if name not in {"reason", "version"}})


class WithdrawForm(forms.Form):
    """Why an assumption is withdrawn, and which state of it the person saw."""

    reason = forms.CharField(max_length=500)
    version = forms.IntegerField(min_value=0, max_value=VERSION_MAX)


class CleansingFilter(forms.Form):
    """What a list of corrections is narrowed by and in which order it stands."""

    state = forms.ChoiceField(choices=STATES.items(), required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=[("", "Kind: all"), *CleansingKind.choices], required=False)
    family = forms.ModelChoiceField(Family.objects.order_by("name"), required=False, empty_label="Family: all")
    order = forms.ChoiceField(
        choices=[(name, f"By {name}") for name in ORDERS], required=False, initial="money", label="Order"
    )
    q = forms.CharField(max_length=100, required=False, label="Search product or customer")

    def narrowed(self) -> Narrowed:
        """Return the filter; nothing named shows what waits for a decision."""
        data = self.cleaned_data
        state = data["state"] if "state" in self.data else Narrowed.state
        return Narrowed(state, data["kind"], data["family"].pk if data["family"] else None, data["q"])


class CleansingForm(forms.Form):
    """What a person does with one correction, in which version of it."""

    decision = forms.ChoiceField(choices=CleansingDecision.choices)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=VERSION_MAX)
    cleaned = PlainDecimalField(required=False, max_digits=16, decimal_places=3, label="Cleaned, units")
    note = forms.CharField(max_length=500, required=False, label="Why it is this number")


def cleansing_rows(chosen: Sequence[str]) -> dict[int, int]:
    """Return the version seen of each correction chosen in a list, sent as id-version."""
    try:
        pairs = [(int(pk), int(version)) for pk, _, version in (text.partition("-") for text in chosen)]
    except ValueError as error:
        raise Malformed("A chosen correction cannot be read: send its id and version.") from error
    return {min(pk, ID_MAX): min(version, VERSION_MAX) for pk, version in pairs}


def _shown(assumption: Assumption) -> dict[str, Any]:
    plain = ("kind", "state", "first_bucket", "last_bucket", "quantity", "percent", "probability", "link", "note")
    keys = ("product", "family", "customer", "successor")
    shown = {name: getattr(assumption, name) for name in (*plain, "version")}
    return shown | {name: getattr(assumption, f"{name}_id") for name in keys}
