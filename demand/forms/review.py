"""The shape of what the demand planner's review and the log of changes take."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from demand.constants import Action, Reason
from demand.forms.shapes import VERSION_MAX, Malformed
from demand.selectors.change_sets import LogFilter
from demand.services.change_review import Pick
from sop.constants import Source
from sop.models import User
from sop.selectors.cycle import company_midnight


def pick(text: str) -> Pick:
    """Read one change as ChangeGroup.key wrote it: whose, of what, the word and the numbers seen."""
    try:
        person, product, version, mark = (int(part) for part in text.split("."))
    except ValueError as error:
        raise Malformed("Name the change by what its page gave.") from error
    if max(person, product, version) > VERSION_MAX or not -(2**63) <= mark < 2**63:
        raise Malformed("Name the change by what its page gave.")
    return Pick(person, product, version, mark)


class BelowForm(forms.Form):
    """Below which percent of the baseline changes are accepted together."""

    percent = forms.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal("0.01"), max_value=100)


class ChangeLogForm(forms.Form):
    """What the log of changes can be narrowed by."""

    person = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Anyone")
    action = forms.ChoiceField(label="What", required=False, choices=[("", "Anything"), *Action.choices])
    reason = forms.ChoiceField(required=False, choices=[("", "Any"), *Reason.choices])
    source = forms.ChoiceField(label="From", required=False, choices=[("", "Anywhere"), *Source.choices])
    since = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput({"type": "date"}))
    size = forms.DecimalField(
        label="Up or down by, units", required=False, min_value=0, max_digits=13, decimal_places=3
    )
    words = forms.CharField(label="Scope or note", required=False, max_length=100)

    def __init__(self, data: Any, people: QuerySet[User]) -> None:
        """`people` are those whose changes the reader may see."""
        super().__init__(data, label_suffix="")
        cast("forms.ModelChoiceField[User]", self.fields["person"]).queryset = people

    def clean(self) -> dict[str, Any]:
        """Days must be in order."""
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", "This day is before the first one.")
        return found

    def asked(self) -> LogFilter:
        """Return what is asked for; days are the company's."""
        data = self.cleaned_data
        return LogFilter(
            person_id=data["person"].pk if data["person"] else None,
            action=data["action"],
            reason=data["reason"],
            source=data["source"],
            since=company_midnight(data["since"]) if data["since"] else None,
            until=company_midnight(data["until"] + timedelta(days=1)) if data["until"] else None,
            size=data["size"],
            words=data["words"],
        )
