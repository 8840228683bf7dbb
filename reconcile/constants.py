"""Kinds of conflicts and levers."""

from django.db import models


class ConflictKind(models.TextChoices):
    """Where demand, supply and money contradict each other."""

    SHORTAGE = "shortage", "Short"
    CASH = "cash", "Cash"
    MARGIN = "margin", "Margin"


class ConflictState(models.TextChoices):
    """A conflict closes itself when its condition is gone."""

    OPEN = "open", "Open"
    SENT = "sent", "Sent to review"
    ACCEPTED = "accepted", "Accepted as it is"
    GONE = "gone", "Gone"


class LeverKind(models.TextChoices):
    """What leadership can pull; applied in this order."""

    RAISE_PRICE = "raise_price", "Raise price"
    PRE_BUY = "pre_buy", "Pre-buy before a cost rise"
    SAFETY_STOCK = "safety_stock", "Change safety stock"


class ScenarioState(models.TextChoices):
    """A frozen scenario is an option in the executive review and cannot change."""

    DRAFT = "draft", "Draft"
    FROZEN = "frozen", "Frozen for review"
    DROPPED = "dropped", "Dropped"
