"""Kinds of flags, targets and limits of planning supply."""

from django.db import models


class FlagKind(models.TextChoices):
    """What is wrong with the plan of a stock item, a supplier, a warehouse or the company; flags change no plan."""

    SHORTAGE = "shortage", "Short"
    BELOW_SS = "below_ss", "Below safety stock"
    LATE_ORDER = "late_order", "Order needed earlier"
    PAST_DUE_PO = "past_due_po", "Purchase order past due"
    NO_SUPPLY = "no_supply", "Nothing can arrive in the horizon"
    EXCESS = "excess", "Excess"
    NO_DEMAND = "no_demand", "Stock without demand"
    EXPEDITE = "expedite", "Can still be hurried"
    SUPPLIER_OVER = "supplier_over", "Supplier at its limit"
    SPACE_OVER = "space_over", "Warehouse space"
    CASH_OVER = "cash_over", "Stock above its ceiling"
    PURCHASES_OVER = "purchases_over", "Purchases above their ceiling"
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


LIVE = (FlagState.OPEN, FlagState.ACCEPTED, FlagState.RAISED)
COMPANY_KINDS = (FlagKind.CASH_OVER, FlagKind.PURCHASES_OVER)  # of the whole company, one of each in a cycle
LIMIT_KINDS = (FlagKind.SUPPLIER_OVER, FlagKind.SPACE_OVER, *COMPANY_KINDS)  # not of a stock item


class LimitUnit(models.TextChoices):
    """What a limit counts."""

    UNITS = "units", "Units"
    M3 = "m3", "m³"
    MONEY = "money", "Money"


class CutBy(models.TextChoices):
    """By which rule what a supplier does not accept is cut from its items' orders; the engine knows them by name."""

    FAIR_SHARE = "fair share", "Equal days of supply"
    PRIORITY = "priority", "Priority, then margin"
    PROPORTIONAL = "proportional", "In proportion"


class ServiceType(models.TextChoices):
    """What a service target promises."""

    CYCLE = "cycle", "No stock-out per replenishment"
    FILL = "fill", "Share of demand served from stock"


class ShareRule(models.TextChoices):
    """What a shortage is shared by among the customers of an item; never by what they ask for now alone."""

    PAST_SALES = "past-sales", "Past sales"
    CORRECTED_NEED = "corrected-need", "Corrected need"


class Draws(models.IntegerChoices):
    """How often the risk of a run is drawn for each stock item."""

    WORKING = 200, "200, while planning"
    TO_PUBLISH = 2000, "2,000, for a plan to publish"


ASKING_MORE = 1.3  # times as much: what a trial asks, to show what it would have earned
STEPS_PER_MONTH = 4  # quarter months: whole-month lead times misstate lost units by a third
SUPPLY_CHUNK_ITEMS = 2000
REPLAN_AT_MOST = 1000  # stock items planned anew while somebody at a page waits; more need a run
NEAR = {"supplier": 0.90, "location": 0.85}  # from this share of its limit on a load is near it
DEFAULT_SERVICE_TARGET = "0.95"  # of a class nobody set one for, per replenishment
DEFAULT_REVIEW_DAYS = 7
LEAD_TIME_MEASURED_DAYS = 3 * 365  # orders of three years, in which regimes are told apart; the last one counts
PROMISES_DAYS = 365  # promises of a year: every season once
EARLIER_DAYS = 365  # a year ago: what stock, orders and lead times are held against
DEFAULT_LEAD_TIME_DAYS = 30  # a lane without any lead time is planned with this and flagged
