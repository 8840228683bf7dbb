"""One row's baseline looked into, and a family's demand against its price."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from demand.api.choice_shapes import ProfileOut
from demand.forms.what_if import PERCENT_FIRST, PERCENT_MAX, PERCENT_MIN
from demand.selectors.family_price import family_series
from demand.selectors.family_what_if import Asked, FamilyStudy, family_study
from demand.selectors.layers import plan_months
from demand.selectors.row_study import RowStudy, row_study
from sop.api.base import OneView, cycle_of
from sop.api.serializers import Query
from sop.models import Family, User

Units = serializers.FloatField


class MemberOut(serializers.Serializer[Any]):
    """One method's own forecast."""

    way = serializers.CharField()
    quantities = serializers.ListField(child=Units(), source="points", help_text="Base units, by `ahead`.")


class RowTestOut(serializers.Serializer[Any]):
    """How one method would have forecast the months held back, with the months before them alone."""

    way = serializers.CharField()
    quantities = serializers.ListField(child=Units(), source="points", help_text="Base units, by `held`.")
    wape = Units(allow_null=True)
    bias = Units(allow_null=True, help_text="Plus = too high.")
    mase = Units(allow_null=True)
    fva = Units(allow_null=True, help_text="Share of the error of the same month last year taken away.")


class PartOut(serializers.Serializer[Any]):
    """Trend, season or what is left, in base units."""

    name = serializers.CharField()
    quantities = serializers.ListField(child=Units(), source="values", help_text="By `past`.")


class RowStudyOut(serializers.Serializer[Any]):
    """One row calculated once more; parts need two years of history."""

    baseline = ProfileOut(source="row.facts")
    history_changed = serializers.BooleanField(source="is_older", help_text="Since the adopted run.")
    left_out = serializers.CharField(help_text="The method that one row alone does not give; empty = none.")
    past = serializers.ListField(child=serializers.DateField())
    ahead = serializers.ListField(child=serializers.DateField())
    members = MemberOut(many=True)
    held = serializers.ListField(child=serializers.DateField(), help_text="Months of the test.")
    actual = serializers.ListField(child=Units(), help_text="What came, by `held`.")
    tests = RowTestOut(many=True)
    parts = PartOut(many=True)
    seasonal_strength = Units(allow_null=True, help_text="0 to 1.")
    trend_strength = Units(allow_null=True, help_text="0 to 1.")
    sentences = serializers.ListField(child=serializers.CharField())


class BaselineRowView(OneView):
    """How one row is forecast: its methods, the last year tested, trend, season and what is left."""

    read_right = "demand.view_demand"
    item = RowStudyOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> RowStudy:
        """Return the row calculated once more."""
        found = row_study(cycle_of(address["cycle_id"]), user, series_id=address["series_id"])
        if found is None:
            raise Http404
        return found


class WhatIfQuery(Query):
    """A price change in months of the plan."""

    percent = serializers.FloatField(
        min_value=PERCENT_MIN, max_value=PERCENT_MAX, help_text=f"Of the price; left out: {PERCENT_FIRST}."
    )
    promotion = serializers.BooleanField()
    first = serializers.DateField(help_text="First month; left out: the plan's first.")
    last = serializers.DateField(help_text="Last month; left out: the plan's last.")


class EffectOut(serializers.Serializer[Any]):
    """Percent of demand for one percent of price, with its 95 % interval."""

    value = Units()
    low = Units()
    high = Units()


class WhatIfMonthOut(serializers.Serializer[Any]):
    """One month, base units."""

    month = serializers.DateField(source="bucket")
    plan = Units(help_text="Before assumptions.")
    changed = Units()
    low = Units()
    high = Units()


class WhatIfOut(serializers.Serializer[Any]):
    """What history says of a family's price, and what the change would do; nothing is written into the plan."""

    refusal = serializers.CharField(help_text="Why history cannot tell; then the rest is empty.")
    observations = serializers.IntegerField(source="months", help_text="Months the regression saw.")
    elasticity = EffectOut(allow_null=True)
    lift = Units(allow_null=True, help_text="Share of demand a promotion adds.")
    explained = Units(allow_null=True, help_text="R2.")
    is_told = serializers.BooleanField(help_text="Demand fell when the price rose, by more than noise.")
    sentences = serializers.ListField(child=serializers.CharField())
    percent = Units(source="answer.percent", default=None, allow_null=True, help_text="Of demand in the months asked.")
    beyond = serializers.CharField(source="answer.beyond", default="", help_text="Where the price was never before.")
    months = WhatIfMonthOut(source="answer.months", many=True, default=[])
    assumption = serializers.DictField(source="answer.prefilled", default={}, help_text="What it would be, if stated.")


class FamilyWhatIfView(OneView):
    """What a price change or a promotion would do to a family's demand, by its history in the rows you see."""

    read_right = "demand.view_demand"
    query, item = WhatIfQuery, WhatIfOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> FamilyStudy:
        """Return what the family's history says."""
        cycle = cycle_of(address["cycle_id"])
        family = Family.objects.filter(code=address["family"]).first()
        if family is None or not family_series(user, family).exists():
            raise Http404
        months = plan_months(cycle)
        first, last = query.get("first", months[0]), query.get("last", months[-1])
        if not (first in months and last in months and first <= last):
            raise ValidationError({"last": ["Name months of the plan in their order, by their first day."]})
        asked = Asked(query.get("percent", PERCENT_FIRST), query.get("promotion", False), first, last)
        return family_study(cycle, user, family, asked)
