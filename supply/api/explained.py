"""Stock explained, for programs: one row a stock item, and summed by buyer, supplier or family."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from sop.api.base import ListView, cycle_of
from sop.api.serializers import Query
from sop.models import User
from supply.api.shapes import NAMES, ItemQuery, OfItem
from supply.models import StockExplained
from supply.selectors import explained as selectors

VIEW = "supply.view_supply"
UNITS: dict[str, Any] = {"max_digits": 18, "decimal_places": 3}
MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 2}


class ExplainedOut(OfItem):
    """One stock item's balance by class, units and money in plan currency; classes add up to on hand and on order."""

    supplier = serializers.CharField(source="supplier.code", allow_null=True, default=None)
    buyer = serializers.CharField(source="item.buyer.username", allow_null=True, default=None)
    unexplained_money = serializers.DecimalField(**MONEY)

    class Meta:
        """What is shown."""

        model = StockExplained
        fields = (
            *(*NAMES, "supplier", "buyer", "on_hand", "on_order", *selectors.SUMS, "unexplained_money"),
            *("lengthened", *selectors.GROWTH, "per_month", "months", "backlog", "assumed_days", "measured_days"),
            *("earlier_days", "held_before", "safety_planned", "safety_assumed", "safety_measured", "lot"),
            "pre_bought",
        )


class StockPartOut(serializers.Serializer[Any]):
    """One class of a group's balance."""

    name = serializers.CharField()
    units = serializers.DecimalField(
        **UNITS, allow_null=True, help_text="Null where the group's products are counted in several units."
    )
    money = serializers.DecimalField(**MONEY)
    is_explained = serializers.BooleanField()


class StockGroupOut(serializers.Serializer[Any]):
    """Stock items of one buyer, supplier or family; growth is against a year ago, null where that is not known."""

    key = serializers.CharField()
    name = serializers.CharField()
    items = serializers.IntegerField()
    unit = serializers.CharField(allow_null=True, help_text="What its products are counted in; null: in several.")
    money = serializers.DecimalField(**MONEY)
    unexplained = serializers.DecimalField(**MONEY)
    lengthened = serializers.DecimalField(**MONEY, allow_null=True)
    growth = serializers.DecimalField(**MONEY, allow_null=True)
    grown_by_lead = serializers.DecimalField(**MONEY, allow_null=True)
    parts = StockPartOut(many=True)


class GroupQuery(Query):
    """What to sum by; supplier unless said."""

    by = serializers.ChoiceField(choices=[(name, name) for name in selectors.GROUPS])


class ExplainedView(ListView):
    """What explains each stock item's stock and open orders in the current run, most unexplained money first."""

    read_right = VIEW
    query, item = ItemQuery, ExplainedOut
    orderings = {"unexplained": ("-unexplained_money", "id"), "item": ("item__product__code", "item__location__code")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[StockExplained]:
        """Return the rows."""
        return selectors.items_explained(cycle_of(address["cycle_id"])).filter(**query)


class GroupsView(ListView):
    """The same summed by buyer, supplier or family."""

    read_right = VIEW
    query, item = GroupQuery, StockGroupOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> Sequence[selectors.Group]:
        """Return the groups; none before the first run."""
        run, _ = selectors.explained_run(cycle_of(address["cycle_id"]))
        return selectors.groups(run, query.get("by", "supplier")) if run else []
