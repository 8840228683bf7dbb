"""What goes in and out where assumptions change hands and are held against what came."""

from typing import Any

from rest_framework import serializers

from demand.engine.assumption_score import VERDICTS
from sop.api.serializers import Body


class HandOverIn(Body):
    """The new owner by sign-in name, why, and the version you saw."""

    owner = serializers.CharField(max_length=150)
    version = serializers.IntegerField(min_value=0)
    reason = serializers.CharField(max_length=500)


class ScoreOut(serializers.Serializer[Any]):
    """What an assumption was expected to give the months that are over, and what came, in the rows you see."""

    assumption = serializers.IntegerField(source="assumption.pk")
    stated_by = serializers.CharField(help_text="Who had it first.")
    months_known = serializers.IntegerField(source="known")
    months = serializers.IntegerField()
    expected_units = serializers.DecimalField(None, 3, source="expected")
    came_units = serializers.DecimalField(None, 3, source="came", help_text="Ordered, less the plan without it.")
    expected_money = serializers.DecimalField(None, 2)
    came_money = serializers.DecimalField(None, 2)
    noise_units = serializers.DecimalField(None, 3, source="noise", help_text="What these rows are usually off by.")
    verdict = serializers.ChoiceField(choices=VERDICTS, source="outcome.verdict")
    share = serializers.DecimalField(None, 4, source="outcome.share", allow_null=True)
    sentence = serializers.CharField()
