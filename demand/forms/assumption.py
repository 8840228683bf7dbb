"""The forms of assumptions."""

from typing import Any, cast

from django import forms

from demand.constants import AssumptionKind, RunningState
from demand.forms.shapes import VERSION_MAX
from demand.models import Assumption
from demand.selectors.assumptions import customers_of
from demand.services.assumption_rules import Stated
from sop.forms.master import CodeField, PlainDecimalField
from sop.models import Customer, Family, Product, User

MONTHS = ("%Y-%m", "%Y-%m-%d")


class MonthInput(forms.DateInput):
    """A month, as the browser asks for it."""

    def __init__(self) -> None:
        super().__init__({"type": "month"}, format="%Y-%m")


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


def _shown(assumption: Assumption) -> dict[str, Any]:
    plain = ("kind", "state", "first_bucket", "last_bucket", "quantity", "percent", "probability", "link", "note")
    keys = ("product", "family", "customer", "successor")
    shown = {name: getattr(assumption, name) for name in (*plain, "version")}
    return shown | {name: getattr(assumption, f"{name}_id") for name in keys}
