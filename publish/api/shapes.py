"""What of published plans and measures goes out to programs and comes in from them."""

from typing import Any

from rest_framework import serializers

from demand.constants import Layer
from publish.constants import CheckState, MeasureKind
from publish.engine.measure import bias, wmape
from publish.models import DecisionCheck, PlanLine, PlanMeasure, PublishedPlan
from sop.api.serializers import Body, Query, RowOut


class PlanOut(RowOut):
    """One version of one cycle's plan, sealed by a hash over its lines and the plan before it."""

    published_by = serializers.CharField(source="published_by_name")

    class Meta:
        """What is shown."""

        model = PublishedPlan
        fields = (
            *("id", "cycle", "version", "scenario_run", "reason", "approvers", "published_by", "published_at"),
            *("currency", "line_count", "previous_seal", "seal"),
        )


class PlanLineOut(RowOut):
    """One month of one product at one location; with a customer: demand, without: the stock item."""

    class Meta:
        """What is shown."""

        model = PlanLine
        fields = (
            *("product_code", "location_code", "customer_code", "family_code", "region_code", "bucket", "demand"),
            *("revenue", "receipts", "closing", "cogs", "inventory_value", "purchases_value"),
        )


class MeasureOut(RowOut):
    """How one layer of a cycle's forecast did in one month, for one group; bias plus = forecast too high."""

    wmape = serializers.SerializerMethodField()
    bias = serializers.SerializerMethodField()

    class Meta:
        """What is shown."""

        model = PlanMeasure
        fields = ("bucket", "lag", "kind", "code", "layer", "forecast", "actual", "absolute_error", "wmape", "bias")

    def get_wmape(self, row: PlanMeasure) -> float | None:
        """Return the error as a share of the actual."""
        return wmape(row.absolute_error, row.actual)

    def get_bias(self, row: PlanMeasure) -> float | None:
        """Return the bias as a share of the actual."""
        return bias(row.forecast, row.actual)


class MeasuredOut(serializers.Serializer[Any]):
    """The months a plan was measured against."""

    months = serializers.ListField(child=serializers.DateField())


class CheckOut(RowOut):
    """One look back at one decision."""

    class Meta:
        """What is shown."""

        model = DecisionCheck
        fields = ("id", "decision", "state", "sentence", "checked_at")


class PlanQuery(Query):
    """Which plans."""

    cycle = serializers.IntegerField(source="cycle_id")


class PlanLineQuery(Query):
    """Which lines, by codes."""

    family = serializers.CharField(source="family_code")
    product = serializers.CharField(source="product_code")
    location = serializers.CharField(source="location_code")
    customer = serializers.CharField(source="customer_code")
    bucket = serializers.DateField()


class MeasureQuery(Query):
    """Which measures."""

    bucket = serializers.DateField()
    kind = serializers.ChoiceField(choices=MeasureKind.choices)
    code = serializers.CharField()
    layer = serializers.ChoiceField(choices=Layer.choices)


class PublishIn(Body):
    """Why a published plan is corrected; empty for the first version."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class CheckIn(Body):
    """How a decision turned out."""

    state = serializers.ChoiceField(choices=CheckState.choices)
    sentence = serializers.CharField(max_length=2000)
