"""What of gather demand goes out to programs and comes in from them."""

from typing import Any

from rest_framework import serializers

from demand.constants import AssumptionKind, AssumptionState, Reason, RunningState
from demand.models import BaselineRun
from demand.selectors.submit import Unexplained
from sop.api.serializers import Body, Query, RowOut


class LayersOut(serializers.Serializer[Any]):
    """One month of one series in base units; `version` is what an edit of the cell names."""

    series = serializers.IntegerField()
    family = serializers.CharField()
    product = serializers.CharField()
    customer = serializers.CharField()
    location = serializers.CharField()
    month = serializers.DateField()
    naive = serializers.DecimalField(max_digits=16, decimal_places=3, allow_null=True)
    baseline = serializers.DecimalField(max_digits=16, decimal_places=3, allow_null=True)
    sales = serializers.DecimalField(max_digits=16, decimal_places=3, allow_null=True)
    consensus = serializers.DecimalField(max_digits=16, decimal_places=3, allow_null=True)
    version = serializers.IntegerField()


class SavedOut(serializers.Serializer[Any]):
    """A cell as it is now."""

    series = serializers.IntegerField()
    bucket = serializers.DateField()
    quantity = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()


class RefusedOut(SavedOut):
    """A cell that was not changed and why; after a conflict what it holds now, by whom and since when."""

    version = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(help_text="conflict, scope or range")
    message = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


class OutcomeOut(serializers.Serializer[Any]):
    """What became of a change set."""

    change_set = serializers.UUIDField()
    saved = SavedOut(many=True)
    refused = RefusedOut(many=True)
    saved_at = serializers.CharField()


class UnexplainedOut(serializers.Serializer[Any]):
    """One product's changes that need a reason before submitting."""

    product = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    was = serializers.DecimalField(max_digits=18, decimal_places=3)
    now = serializers.DecimalField(max_digits=18, decimal_places=3)
    value = serializers.DecimalField(max_digits=None, decimal_places=2)
    cells = serializers.SerializerMethodField()

    def get_cells(self, row: Unexplained) -> list[dict[str, Any]]:
        """Return the cells as the reasons address takes them."""
        return [{"series": series, "bucket": bucket} for series, bucket in row.cells]


class AccuracyOut(serializers.Serializer[Any]):
    """How well a run forecast the year held back: of a route, a family or a method."""

    by = serializers.ChoiceField(choices=["route", "family", "method"])
    name = serializers.CharField()
    series = serializers.IntegerField()
    wape = serializers.FloatField(allow_null=True)
    bias = serializers.FloatField(allow_null=True, help_text="Plus: forecast too high.")
    fva = serializers.FloatField(allow_null=True, help_text="Share of the seasonal naive's error taken away.")
    beside = serializers.FloatField(allow_null=True, help_text="Of a method: the baseline's wape on the same rows.")
    held_80 = serializers.FloatField(allow_null=True, help_text="Of a route: share of months inside the 80 % range.")
    held_95 = serializers.FloatField(allow_null=True)


class BaselineRunOut(RowOut):
    """One run of the baseline; the adopted one is what everybody sees."""

    class Meta:
        """What is shown."""

        model = BaselineRun
        fields = (
            *("id", "job", "first_bucket", "horizon_months", "history_until", "complete", "adopted"),
            *("created_at", "adopted_at"),
        )


class PlanQuery(Query):
    """Which part of the plan, by codes."""

    family = serializers.CharField(source="product__family__code")
    product = serializers.CharField(source="product__code")
    customer = serializers.CharField(source="customer__code")
    location = serializers.CharField(source="location__code")
    series = serializers.IntegerField(source="pk")
    month = serializers.DateField(help_text="First day of the month.")


class CellIn(Body):
    """One cell: `quantity` null gives it back to the layer below; `version` is the one last seen, 0 for none."""

    series = serializers.IntegerField()
    bucket = serializers.DateField()
    quantity = serializers.DecimalField(max_digits=16, decimal_places=3, allow_null=True)
    version = serializers.IntegerField(required=False)


