"""What goes in and out where assumptions change hands and are held against what came."""

from rest_framework import serializers

from sop.api.serializers import Body


class HandOverIn(Body):
    """The new owner by sign-in name, why, and the version you saw."""

    owner = serializers.CharField(max_length=150)
    version = serializers.IntegerField(min_value=0)
    reason = serializers.CharField(max_length=500)
