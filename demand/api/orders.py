"""The order book by series and month, and what a row's customers make of their orders."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers

from demand.api.comments import row_id
from demand.models import OrderBook
from demand.selectors.orders import RowOrders, order_book
from demand.selectors.row_background import orders_behind
from sop.api.base import ListView, OneView, cycle_of
from sop.api.serializers import Query
from sop.models import User


class OrderBookOut(serializers.Serializer[Any]):
    """Open orders and quotes of one series for one month asked for, in base units."""

    series = serializers.IntegerField(source="series_id")
    family = serializers.CharField(source="series.product.family.code")
    product = serializers.CharField(source="series.product.code")
    customer = serializers.CharField(source="series.customer.code")
    location = serializers.CharField(source="series.location.code")
    month = serializers.DateField(source="bucket")
    open_orders = serializers.DecimalField(16, 3)
    quotes = serializers.DecimalField(16, 3)
    as_of = serializers.DateField()


class OrderBookQuery(Query):
    """Which part of the order book, by codes."""

    family = serializers.CharField(source="series__product__family__code")
    product = serializers.CharField(source="series__product__code")
    customer = serializers.CharField(source="series__customer__code")
    location = serializers.CharField(source="series__location__code")
    series = serializers.IntegerField(source="series_id")
    month = serializers.DateField(source="bucket", help_text="First day of the month.")


class OrderBookView(ListView):
    """The order book of the customers you see, as its last file said."""

    read_right = "demand.view_demand"
    query, item = OrderBookQuery, OrderBookOut
    orderings = {"month": ("bucket", "series_id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[OrderBook]:
        """Return the rows in scope."""
        return order_book(user).filter(**query)


class RowQuery(Query):
    """Which row: name one of them, or none for the total."""

    family = serializers.CharField(help_text="Its code.")
    product = serializers.CharField(help_text="Its code.")
    series = serializers.IntegerField()


class RowOrdersOut(serializers.Serializer[Any]):
    """Orders of a row, base units; ordered, shipped and cancelled are of the last twelve months before the plan."""

    as_of = serializers.DateField(allow_null=True)
    open_orders = serializers.DecimalField(None, 3)
    overdue = serializers.DecimalField(None, 3, help_text="Asked for before the plan's first month.")
    quotes = serializers.DecimalField(None, 3, source="horizon_quotes")
    ordered = serializers.DecimalField(None, 3)
    shipped = serializers.DecimalField(None, 3)
    cancelled = serializers.DecimalField(None, 3)
    index = serializers.FloatField(allow_null=True, help_text="Ordered for every 1 kept; 1 = as in normal time.")
    sentence = serializers.CharField()


class RowOrdersView(OneView):
    """What is on order in a row of the plan, and how much of it is likely to stay."""

    read_right = "demand.view_demand"
    query, item = RowQuery, RowOrdersOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> RowOrders:
        """Return the row's orders."""
        found = orders_behind(cycle_of(address["cycle_id"]), user, row_id=row_id(query))
        if found is None:
            raise Http404
        return found