class OverridesIn(Body):
    """One change over one or many cells, as the grid sends it; it is recorded as sent by a program."""

    change_set = serializers.UUIDField(help_text="Made by you; the same one again changes nothing.")
    cells = CellIn(many=True)
    reason = serializers.ChoiceField(choices=Reason.choices, required=False)
    note = serializers.CharField(required=False)


class CellKeyIn(Body):
    """Names one cell."""

    series = serializers.IntegerField()
    bucket = serializers.DateField()


class ReasonsIn(Body):
    """One reason for several changed cells."""

    cells = CellKeyIn(many=True)
    reason = serializers.ChoiceField(choices=Reason.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class ReasonedOut(serializers.Serializer[Any]):
    """The cells that took the reason, with their new versions."""

    saved = SavedOut(many=True)


class AssumptionOut(serializers.Serializer[Any]):
    """One assumption, with what it gives this cycle's plan in the rows you see: units and money over its months."""

    id = serializers.IntegerField(source="assumption.pk")
    version = serializers.IntegerField(source="assumption.version")
    kind = serializers.ChoiceField(choices=AssumptionKind.choices, source="assumption.kind")
    state = serializers.ChoiceField(choices=AssumptionState.choices, source="assumption.state")
    owner = serializers.CharField(source="assumption.owner.username")
    product = serializers.CharField(source="assumption.product.code", default=None)
    family = serializers.CharField(source="assumption.family.code", default=None)
    customer = serializers.CharField(source="assumption.customer.code", default=None)
    successor = serializers.CharField(source="assumption.successor.code", default=None)
    first_bucket = serializers.DateField(source="assumption.first_bucket")
    last_bucket = serializers.DateField(source="assumption.last_bucket")
    quantity = serializers.DecimalField(16, 3, source="assumption.quantity", allow_null=True)
    percent = serializers.DecimalField(7, 2, source="assumption.percent", allow_null=True)
    probability = serializers.DecimalField(5, 2, source="assumption.probability")
    note = serializers.CharField(source="assumption.note")
    link = serializers.CharField(source="assumption.link")
    units = serializers.DecimalField(None, 3, source="effect.units")
    money = serializers.DecimalField(None, 2, source="effect.money")
    weighted_units = serializers.DecimalField(None, 3)
    weighted_money = serializers.DecimalField(None, 2)
    replaced_cells = serializers.IntegerField(source="effect.replaced", help_text="Where a planner's number stands.")
    notes = serializers.ListField(child=serializers.CharField(), source="sentences")


class AssumptionQuery(Query):
    """Which assumptions."""

    state = serializers.ChoiceField(choices=AssumptionState.choices)
    kind = serializers.ChoiceField(choices=AssumptionKind.choices)
    customer = serializers.CharField(source="customer__code")


class AssumptionIn(Body):
    """What is stated: of a product, a family or a customer, by code; either a quantity a month or a percent."""

    kind = serializers.ChoiceField(choices=AssumptionKind.choices)
    state = serializers.ChoiceField(choices=RunningState.choices)
    product = serializers.CharField(required=False, allow_null=True)
    family = serializers.CharField(required=False, allow_null=True)
    customer = serializers.CharField(required=False, allow_null=True)
    successor = serializers.CharField(required=False, allow_null=True, help_text="Of a discontinued product.")
    first_bucket = serializers.DateField()
    last_bucket = serializers.DateField(required=False, allow_null=True, help_text="Left out: to the plan's end.")
    quantity = serializers.DecimalField(16, 3, required=False, allow_null=True, help_text="Base units a month.")
    percent = serializers.DecimalField(7, 2, required=False, allow_null=True, help_text="Of sales; -100 leaves none.")
    probability = serializers.DecimalField(5, 2, required=False)
    note = serializers.CharField(max_length=2000)
    link = serializers.URLField(max_length=200, required=False, allow_blank=True)


class AssumptionChangeIn(AssumptionIn):
    """The assumption as it should be, whole."""

    version = serializers.IntegerField(min_value=0)
    reason = serializers.CharField(max_length=500)


class WithdrawIn(Body):
    """Why it no longer holds, and the version you saw."""

    version = serializers.IntegerField(min_value=0)
    reason = serializers.CharField(max_length=500)
