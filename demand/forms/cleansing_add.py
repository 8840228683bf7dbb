"""The form of a correction a person adds."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from demand.forms.shapes import VERSION_MAX
from sop.forms.master import PlainDecimalField

NUMBER, NEIGHBOURS = "number", "neighbours"


class CorrectForm(forms.Form):
    """A month, what it should be and why; `seen` says which corrections the person saw when the page was made."""

    bucket = forms.TypedChoiceField(coerce=date.fromisoformat, label="Month")
    how = forms.ChoiceField(
        choices=[(NUMBER, "This number"), (NEIGHBOURS, "Filled from its neighbours, in season")],
        initial=NUMBER,
        widget=forms.RadioSelect,
        label="Should be",
    )
    cleaned = PlainDecimalField(required=False, max_digits=16, decimal_places=3, label="Units")
    note = forms.CharField(max_length=500, label="Why history is corrected")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, months: Sequence[date], seen: Mapping[date, int], data: Mapping[str, Any] | None = None) -> None:
        held = " ".join(f"{month}:{version}" for month, version in sorted(seen.items()))
        super().__init__(data, initial={"seen": held})
        self.fields["bucket"].choices = [(month.isoformat(), f"{month:%b %Y}") for month in months]  # type: ignore[attr-defined]

    def clean_seen(self) -> dict[date, int]:
        """Return the version seen of each month that had a correction."""
        try:
            pairs = (pair.split(":") for pair in self.cleaned_data["seen"].split())
            return {date.fromisoformat(month): min(int(version), VERSION_MAX) for month, version in pairs}
        except ValueError as error:
            raise forms.ValidationError("What was seen of this row cannot be read; open the page again.") from error

    def clean(self) -> dict[str, Any]:
        """Ask for the number where one is to count."""
        data = super().clean() or {}
        if data.get("how") == NUMBER and data.get("cleaned") is None and "cleaned" not in self.errors:
            self.add_error("cleaned", "Give the number, or let it be filled from its neighbours.")
        return data

    def stated(self) -> dict[str, Any]:
        """Return what is asked for, as the service takes it."""
        data = self.cleaned_data
        return {
            "bucket": data["bucket"],
            "cleaned": data["cleaned"] if data["how"] == NUMBER else None,
            "note": data["note"],
            "version": data["seen"].get(data["bucket"], 0),
        }
