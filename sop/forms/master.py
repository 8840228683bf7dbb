"""Forms of master data, made from a table's fields: the same words as in files, codes typed where lists are long."""

from decimal import Decimal
from difflib import get_close_matches
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.db.models import Field, Model, QuerySet

from sop.constants import Role
from sop.forms.holidays import CALENDARS, HolidaysField
from sop.importing.registry import table_of, tables
from sop.master_spec import MasterTable
from sop.models import User

LISTED = 300  # codes offered while typing; more would weigh the page down
NEAR = 0.6
# Rows of these tables are many: their code is typed, not chosen. A row of several codes is typed with @ between.
CODES: dict[str, tuple[str, ...]] = {
    "Product": ("code",),
    "Customer": ("code",),
    "StockItem": ("product__code", "location__code"),
}
BETWEEN = " @ "
# Label and help of fields that no file brings in.
WORDS = {
    "item": ("Product @ location", "For instance SHINGLE-1 @ DC1."),
    "timezone": ("Time zone", "Deadlines are in this zone."),
    "horizon_months": ("Months a cycle plans", "12 to 24; holds from the next cycle on."),
    "reason_percent": ("A change needs a reason above, %", "Of the month's number, at submit."),
    "reason_value": ("A change needs a reason above, money", "Whichever of the two comes first."),
    "working_days": (
        "Months by their working days",
        "Baselines take a month as long as its Mondays to Fridays. Compare the error of a run with and without it.",
    ),
    "holidays": (
        "Public holidays of",
        "A country or a region of it: US, US-CA, DE-BY. Not counted as working days.",
    ),
    "ets_for_a": (
        "A third method for A products",
        "Exponential smoothing joins the mean of their regular rows. It gains little and computes a minute per 1,000.",
    ),
    "carry_rate": ("Carrying cost a year", "As a share of the stock's value: 0.18."),
    "cash_ceiling": ("Cash in stock, at most", "What the whole inventory may be worth."),
    "purchases_ceiling": ("Purchases a month, at most", "What all that arrives in a month may cost."),
}


class CodeField(forms.CharField):
    """A row of another table, named by its code (a stock item: product @ location)."""

    def __init__(self, model: type[Model], paths: tuple[str, ...], **kwargs: Any) -> None:
        self.model, self.paths = model, paths
        super().__init__(**kwargs)
        self.widget.attrs |= {"list": f"codes-{model.__name__.lower()}", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Return the code of the row the form begins with."""
        if isinstance(value, int):
            return BETWEEN.join(self.model._default_manager.values_list(*self.paths).get(pk=value))
        return value

    def clean(self, value: Any) -> Model | None:  # type: ignore[override]
        """Return the row; say the nearest code where there is none."""
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        parts = [part.strip() for part in text.split(BETWEEN.strip())]
        if len(parts) == len(self.paths) and "\0" not in text:
            found = self.model._default_manager.filter(**dict(zip(self.paths, parts, strict=True))).first()
            if found is not None:
                return found
        near = get_close_matches(text, self.listed(), n=1, cutoff=NEAR)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise forms.ValidationError(f"There is no {self.model._meta.verbose_name} {text!r}.{hint}")

    def listed(self) -> list[str]:
        """Return codes to offer."""
        rows = self.model._default_manager.order_by(*self.paths).values_list(*self.paths)
        return [BETWEEN.join(codes) for codes in rows[:LISTED]]


class PlainDecimalField(forms.DecimalField):
    """A number without the zeros its column fills up: 0.27, not 0.270000."""

    def prepare_value(self, value: Any) -> Any:
        """Return the number as a person would write it."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) and value.is_finite() else value


class MasterForm(forms.ModelForm):  # type: ignore[type-arg]
    """One row of a table; the version says which state of it the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def lists(self) -> list[tuple[str, list[str]]]:
        """Return the codes to offer per kind of row."""
        fields = {each.model: each for each in self.fields.values() if isinstance(each, CodeField)}
        rows = [(f"codes-{model.__name__.lower()}", field.listed()) for model, field in fields.items()]
        return rows + [(CALENDARS, each.listed()) for each in self.fields.values() if isinstance(each, HolidaysField)]

    def values(self) -> dict[str, Any]:
        """Return what was typed, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def master_form(table: MasterTable) -> type[MasterForm]:
    """Return the form class of a table."""
    made: Any = forms.modelform_factory(
        table.model, form=MasterForm, fields=table.fields, formfield_callback=lambda field: _field(table, field)
    )
    return cast("type[MasterForm]", made)


def _field(table: MasterTable, field: "Field[Any, Any]") -> forms.Field | None:
    label, help_text = _words(table, field)
    related = field.related_model
    if isinstance(related, type) and related.__name__ in CODES:
        return CodeField(related, CODES[related.__name__], label=label, help_text=help_text, required=not field.blank)
    options: dict[str, Any] = {"label": label, "help_text": help_text}
    nothing = "None" if field.blank else "Choose"  # what a list says before something is chosen
    if field.choices:
        has_blank = field.blank or not field.has_default()
        options["choices"] = field.get_choices(include_blank=has_blank, blank_choice=[("", nothing)])
    if field.name == "timezone":
        return forms.ChoiceField(choices=[(zone, zone) for zone in sorted(available_timezones())], **options)
    if field.name == "holidays":
        return HolidaysField(required=False, **options)
    if field.name == "currency":
        wrong = {"invalid": "Write three capital letters, as in USD."}
        return forms.RegexField(r"^[A-Z]{3}$", required=not field.blank, error_messages=wrong, **options)
    if field.name == "bucket":
        options |= {"input_formats": ["%Y-%m", "%Y-%m-%d"]}
        options["widget"] = forms.DateInput({"type": "month"}, format="%Y-%m")
    elif field.get_internal_type() == "DateField":
        options["widget"] = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    elif field.get_internal_type() == "DecimalField":
        options["widget"] = forms.NumberInput({"step": "any", "inputmode": "decimal"})
        options["form_class"] = PlainDecimalField
    elif field.get_internal_type() == "TextField":
        options["widget"] = forms.Textarea({"rows": 2})
    made = field.formfield(**options)
    if related is User and isinstance(made, forms.ModelChoiceField):
        made.queryset = _people(table)
    if isinstance(made, forms.ModelChoiceField) and made.empty_label is not None:
        made.empty_label = nothing
    return made


def _people(table: MasterTable) -> QuerySet[User]:
    """Return who can be chosen in a table: those with its right, else the sales reps."""
    active = User.objects.filter(is_active=True)
    if not table.people:
        return active.filter(groups__name=Role.REP)
    app, codename = table.people.split(".")
    holds = {"groups__permissions__codename": codename, "groups__permissions__content_type__app_label": app}
    return active.filter(**holds).distinct()


def _words(table: MasterTable, field: "Field[Any, Any]") -> tuple[str, str]:
    """Return a field's label and help: those of the files' column of the same name, so that both speak alike."""
    if any(each.name == table.name for each in tables()):
        column = next((each for each in table_of(table.name).columns if each.name == field.name), None)
        if column is not None:
            return column.label, column.help
    if field.name in WORDS:
        return WORDS[field.name]
    return str(field.verbose_name).capitalize(), ""
