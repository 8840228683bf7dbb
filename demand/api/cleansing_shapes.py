"""What of cleansing goes out to programs and comes in from them."""

from typing import Any

from rest_framework import serializers

from demand.constants import CleansingCause, CleansingDecision, CleansingKind
from demand.models import Cleansing
from sop.api.serializers import Body, Query, RowOut
from sop.models import Job


class CleansingQuery(Query):
    """Which corrections, by codes."""

    state = serializers.ChoiceField(choices=["proposed", "rule", "accepted", "refused"], help_text="rule: by itself.")
    kind = serializers.ChoiceField(choices=CleansingKind.choices)
    cause = serializers.ChoiceField(choices=CleansingCause.choices)
    family = serializers.CharField(source="series__product__family__code")
    product = serializers.CharField(source="series__product__code")
    customer = serializers.CharField(source="series__customer__code")


class CleansingDecidedRow(RowOut):
    """A correction as it stands after a decision."""

    class Meta:
        """What is shown."""

        model = Cleansing
        fields: tuple[str, ...] = ("id", "version", "series", "bucket", "state", "raw", "proposed", "cleaned", "note")


class CleansingOut(CleansingDecidedRow):
    """One correction of one month, base units; `units` and `money` are what it moves, `raw_now` today's raw demand."""

    family = serializers.CharField(source="series.product.family.code")
    product = serializers.CharField(source="series.product.code")
    customer = serializers.CharField(source="series.customer.code")
    location = serializers.CharField(source="series.location.code")
    decided_by = serializers.CharField(source="decided_by.username", default=None)
    units = serializers.DecimalField(None, 3)
    money = serializers.DecimalField(None, 2, allow_null=True)
    effect = serializers.FloatField(allow_null=True, help_text="Money a month of the baseline moves by, about.")
    raw_now = serializers.DecimalField(None, 3)

    class Meta(CleansingDecidedRow.Meta):
        """What is shown."""

        fields = (
            *CleansingDecidedRow.Meta.fields,
            *(
                "kind",
                "cause",
                "why",
                "family",
                "product",
                "customer",
                "location",
                "by_rule",
                "decided_by",
                "decided_at",
            ),
            *("units", "money", "effect", "raw_now"),
        )


class CleansingSeenIn(Body):
    """One correction in the version you saw."""

    id = serializers.IntegerField(min_value=1)
    version = serializers.IntegerField(min_value=0)


class CleansingDecideIn(Body):
    """What to do with which corrections."""

    decision = serializers.ChoiceField(choices=CleansingDecision.choices)
    rows = CleansingSeenIn(many=True, allow_empty=False)
    cleaned = serializers.DecimalField(
        16, 3, required=False, allow_null=True, help_text="Your own number, for one correction you accept; say why."
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class CleansingAddIn(Body):
    """A month of a series, what it should be, and why."""

    series = serializers.IntegerField(min_value=1)
    bucket = serializers.DateField()
    cleaned = serializers.DecimalField(
        16, 3, required=False, allow_null=True, help_text="Base units; left out: filled from its neighbours, in season."
    )
    note = serializers.CharField(max_length=500)
    version = serializers.IntegerField(
        min_value=0, required=False, default=0, help_text="Of the month's correction as you saw it; 0: there was none."
    )


class CleansingDecidedOut(serializers.Serializer[Any]):
    """The corrections decided on."""

    decided = CleansingDecidedRow(many=True)


class CleansingJobOut(RowOut):
    """The work asked for; ask `jobs/ID/` how far it is."""

    class Meta:
        """What is shown."""

        model = Job
        fields = ("id", "kind", "state", "created_at")
