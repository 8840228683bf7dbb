"""What customers ask and what of it can be delivered, for programs."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from sop.api.base import ListView, cycle_of
from sop.api.serializers import Query
from sop.models import Customer, Family, Location, Product, User
from supply.constants import ShareRule
from supply.selectors.customer_needs import CustomerNeed, CustomerNeeds
from supply.selectors.customer_shares import customer_shares
from supply.selectors.customer_sight import Narrowed
from supply.selectors.workbench import run_current

SCOPES: dict[str, Any] = {"family": Family, "product": Product, "location": Location, "customer": Customer}


class CustomerNeedOut(serializers.Serializer[Any]):
    """One month of one product, customer and warehouse: units, and money at the price of the plan's first month."""

    family = serializers.CharField()
    product = serializers.CharField()
    customer = serializers.CharField()
    location = serializers.CharField()
    bucket = serializers.DateField()
    asked = serializers.FloatField(help_text="The consensus: what would be delivered if goods were there.")
    delivered = serializers.FloatField(help_text="What of it the supply plan can deliver that month.")
    short = serializers.FloatField()
    money = serializers.FloatField(help_text="What the short units would have brought in.")


class CustomerNeedQuery(Query):
    """Whose rows, by codes, and what a shortage is shared by (past sales unless named)."""

    family = serializers.CharField()
    product = serializers.CharField()
    location = serializers.CharField()
    customer = serializers.CharField()
    rule = serializers.ChoiceField(choices=ShareRule.choices)


class CustomerNeedsView(ListView):
    """What customers ask and what of it can be delivered, most money short first: rows of own customers for a rep."""

    read_right = "supply.view_supply"
    query, item = CustomerNeedQuery, CustomerNeedOut

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> Sequence[CustomerNeed]:
        """Return the rows; none before the first run, none of a code nobody knows."""
        run = run_current(cycle_of(address["cycle_id"]))
        if run is None:
            return []
        rule = ShareRule(query.pop("rule", ShareRule.PAST_SALES))
        keys = {
            name: SCOPES[name].objects.filter(code=code).values_list("pk", flat=True).first() or 0
            for name, code in query.items()
        }
        return CustomerNeeds(Narrowed(**keys).of(customer_shares(run, user, rule)))
