"""The form that gives an assumption another owner."""

from typing import Any

from django import forms

from demand.forms.shapes import VERSION_MAX
from demand.models import Assumption
from demand.selectors.assumption_owners import owners_possible
from sop.models import User


class HandOverForm(forms.Form):
    """To whom, why, and which state of it the person saw."""

    owner = forms.ModelChoiceField(User.objects.none(), empty_label="Choose", label="To")
    reason = forms.CharField(max_length=500, label="Why it changes hands")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=VERSION_MAX)

    def __init__(self, assumption: Assumption, data: Any = None) -> None:
        super().__init__(data, initial={"version": assumption.version}, label_suffix="", auto_id="hand_%s")
        owner: Any = self.fields["owner"]
        owner.queryset = owners_possible(assumption).exclude(pk=assumption.owner_id)
