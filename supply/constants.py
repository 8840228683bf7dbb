"""Kinds of flags, targets and limits of planning supply."""

from django.db import models


class FlagKind(models.TextChoices):
    """What is wrong with a stock item's plan; flags never change the plan."""

    SHORTAGE = "shortage", "Short"
    BELOW_SS = "below_ss", "Below safety stock"
    LATE_ORDER = "late_order", "Order needed earlier"
    PAST_DUE_PO = "past_due_po", "Purchase order past due"
    NO_SUPPLY = "no_supply", "Nothing can arrive in the horizon"
    EXCESS = "excess", "Excess"
    NO_DEMAND = "no_demand", "Stock without demand"
    HOARD_STOCK = "hoard_stock", "More than is explained"
    HOARD_ORDERS = "hoard_orders", "Orders beyond need"
    PADDED = "padded", "Forecast above sales"
    BULLWHIP = "bullwhip", "Orders swing more than sales"
    SHELF_LIFE = "shelf_life", "Stock outlasts its shelf life"


class FlagState(models.TextChoices):
    """A flag closes itself when its condition is gone."""

    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Seen, being handled"
    RAISED = "raised", "Raised to reconcile"
    GONE = "gone", "Gone"


class ServiceType(models.TextChoices):
    """What a service target promises."""

    CYCLE = "cycle", "No stock-out per replenishment"
    FILL = "fill", "Share of demand served from stock"


STEPS_PER_MONTH = 4  # quarter months: whole-month lead times misstate lost units by a third
SUPPLY_CHUNK_ITEMS = 2000
DEFAULT_SERVICE_TARGET = "0.95"
DEFAULT_REVIEW_DAYS = 7
LEAD_TIME_MEASURED_DAYS = 3 * 365  # orders of three years, in which regimes are told apart; the last one counts
PROMISES_DAYS = 365  # promises of a year: every season once
EARLIER_DAYS = 365  # a year ago: what stock, orders and lead times are held against
DEFAULT_LEAD_TIME_DAYS = 30  # a lane without any lead time is planned with this and flagged
