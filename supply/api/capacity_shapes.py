"""Limits and loads as they go out to programs and come in from them."""

from typing import Any

from rest_framework import serializers

from sop.api.serializers import Body, Query, RowOut
from sop.models import Location, Supplier
from supply.constants import CutBy, LimitUnit
from supply.models import Capacity, SupplierRule


class CapacityOut(RowOut):
    """What a supplier accepts to be ordered, or a warehouse holds, in one month."""

    supplier = serializers.CharField(source="supplier.code", allow_null=True, default=None)
    location = serializers.CharField(source="location.code", allow_null=True, default=None)
    version = serializers.IntegerField(help_text="Name it when you set this limit anew.")

    class Meta:
        """What is shown."""

        model = Capacity
        fields = ("id", "supplier", "location", "bucket", "unit", "quantity", "version")


class CutRuleOut(RowOut):
    """By which rule what a supplier does not accept is cut."""

    supplier = serializers.CharField(source="supplier.code")
    version = serializers.IntegerField(help_text="Name it when you state the rule anew.")

    class Meta:
        """What is shown."""

        model = SupplierRule
        fields = ("id", "supplier", "cut_by", "version")


class CutRuleQuery(Query):
    """Whose rule, by code."""

    supplier = serializers.CharField(source="supplier__code")


class CutRuleIn(Body):
    """A supplier's rule; `version` is the one last seen, 0 for none."""

    supplier = serializers.SlugRelatedField(slug_field="code", queryset=Supplier.objects.all())
    cut_by = serializers.ChoiceField(choices=CutBy.choices)
    reason = serializers.CharField(max_length=100)
    version = serializers.IntegerField(min_value=0)


class LoadOut(serializers.Serializer[Any]):
    """One month of one limit: what is wanted and what the plan takes; moved, cut and late in units of the products."""

    owner = serializers.ChoiceField(choices=[("supplier", "supplier"), ("location", "location")])
    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    bucket = serializers.DateField()
    limit = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(help_text="Wanted, in the unit of the limit.")
    after = serializers.FloatField(help_text="Planned within the limit, in its unit.")
    moved = serializers.FloatField(help_text="Units ordered a month earlier.")
    cut = serializers.FloatField(help_text="Units not ordered in time.")
    late = serializers.FloatField(help_text="Units cut before and ordered in this month instead.")


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
    unit = serializers.ChoiceField(choices=LimitUnit.choices)
    quantity = serializers.DecimalField(max_digits=16, decimal_places=3)
    reason = serializers.CharField(max_length=100)
    version = serializers.IntegerField(min_value=0)
