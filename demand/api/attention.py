"""What needs a look: exceptions, reviewed products, the last plan's misses."""

from typing import Any

from rest_framework import serializers

from demand.constants import Attention
from demand.selectors.attention import ProductAttention, attention_rows, reviewed
from demand.services.review_mark import reviewed_set
from sop.api.base import ListView, WriteView, cycle_of
from sop.api.serializers import Body
from sop.models import Product, User
from sop.refusals import Refused


class AttentionOut(serializers.Serializer[Any]):
    """One product: why it is an exception, whether you reviewed it, how far the last plan was off in three months."""

    product = serializers.CharField()
    abc = serializers.CharField()
    why = serializers.ListField(child=serializers.ChoiceField(choices=Attention.choices))
    reviewed = serializers.BooleanField()
    missed_units = serializers.FloatField(allow_null=True, help_text="Absolute error; null where no plan held it.")
    missed_money = serializers.FloatField(allow_null=True, help_text="The same at today's prices.")


class ReviewedIn(Body):
    """Products by code, and whether you have been through them."""

    products = serializers.ListField(child=serializers.CharField(), allow_empty=False, max_length=10_000)
    reviewed = serializers.BooleanField()


class ReviewMarksOut(serializers.Serializer[Any]):
    """Everything you reviewed in this cycle."""

    products = serializers.ListField(child=serializers.CharField())


class AttentionView(ListView):
    """What a planner looks at first, one row per product you see."""

    read_right = "demand.view_demand"
    item = AttentionOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> list[ProductAttention]:
        """Return the products in scope."""
        return attention_rows(cycle_of(address["cycle_id"]), user)


class ReviewedView(WriteView):
    """Mark products as reviewed in this cycle, or take the mark back."""

    write_right = "demand.override_forecast"
    body, item = ReviewedIn, ReviewMarksOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> dict[str, list[str]]:
        """Mark them."""
        cycle = cycle_of(address["cycle_id"])
        codes = set(fields["products"])
        known = dict(Product.objects.filter(code__in=codes).values_list("code", "pk"))
        if strangers := sorted(codes - known.keys()):
            raise Refused(f"No product has the code {strangers[0]}.")
        products = list(known.values())
        reviewed_set(user=user, cycle_id=cycle.pk, products=products, reviewed=fields["reviewed"])
        marked = Product.objects.filter(pk__in=reviewed(cycle, user)).order_by("code")
        return {"products": list(marked.values_list("code", flat=True))}
