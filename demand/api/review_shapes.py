"""What of the review and the log goes out to programs and comes in from them."""

from typing import Any

from rest_framework import serializers

from demand.constants import Action, ChangeState, Reason
from demand.models import ChangeReview, ChangeSet
from demand.selectors.consensus import WINDOWS
from sop.api.serializers import Body, Query, RowOut
from sop.constants import Source

VERSION_MAX = 2**31 - 1


class ChangeQuery(Query):
    """Which changes."""

    state = serializers.ChoiceField(choices=ChangeState.choices)
    person = serializers.CharField(source="username")
    product = serializers.CharField(source="product_code")
    family = serializers.CharField(source="family_code")


class ChangeOut(serializers.Serializer[Any]):
    """One person's changes of one product: totals of the months that left the baseline, base units and plan price."""

    person = serializers.CharField(source="username")
    product = serializers.CharField(source="product_code")
    family = serializers.CharField(source="family_code")
    baseline = serializers.DecimalField(18, 3)
    sales = serializers.DecimalField(18, 3)
    money = serializers.DecimalField(None, 2)
    cells = serializers.IntegerField()
    without_reason = serializers.IntegerField(source="unexplained")
    first = serializers.DateField(allow_null=True)
    last = serializers.DateField(allow_null=True)
    changed_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=ChangeState.choices)
    asked = serializers.CharField()
    answer = serializers.CharField()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(help_text="Of the review; a write names it.")
    mark = serializers.CharField(help_text="Of the numbers; a write names it.")


class ChangePickIn(Body):
    """One change as you saw it."""

    person = serializers.CharField(help_text="User name.")
    product = serializers.CharField()
    version = serializers.IntegerField(min_value=0, max_value=VERSION_MAX)
    mark = serializers.RegexField(r"^-?\d{1,19}$", help_text="As it came, as text.")


class ChangesAcceptIn(Body):
    """Which changes to accept: named ones, or all below a percent that wait for you."""

    changes = ChangePickIn(many=True, required=False)
    below_percent = serializers.DecimalField(5, 2, required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class ChangeAskIn(ChangePickIn):
    """A question about one change as you saw it."""

    note = serializers.CharField(max_length=2000)


class ChangeAnswerIn(Body):
    """An answer to the question you saw."""

    product = serializers.CharField()
    version = serializers.IntegerField(min_value=0, max_value=VERSION_MAX)
    note = serializers.CharField(max_length=2000)


class ReviewedOut(serializers.Serializer[Any]):
    """How many are accepted, and a sentence for each that is not."""

    accepted = serializers.IntegerField()
    refused = serializers.ListField(child=serializers.CharField())


class ChangeReviewOut(RowOut):
    """What was said of one change."""

    person = serializers.CharField(source="person.username")
    product = serializers.CharField(source="product.code")

    class Meta:
        """What is shown."""

        model = ChangeReview
        fields = ("person", "product", "state", "note", "answer", "baseline", "sales", "version", "decided_at")


class ConsensusQuery(Query):
    """Over which months."""

    window = serializers.ChoiceField(choices=WINDOWS)


class AmountOut(serializers.Serializer[Any]):
    """Base units and money at plan price."""

    units = serializers.DecimalField(None, 3)
    money = serializers.DecimalField(None, 2)


class FamilyLayersOut(serializers.Serializer[Any]):
    """One family's layers; null where there is no such layer at all."""

    family = serializers.CharField(source="code")
    naive = AmountOut()
    baseline = AmountOut()
    sales = AmountOut()
    assumed = AmountOut(help_text="Sales with the assumptions in the number.")
    consensus = AmountOut()
    last = AmountOut(allow_null=True, help_text="The last cycle's consensus of these months.")
    budget = AmountOut(allow_null=True)


class BridgeStepOut(serializers.Serializer[Any]):
    """One step; those between the first and the last make up their difference exactly."""

    step = serializers.CharField(source="label")
    is_total = serializers.BooleanField()
    amount = AmountOut()


class ConsensusOut(serializers.Serializer[Any]):
    """Families by layer, and how the consensus came about."""

    months = serializers.ListField(child=serializers.DateField())
    families = FamilyLayersOut(many=True)
    from_last_cycle = BridgeStepOut(many=True)
    from_budget = BridgeStepOut(many=True)


class ChangeSetOut(RowOut):
    """What changed the demand number at once: one human action over cells, an assumption, a baseline."""

    class Meta:
        """What is shown."""

        model = ChangeSet
        fields = (
            *("id", "at", "user_name", "action", "scope", "reason", "note", "cells", "total_before", "total_after"),
            *("undoes", "assumption", "source", "request_id"),
        )


class ChangeSetQuery(Query):
    """Which change sets."""

    user = serializers.CharField(help_text="User name.")
    action = serializers.ChoiceField(choices=Action.choices)
    reason = serializers.ChoiceField(choices=Reason.choices)
    source_ = serializers.ChoiceField(choices=Source.choices)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="Not included.")
    size = serializers.DecimalField(13, 3, min_value=0, help_text="The least change of the sum, up or down.")
    words = serializers.CharField(max_length=100, help_text="In scope or note.")

    def get_fields(self) -> dict[str, Any]:
        """Name the field `source`, a word the class itself uses."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class LogCellOut(serializers.Serializer[Any]):
    """One cell as a change left it; quantities null = at the layer below."""

    series = serializers.IntegerField()
    product = serializers.CharField(source="product_code")
    customer = serializers.CharField()
    location = serializers.CharField()
    bucket = serializers.DateField()
    layer = serializers.CharField()
    before = serializers.DecimalField(16, 3, allow_null=True)
    after = serializers.DecimalField(16, 3, allow_null=True)
    reason = serializers.CharField(source="reason_code")
    note = serializers.CharField()
    who = serializers.CharField()
    at = serializers.DateTimeField()
    source_ = serializers.CharField(source="source_code")
    request_id = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """Name the field `source`, a word the class itself uses."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}
