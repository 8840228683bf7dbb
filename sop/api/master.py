"""Master data: what is sold, to whom, from where, bought from whom."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from sop.api.base import ListView
from sop.api.serializers import Query, RowOut
from sop.models import Customer, Family, Location, Product, Region, Supplier, User
from sop.selectors.scope import customers_visible

BY_CODE = {"code": ("code",), "name": ("name", "code")}
CODED = ("id", "code", "name")


class FamilyOut(RowOut):
    """One product family; a planning unit other than the base unit comes with its conversion."""

    base_per_planning_unit = serializers.DecimalField(max_digits=14, decimal_places=6)

    class Meta:
        """What is shown."""

        model = Family
        fields = (*CODED, "planning_unit", "base_per_planning_unit")


class ProductOut(RowOut):
    """One product; its family and its predecessor by code."""

    family = serializers.CharField(source="family.code")
    predecessor = serializers.CharField(source="predecessor.code", allow_null=True)

    class Meta:
        """What is shown."""

        model = Product
        fields = (
            *(*CODED, "family", "unit", "whole_units", "volume_m3", "shelf_life_days"),
            *("launched_on", "ended_on", "predecessor", "abc"),
        )


class CustomerOut(RowOut):
    """One customer; its region by code, its rep by name."""

    region = serializers.CharField(source="region.code")
    owner = serializers.CharField(source="owner.name", allow_null=True)

    class Meta:
        """What is shown."""

        model = Customer
        fields = (*CODED, "region", "owner", "key_account")


class RegionOut(RowOut):
    """One sales region."""

    class Meta:
        """What is shown."""

        model = Region
        fields = CODED


class LocationOut(RowOut):
    """One warehouse."""

    class Meta:
        """What is shown."""

        model = Location
        fields = (*CODED, "space_m3")


class SupplierOut(RowOut):
    """One supplier; without a currency of its own it bills in the plan currency."""

    class Meta:
        """What is shown."""

        model = Supplier
        fields = (*CODED, "currency", "payment_days")


class CodeQuery(Query):
    """Which rows."""

    code = serializers.CharField()


class ProductQuery(CodeQuery):
    """Which products."""

    family = serializers.CharField(source="family__code")
    abc = serializers.ChoiceField(choices=["A", "B", "C"])


class CustomerQuery(CodeQuery):
    """Which customers."""

    region = serializers.CharField(source="region__code")
    key_account = serializers.BooleanField()


class FamiliesView(ListView):
    """All product families."""

    query, item, orderings = CodeQuery, FamilyOut, BY_CODE

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Family]:
        """Return the families."""
        return Family.objects.filter(**query)


class ProductsView(ListView):
    """All products."""

    query, item, orderings = ProductQuery, ProductOut, BY_CODE

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Product]:
        """Return the products."""
        return Product.objects.select_related("family", "predecessor").filter(**query)


class CustomersView(ListView):
    """The customers you may see in detail."""

    query, item, orderings = CustomerQuery, CustomerOut, BY_CODE

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Customer]:
        """Return the customers in scope."""
        return customers_visible(user).select_related("region", "owner").filter(**query)


class RegionsView(ListView):
    """All sales regions."""

    query, item, orderings = CodeQuery, RegionOut, BY_CODE

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Region]:
        """Return the regions."""
        return Region.objects.filter(**query)


class LocationsView(ListView):
    """All warehouses."""

    query, item, orderings = CodeQuery, LocationOut, BY_CODE

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Location]:
        """Return the warehouses."""
        return Location.objects.filter(**query)


class SuppliersView(ListView):
    """All suppliers."""

    query, item, orderings = CodeQuery, SupplierOut, BY_CODE

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Supplier]:
        """Return the suppliers."""
        return Supplier.objects.filter(**query)
