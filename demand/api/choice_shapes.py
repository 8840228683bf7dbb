"""What of chosen baselines and of rows' kinds goes out to programs and comes in from them."""

from typing import Any

from rest_framework import serializers

from demand.constants import ChoiceMethod, Pattern, Route
from demand.models import BaselineSeries
from sop.api.serializers import Body, Query, RowOut


class ProfileQuery(Query):
    """Which rows."""

    pattern = serializers.ChoiceField(choices=Pattern.choices)
    route = serializers.ChoiceField(choices=Route.choices)
    xyz = serializers.ChoiceField(choices=["X", "Y", "Z"])
    broke = serializers.BooleanField(help_text="Only rows whose level broke lately.")
    words = serializers.CharField(help_text="In product, customer or family.")


class ProfileOut(RowOut):
    """One row of the adopted run."""

    product = serializers.CharField(source="series.product.code")
    customer = serializers.CharField(source="series.customer.code")
    location = serializers.CharField(source="series.location.code")

    class Meta:
        """What is shown."""

        model = BaselineSeries
        fields = (
            *("series", "product", "customer", "location", "pattern", "xyz", "route", "reason", "members", "fallback"),
            *("months", "broke_on", "broke_to", "wape", "bias", "mase", "fva", "noise"),
        )


class BaselineChoiceQuery(Query):
    """Which choices."""

    active = serializers.BooleanField()
    method = serializers.ChoiceField(choices=ChoiceMethod.choices)
    product = serializers.CharField(source="product__code")
    family = serializers.CharField(source="family__code")


class BaselineChoiceOut(serializers.Serializer[Any]):
    """One choice, in parts and in words."""

    id = serializers.IntegerField()
    active = serializers.BooleanField()
    product = serializers.CharField(source="product.code", default=None)
    family = serializers.CharField(source="family.code", default=None)
    customer = serializers.CharField(source="customer.code", default=None)
    method = serializers.ChoiceField(choices=ChoiceMethod.choices)
    quantity = serializers.DecimalField(16, 3, allow_null=True)
    like = serializers.CharField(source="like.code", default=None)
    scale_percent = serializers.DecimalField(7, 2)
    ramp_months = serializers.IntegerField()
    reason = serializers.CharField()
    words = serializers.CharField()
    chosen_by = serializers.CharField(source="chosen_by.username")
    chosen_at = serializers.DateTimeField()


class BaselineChoiceIn(Body):
    """How a product or a family (of one customer, if named) is forecast; all by code."""

    product = serializers.CharField(required=False, allow_null=True)
    family = serializers.CharField(required=False, allow_null=True)
    customer = serializers.CharField(required=False, allow_null=True)
    method = serializers.ChoiceField(choices=ChoiceMethod.choices)
    quantity = serializers.DecimalField(16, 3, required=False, allow_null=True, help_text="Of a flat level, a month.")
    like = serializers.CharField(required=False, allow_null=True, help_text="A product whose last year is repeated.")
    scale_percent = serializers.DecimalField(7, 2, required=False, allow_null=True, help_text="Of it; left out: 100.")
    ramp_months = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    reason = serializers.CharField(max_length=1000)


class BaselineChoiceEndIn(Body):
    """Why it no longer holds."""

    reason = serializers.CharField(max_length=1000)
