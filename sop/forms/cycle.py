"""Shapes of what is typed about cycles: a month, a reason, the calendar."""

from django import forms

from sop.constants import Role, StepKind
from sop.models import User


class CycleOpenForm(forms.Form):
    """The first month of the first cycle; later ones follow by themselves."""

    month = forms.DateField(
        label="First month to plan",
        required=False,
        help_text="Empty: the month after the last cycle, or this month for the first.",
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        error_messages={"invalid": "Write the month as year and month, for instance 2022-02."},
    )


class ReasonForm(forms.Form):
    """Why, in a sentence; the service says when it must not be empty."""

    reason = forms.CharField(label="Reason", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class CalendarLineForm(forms.Form):
    """One step of the calendar: who owns it and when it is due."""

    owner_role = forms.ChoiceField(label="Role", choices=Role.choices)
    owner = forms.ModelChoiceField(label="Person", queryset=User.objects.none(), required=False, empty_label="Anyone")
    due_working_day = forms.IntegerField(label="Working day", min_value=1, max_value=23)
    due_hour = forms.IntegerField(label="Hour", min_value=0, max_value=23)

    def __init__(self, *args: object, kind: StepKind, **kwargs: object) -> None:
        super().__init__(*args, **{"prefix": kind.value, **kwargs})  # type: ignore[arg-type]
        self.kind = kind
        self.fields["owner"].queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]
        for field in self.fields.values():
            # The table's headings name the columns for the eye; each box says its own name to a screen reader.
            field.widget.attrs["aria-label"] = f"{kind.label}: {field.label}"
