"""The risk of the current supply plan: by family and month, and by stock item and month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from sop.api.base import ListView, cycle_of
from sop.api.serializers import Query
from sop.models import Family, User
from supply.api.shapes import LineQuery
from supply.models import SupplyRisk
from supply.selectors.risk import family_figures, risk_rows
from supply.selectors.risk_figure import RiskFigure, figure_of
from supply.selectors.workbench import run_current

BAR = "±1.96 standard errors"
WIDEST = "±1.96 standard errors, as if all stock items strayed together: the widest it can be."


class FigureOut(serializers.Serializer[Any]):
    """What the draws say: shares between 0 and 1, units, money in plan currency, each with its error bar."""

    demand = serializers.FloatField(help_text="Mean over the draws.")
    stockout = serializers.FloatField(source="chance", allow_null=True, help_text="Null without demand.")
    stockout_bar = serializers.FloatField(source="chance_bar")
    lost_units = serializers.FloatField(source="lost", help_text="Expected sales that do not wait.")
    lost_units_bar = serializers.FloatField(source="lost_bar")
    lost_value = serializers.FloatField(source="value", help_text="At list price.")
    lost_value_bar = serializers.FloatField(source="value_bar")
    fill = serializers.FloatField(allow_null=True, help_text="Share of demand shipped when wanted; null without.")
    fill_bar = serializers.FloatField()
    draws = serializers.IntegerField(help_text="1 where nothing varies.")


@dataclass(frozen=True)
class FamilyMonth:
    """One month of one family."""

    family: str
    bucket: date
    items: int
    figure: RiskFigure


class FamilyRiskOut(serializers.Serializer[Any]):
    """One month of one family; a stock-out is the expected share of its stock items that run out."""

    family = serializers.CharField()
    bucket = serializers.DateField()
    items = serializers.IntegerField(help_text="Stock items with demand in the month.")
    risk = FigureOut(source="figure", help_text=f"Bars are {WIDEST}")


class ItemRiskOut(serializers.Serializer[Any]):
    """One month of one stock item."""

    item = serializers.IntegerField(source="item_id")
    family = serializers.CharField(source="item.product.family.code")
    product = serializers.CharField(source="item.product.code")
    location = serializers.CharField(source="item.location.code")
    bucket = serializers.DateField()
    risk = serializers.SerializerMethodField(help_text=f"Bars are {BAR}.")

    def get_risk(self, row: SupplyRisk) -> FigureOut:
        """Return the figure."""
        return FigureOut(figure_of(row)).data  # type: ignore[return-value]  # what the schema shows


class FamilyRiskQuery(Query):
    """Which families, by code, and which of their stock items."""

    family = serializers.CharField(source="family__code")
    location = serializers.CharField(source="location__code")
    abc = serializers.ChoiceField(choices=[(each, each) for each in "ABC"])
    bucket = serializers.DateField()


class FamiliesView(ListView):
    """The risk of the current run by family and month; nothing before the first run."""

    read_right = "supply.view_supply"
    query, item = FamilyRiskQuery, FamilyRiskOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> Sequence[FamilyMonth]:
        """Return the rows."""
        run = run_current(cycle_of(address["cycle_id"]))
        codes = dict(Family.objects.values_list("pk", "code"))
        found = family_figures(run, **query) if run else []
        return [FamilyMonth(codes[family], bucket, int(figure.items), figure) for family, bucket, figure in found]


class ItemsView(ListView):
    """The risk of the current run by stock item and month."""

    read_right = "supply.view_supply"
    query, item = LineQuery, ItemRiskOut
    orderings = {
        "item": ("item__product__code", "item__location__code", "bucket", "id"),
        "lost_value": ("-lost_value", "id"),
        "stockout": ("-stockout", "-lost_value", "id"),
    }

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[SupplyRisk]:
        """Return the rows."""
        return risk_rows(cycle_of(address["cycle_id"])).filter(**query)
