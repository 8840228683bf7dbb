"""The shapes of what people type at reconcile; meaning is checked by the services."""

from datetime import date
from typing import Any

from django import forms

from reconcile.constants import ConflictState, LeverKind
from sop.engine.months import month_list
from sop.models import Cycle, Family


class ScenarioForm(forms.Form):
    """A new scenario."""

    name = forms.CharField(max_length=120, label="What it does")
    note = forms.CharField(required=False, max_length=500, label="Note")


# Each strength of a lever, and the lever that has it.
STRENGTHS = {
    "percent": LeverKind.RAISE_PRICE,
    "elasticity": LeverKind.RAISE_PRICE,
    "cover_months": LeverKind.PRE_BUY,
    "target": LeverKind.SAFETY_STOCK,
    "multiplier": LeverKind.SAFETY_STOCK,
}


class LeverForm(forms.Form):
    """A lever with its scope, months and strength; the page shows the strengths of the chosen lever only."""

    kind = forms.ChoiceField(choices=LeverKind, label="Lever")
    family = forms.ModelChoiceField(
        queryset=Family.objects.order_by("name"), required=False, empty_label="All families"
    )
    first_bucket = forms.TypedChoiceField(coerce=date.fromisoformat, label="From")
    last_bucket = forms.TypedChoiceField(coerce=date.fromisoformat, required=False, empty_value=None, label="Until")
    percent = forms.FloatField(required=False, label="Price, %")
    elasticity = forms.FloatField(required=False, label="Elasticity")
    target = forms.FloatField(required=False, label="Service target, 0 to 1")
    multiplier = forms.FloatField(required=False, label="Safety stock, times")
    cover_months = forms.FloatField(required=False, label="Months to buy ahead (empty = by the cover rule)")

    def __init__(self, *args: object, cycle: Cycle, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        months = [(m.isoformat(), f"{m:%b %Y}") for m in month_list(cycle.bucket, cycle.horizon_months)]
        self.fields["first_bucket"].choices = months  # type: ignore[attr-defined]
        self.fields["last_bucket"].choices = [("", "End of the plan"), *months]  # type: ignore[attr-defined]

    def shown(self) -> list[tuple[forms.BoundField, str]]:
        """Return each field with the lever it belongs to, empty for those every lever has."""
        return [(field, STRENGTHS[field.name].value if field.name in STRENGTHS else "") for field in self]

    def clean(self) -> dict[str, Any]:
        """Leave out what was typed for another lever before this one was chosen: nobody sees it any more."""
        fields = super().clean() or {}
        for name, lever in STRENGTHS.items():
            if fields.get("kind") not in (None, lever):
                self.errors.pop(name, None)
                fields[name] = None
        return fields

    def params(self) -> dict[str, float]:
        """Return the strengths that were given."""
        return {name: self.cleaned_data[name] for name in STRENGTHS if self.cleaned_data[name] is not None}


class ConflictForm(forms.Form):
    """An answer to a conflict."""

    state = forms.ChoiceField(
        choices=[(ConflictState.OPEN.value, "I own it"), (ConflictState.ACCEPTED.value, "Accept")]
    )
    note = forms.CharField(required=False, max_length=2000)
