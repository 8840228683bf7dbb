"""What a person asks of a family's price."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from demand.selectors.family_what_if import Asked
from sop.forms.master import PlainDecimalField

PERCENT_MIN, PERCENT_MAX = -50, 100  # further from today's price no history of ours goes
PERCENT_FIRST = 5  # asked before anybody asks


class WhatIfForm(forms.Form):
    """A price change and a promotion, in months of the plan; what is not given begins as the first look does."""

    percent = PlainDecimalField(
        max_digits=5, decimal_places=2, min_value=PERCENT_MIN, max_value=PERCENT_MAX, label="Price change, %"
    )
    promotion = forms.BooleanField(required=False, label="With a promotion")
    first = forms.ChoiceField(label="First month")
    last = forms.ChoiceField(label="Last month")

    def __init__(self, months: Sequence[date], data: Any) -> None:
        """`months` are the plan's; `data` is what the address asks for."""
        usual = {"percent": str(PERCENT_FIRST), "first": months[0].isoformat(), "last": months[-1].isoformat()}
        given = {name: data[name] for name in ("percent", "promotion", "first", "last") if name in data}
        super().__init__(usual | given, label_suffix="")
        for name in ("first", "last"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(month.isoformat(), f"{month:%b %Y}") for month in months]

    def clean(self) -> dict[str, Any]:
        """Refuse months in the wrong order."""
        data = self.cleaned_data
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", "The last month lies before the first.")
        return data

    def asked(self) -> Asked:
        """Return the question."""
        data = self.cleaned_data
        first, last = (date.fromisoformat(data[name]) for name in ("first", "last"))
        return Asked(float(data["percent"]), data["promotion"], first, last)
