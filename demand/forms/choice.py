"""The form of a chosen baseline."""

from typing import Any, cast

from django import forms

from demand.constants import ChoiceMethod
from demand.services.choice import RAMP_MAX, REASON_LENGTH, SCALE_MAX, Chosen
from sop.forms.master import CodeField, PlainDecimalField
from sop.models import Customer, Family, Product


class ChoiceForm(forms.Form):
    """How a product or a family is forecast from the next run on, and why."""

    product = CodeField(Product, ("code",), required=False, help_text="Its code; or a family instead.")
    family = forms.ModelChoiceField(Family.objects.order_by("name"), required=False, empty_label="No family")
    customer = forms.ModelChoiceField(Customer.objects.order_by("name"), required=False, empty_label="All customers")
    method = forms.ChoiceField(choices=ChoiceMethod.choices, label="Forecast by")
    quantity = PlainDecimalField(
        required=False, max_digits=16, decimal_places=3, label="Units a month", help_text="Of a flat level, all rows."
    )
    like = CodeField(Product, ("code",), required=False, label="Like product", help_text="Its last twelve months.")
    scale_percent = PlainDecimalField(
        required=False,
        max_digits=7,
        decimal_places=2,
        max_value=SCALE_MAX,
        label="Percent of it",
        help_text="Empty: 100.",
    )
    ramp_months = forms.IntegerField(
        required=False, min_value=0, max_value=RAMP_MAX, label="Months to reach it", help_text="Empty: at once."
    )
    reason = forms.CharField(max_length=REASON_LENGTH, label="Why", widget=forms.Textarea({"rows": 2}))

    def __init__(self, data: Any = None, **initial: Any) -> None:
        super().__init__(data, initial=initial, label_suffix="")

    def lists(self) -> list[tuple[str, list[str]]]:
        """Return the codes to offer per kind of row."""
        return [("codes-product", cast("CodeField", self.fields["product"]).listed())]

    def chosen(self) -> Chosen:
        """Return what was typed."""
        return Chosen(**self.cleaned_data)


class ChoiceWithdrawForm(forms.Form):
    """Why history decides again."""

    reason = forms.CharField(max_length=REASON_LENGTH)
