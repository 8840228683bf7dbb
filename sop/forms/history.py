"""What the history can be narrowed by."""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.utils import timezone

from sop.constants import Source
from sop.models import User
from sop.selectors.history import HistoryFilter
from sop.selectors.tracked import tracked_visible


class HistoryForm(forms.Form):
    """Table, person, days, source, words of a reason; `request` and `before` travel in addresses only."""

    table = forms.ChoiceField(label="Table", required=False)
    person = forms.ModelChoiceField(label="Person", queryset=User.objects.all(), required=False, empty_label="Anyone")
    source = forms.ChoiceField(label="From", required=False, choices=[("", "Anywhere"), *Source.choices])
    since = forms.DateField(label="Since", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    words = forms.CharField(label="Reason contains", required=False, max_length=100)
    request = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    before = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        tables = [(table.code, table.label) for table in tracked_visible(user)]
        self.fields["table"].choices = [("", "All"), *tables]  # type: ignore[attr-defined]

    def clean_before(self) -> tuple[datetime, str, int] | None:
        """Return where the page before ended."""
        text = self.cleaned_data["before"]
        if not text:
            return None
        at, _, rest = text.partition("~")
        code, _, number = rest.partition("~")
        try:
            return datetime.fromisoformat(at).astimezone(UTC), code, int(number)
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError("This page does not exist.") from error

    def clean(self) -> dict[str, object]:
        """Days must be in order."""
        found: dict[str, object] = super().clean() or {}
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "This day is before the first one.")
        return found

    def asked(self) -> HistoryFilter:
        """Return what is asked for; days are the company's."""
        data = self.cleaned_data
        return HistoryFilter(
            table=data["table"],
            user_id=data["person"].pk if data["person"] else None,
            source=data["source"],
            since=_midnight(data["since"]) if data["since"] else None,
            until=_midnight(data["until"] + timedelta(days=1)) if data["until"] else None,
            words=data["words"],
            request_id=data["request"],
            before=data["before"],
        )


def _midnight(day: datetime) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
