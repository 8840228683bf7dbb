"""The shapes of what supply planners type; meaning is checked by the services."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from sop.models import Location, Supplier
from sop.refusals import Refused
from supply.constants import CutBy, FlagState, LimitUnit, ServiceType
from supply.models import LeadTimeAssumption
from supply.services.receipts import ReceiptCell

REASON = 200
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


class ReceiptsForm:
    """Planned receipts of a row of months, as they were on the page and as somebody wants them now.

    Posted per month: `now-2022-03-01`, `was-2022-03-01` and `version-2022-03-01`; a month whose number did not change
    is left out. Empty gives the month back to the calculation.
    """

    def __init__(self, data: Mapping[str, str]) -> None:
        """Keep what was posted."""
        self.data = data

    def cells(self) -> list[ReceiptCell]:
        """Return the months somebody changed; raises Refused with month and cure."""
        found = []
        for name in self.data:
            if not name.startswith("now-"):
                continue
            day = name.removeprefix("now-")
            now, was = (self.data.get(f"{part}-{day}", "").strip() for part in ("now", "was"))
            if now == was:
                continue
            try:
                bucket, version = date.fromisoformat(day), int(self.data.get(f"version-{day}") or 0)
            except ValueError:
                raise Refused("Choose months of the plan.") from None
            found.append(ReceiptCell(bucket, self._quantity(now, bucket), version))
        if not found:
            raise Refused("No month was changed: type a number into the row “Set by hand” first.")
        return found

    def reason(self) -> str:
        """Return why; raises Refused where it is missing or too long."""
        reason = self.data.get("reason", "").strip()
        if not 0 < len(reason) <= REASON:
            raise Refused(f"Why: say it in a sentence of at most {REASON} letters.")
        return reason

    def _quantity(self, typed: str, bucket: date) -> Decimal | None:
        if not typed:
            return None
        plain = typed.replace(",", "") if THOUSANDS.fullmatch(typed) else typed
        try:
            return forms.DecimalField(max_digits=16, decimal_places=3).clean(plain)
        except forms.ValidationError as error:
            raise Refused(f"{bucket:%b %Y}: “{typed[:40]}” cannot be taken. {error.messages[0]}") from None


class _StatedForm(forms.Form):
    """Base of what states a lead time for orders placed from a day on."""

    valid_from = forms.DateField(label="For orders from", widget=forms.DateInput(attrs={"type": "date"}))
    mean_days = forms.DecimalField(max_digits=6, decimal_places=1, label="Days on average")
    sd_days = forms.DecimalField(max_digits=6, decimal_places=1, label="Spread in days (standard deviation)")
    reason = forms.CharField(max_length=200, label="Why")
    seen = forms.RegexField(r"^(\d{1,18}:\d{1,18} ?)*$", required=False, widget=forms.HiddenInput)

    def version_of(self, row: LeadTimeAssumption | None) -> int:
        """Return the version of a lead time that stood on the page; 0 where it did not stand there."""
        seen = dict(pair.split(":") for pair in self.cleaned_data["seen"].split())
        return int(seen.get(str(row.pk), 0)) if row else 0


class LeadTimeForm(_StatedForm):
    """A lead time stated on the page of a stock item: of one of its suppliers."""

    supplier = forms.IntegerField(widget=forms.HiddenInput)
    this_product_only = forms.BooleanField(required=False, label="This product only")


class SupplierLeadTimeForm(_StatedForm):
    """A lead time stated on the page of a supplier: of all its products or of one, by code."""

    product = forms.CharField(required=False, max_length=64, label="Product code (empty = all of them)")
    field_order = ("product",)


class PolicyForm(forms.Form):
    """How a stock item is to be stocked."""

    service_target = forms.DecimalField(
        required=False, max_digits=5, decimal_places=2, label="Service target, % (empty = that of its class)"
    )
    service_type = forms.ChoiceField(choices=ServiceType, label="Which promises")
    safety_stock = forms.DecimalField(
        required=False, max_digits=16, decimal_places=3, label="Own safety stock (empty = calculated)"
    )
    reason = forms.CharField(max_length=200, label="Why")
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class FlagForm(forms.Form):
    """An answer to a flag."""

    state = forms.ChoiceField(choices=[(s.value, s.label) for s in (FlagState.ACCEPTED, FlagState.RAISED)])
    note = forms.CharField(required=False, max_length=2000)


class RuleForm(forms.Form):
    """By which rule what a supplier does not accept is cut."""

    supplier = forms.IntegerField(label="Supplier")
    cut_by = forms.ChoiceField(choices=CutBy, label="Rule")
    reason = forms.CharField(max_length=100, label="Why")
    version = forms.IntegerField(min_value=0)


class LimitForm(forms.Form):
    """What a supplier accepts or a warehouse holds in each of some months."""

    owner = forms.RegexField(r"^(supplier|location)-\d{1,18}$", label="Supplier or warehouse")
    unit = forms.ChoiceField(choices=LimitUnit, label="Counted in")
    first = forms.DateField(label="From")
    last = forms.DateField(label="To")
    quantity = forms.DecimalField(max_digits=16, decimal_places=3, label="Limit a month")
    reason = forms.CharField(max_length=100, label="Why")
    seen = forms.RegexField(r"^(\d{1,18}:\d{1,18} ?)*$", required=False, widget=forms.HiddenInput)

    def clean_owner(self) -> dict[str, int]:
        """Return whose limit it is, as the column and the number."""
        kind, number = self.cleaned_data["owner"].split("-")
        model: Any = {"supplier": Supplier, "location": Location}[kind]
        if not model.objects.filter(pk=int(number)).exists():
            raise forms.ValidationError("Choose one of the list.")
        return {f"{kind}_id": int(number)}

    def scope(self) -> tuple[dict[str, int], str, date, date]:
        """Return owner, unit, first and last month."""
        fields = self.cleaned_data
        return fields["owner"], fields["unit"], fields["first"], fields["last"]

    def versions(self) -> dict[int, int]:
        """Return the version of each limit that stood on the page."""
        pairs = (pair.split(":") for pair in self.cleaned_data["seen"].split())
        return {int(row): int(at) for row, at in pairs}
