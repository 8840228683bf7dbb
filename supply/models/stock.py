"""What is on hand, what is on order, and how a stock item is to be stocked."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from sop.models.history import history
from supply.constants import ServiceType

TARGET_RANGE = [MinValueValidator(0.5), MaxValueValidator(0.9999)]


class ClassTarget(models.Model):
    """One row is the service target of products of a class; a stock item may have its own."""

    abc = models.CharField("class", max_length=1, choices=[(c, c) for c in "ABC"], unique=True)
    service_target = models.DecimalField(max_digits=5, decimal_places=4, validators=TARGET_RANGE)
    service_type = models.CharField(max_length=5, choices=ServiceType, default=ServiceType.CYCLE)
    history = history()

    class Meta:
        """By class."""

        ordering = ["abc"]
        constraints = [
            models.CheckConstraint(
                condition=Q(service_target__gte=0.5, service_target__lt=1), name="classtarget_target_range"
            ),
        ]

    def __str__(self) -> str:
        return f"Class {self.abc}: {self.service_target:.2%}"


class StockItem(models.Model):
    """One row is a product held at a location: what is supplied, with its stocking policy."""

    product = models.ForeignKey("sop.Product", on_delete=models.PROTECT, related_name="stock_items")
    location = models.ForeignKey("sop.Location", on_delete=models.PROTECT, related_name="stock_items")
    # Empty = that of its product's class, and what that promises.
    service_target = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True, validators=TARGET_RANGE)
    service_type = models.CharField(max_length=5, choices=ServiceType, default=ServiceType.CYCLE)
    backorder_share = models.DecimalField(max_digits=4, decimal_places=3, default=0)  # of unmet demand that waits
    # A planner's own safety stock in base units; empty = the calculated one.
    safety_stock = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    max_cover_months = models.DecimalField(max_digits=5, decimal_places=2, default=4)
    # Who buys it; plans nothing, and groups what is explained of stock. Empty = its supplier groups it.
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    history = history()

    class Meta:
        """Once per product and location."""

        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "location"], name="stockitem_once"),
            models.CheckConstraint(
                condition=Q(service_target__gte=0.5, service_target__lt=1), name="stockitem_target_range"
            ),
            models.CheckConstraint(
                condition=Q(backorder_share__gte=0, backorder_share__lte=1), name="stockitem_backorder_share_range"
            ),
        ]
        permissions = [
            ("view_supply", "See the supply plan"),
            ("plan_supply", "Run supply plans, edit lead times, capacity, planned receipts and policies"),
            ("flag_shortage", "Raise and answer supply flags"),
            ("close_supply", "Close plan supply"),
            ("export_supply", "Export the supply plan"),
        ]

    def __str__(self) -> str:
        return f"{self.product} at {self.location}"


class OnHand(models.Model):
    """One row is what lay in stock of a stock item on a day, valued at average cost; customers' backlog beside it."""

    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="on_hand")
    as_of = models.DateField()
    quantity = models.DecimalField(max_digits=16, decimal_places=3)
    average_cost = models.DecimalField(max_digits=14, decimal_places=4)  # plan currency per base unit
    backlog = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    history = history()

    class Meta:
        """One count per day."""

        ordering = ["item", "as_of"]
        constraints = [
            models.UniqueConstraint(fields=["item", "as_of"], name="onhand_once_per_day"),
            models.CheckConstraint(condition=Q(backlog__gte=0, average_cost__gte=0), name="onhand_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.quantity} on {self.as_of}"


class PurchaseOrderLine(models.Model):
    """One row is a line bought from a supplier; open while received is less than ordered and it is not closed."""

    number = models.CharField(max_length=40)
    line = models.CharField(max_length=20, default="1")
    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="purchase_orders")
    supplier = models.ForeignKey("sop.Supplier", on_delete=models.PROTECT, related_name="purchase_orders")
    ordered_on = models.DateField()
    first_promised_on = models.DateField()
    promised_on = models.DateField()  # the latest promise
    received_on = models.DateField(null=True, blank=True)
    ordered = models.DecimalField(max_digits=16, decimal_places=3)
    received = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4)  # in the supplier's currency
    closed = models.BooleanField(default=False)
    history = history()

    class Meta:
        """A line has one number."""

        ordering = ["ordered_on", "number", "line"]
        constraints = [
            models.UniqueConstraint(fields=["number", "line"], name="purchaseorder_once"),
            models.CheckConstraint(
                condition=Q(ordered__gt=0, received__gte=0, unit_cost__gte=0), name="purchaseorder_quantities"
            ),
        ]
        indexes = [models.Index(fields=["item", "closed"], name="purchaseorder_item_closed")]

    def __str__(self) -> str:
        return f"{self.number}/{self.line}"
