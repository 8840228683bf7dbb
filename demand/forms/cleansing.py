"""The forms of corrections of history."""

from collections.abc import Sequence

from django import forms

from demand.constants import CleansingCause, CleansingDecision, CleansingKind
from demand.forms.shapes import ID_MAX, VERSION_MAX, Malformed
from demand.selectors.cleansing import ORDERS, STATES, Narrowed
from sop.forms.master import PlainDecimalField
from sop.models import Family


class CleansingFilter(forms.Form):
    """What a list of corrections is narrowed by and in which order it stands."""

    state = forms.ChoiceField(choices=STATES.items(), required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=[("", "Kind: all"), *CleansingKind.choices], required=False)
    cause = forms.ChoiceField(choices=[("", "Cause: all"), *CleansingCause.choices], required=False)
    quarter = forms.DateField(required=False, widget=forms.HiddenInput)
    family = forms.ModelChoiceField(Family.objects.order_by("name"), required=False, empty_label="Family: all")
    order = forms.ChoiceField(
        choices=[(name, f"By {name}") for name in ORDERS], required=False, initial="baseline", label="Order"
    )
    q = forms.CharField(max_length=100, required=False, label="Search product or customer")

    def narrowed(self) -> Narrowed:
        """Return the filter; nothing named shows what waits for a decision."""
        data = self.cleaned_data
        state = data["state"] if "state" in self.data else Narrowed.state
        family = data["family"].pk if data["family"] else None
        return Narrowed(state, data["kind"], data["cause"], data["quarter"], family, data["q"])


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
