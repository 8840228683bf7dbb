"""Limits and loads as they go out to programs and come in from them."""

from typing import Any

from rest_framework import serializers

from sop.api.serializers import Body, Query, RowOut
from sop.models import Location, Supplier
from supply.models import Capacity


class CapacityOut(RowOut):
    """What a supplier accepts to be ordered, or a warehouse holds, in one month."""

    supplier = serializers.CharField(source="supplier.code", allow_null=True, default=None)
    location = serializers.CharField(source="location.code", allow_null=True, default=None)
    version = serializers.IntegerField(help_text="Name it when you set this limit anew.")

    class Meta:
        """What is shown."""

        model = Capacity
        fields = ("id", "supplier", "location", "bucket", "unit", "quantity", "version")


class LoadOut(serializers.Serializer[Any]):
    """One month of one limit: what the plan asks for and what of it fits; moved and cut in units of the products."""

    owner = serializers.ChoiceField(choices=[("supplier", "supplier"), ("location", "location")])
    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    bucket = serializers.DateField()
    limit = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(help_text="Asked for, in the unit of the limit.")
    after = serializers.FloatField(help_text="What fits, in the unit of the limit.")
    moved = serializers.FloatField(help_text="Units ordered a month earlier.")
    cut = serializers.FloatField(help_text="Units that fit nowhere.")


class CapacityQuery(Query):
    """Whose limits, by codes, and of which month."""

    supplier = serializers.CharField(source="supplier__code")
    location = serializers.CharField(source="location__code")
    bucket = serializers.DateField()
    unit = serializers.CharField()


class CapacityIn(Body):
    """The limit of one month, of a supplier or of a warehouse; `version` is the one last seen, 0 for none."""

    supplier = serializers.SlugRelatedField(
        slug_field="code", queryset=Supplier.objects.all(), required=False, allow_null=True, default=None
    )
    location = serializers.SlugRelatedField(
        slug_field="code", queryset=Location.objects.all(), required=False, allow_null=True, default=None
    )
    bucket = serializers.DateField()
    unit = serializers.ChoiceField(choices=[("units", "Units"), ("m3", "m³"), ("money", "Money")])
    quantity = serializers.DecimalField(max_digits=16, decimal_places=3)
    reason = serializers.CharField(max_length=100)
    version = serializers.IntegerField(min_value=0)
