"""What is measured, and how a sealed plan may be corrected."""

from django.db import models


class MeasureKind(models.TextChoices):
    """The levels at which last month's plan is held against what happened."""

    TOTAL = "total", "Total"
    FAMILY = "family", "Family"
    REGION = "region", "Region"
    CUSTOMER = "customer", "Customer"


class CheckState(models.TextChoices):
    """How a decision turned out."""

    KEPT = "kept", "As expected"
    MISSED = "missed", "Not as expected"
    UNKNOWN = "unknown", "Cannot be told yet"


# What a seal's heading covers. 1: without the reason of a correction; plans sealed so stay sealed so.
SEAL_FORMAT = 2
