"""From whom, how long it takes, how much can come."""

from django.db import models
from django.db.models import Q

from sop.models.history import history


class Sourcing(models.Model):
    """One row is a lane: a stock item bought from a supplier, with its lot rules."""

    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="lanes")
    supplier = models.ForeignKey("sop.Supplier", on_delete=models.PROTECT, related_name="lanes")
    share = models.DecimalField(max_digits=5, decimal_places=4, default=1)
    moq = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    multiple = models.DecimalField(max_digits=16, decimal_places=3, default=1)
    max_order = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    review_days = models.PositiveSmallIntegerField(default=7)
    frozen_days = models.PositiveSmallIntegerField(default=0)  # no planned order is placed within these days
    yield_mean = models.DecimalField(max_digits=5, decimal_places=4, default=1)  # of what is ordered, this share comes
    yield_sd = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    # An order may come this soon for a surcharge in plan currency per unit; empty = it cannot be hurried.
    expedite_days = models.PositiveSmallIntegerField(null=True, blank=True)
    expedite_cost = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    history = history()

    class Meta:
        """One lane per item and supplier."""

        verbose_name_plural = "sourcing"
        ordering = ["item", "supplier"]
        constraints = [
            models.UniqueConstraint(fields=["item", "supplier"], name="sourcing_once"),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=1, moq__gte=0, multiple__gt=0), name="sourcing_ranges"
            ),
            models.CheckConstraint(
                condition=Q(
                    yield_mean__gte=0.01, yield_mean__lte=1, yield_sd__gte=0, yield_sd__lt=1, expedite_cost__gte=0
                ),
                name="sourcing_delivery_ranges",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} from {self.supplier}"


class LeadTimeAssumption(models.Model):
    """One row is the lead time we plan with for orders placed from a date: for a supplier, or one of its products."""

    supplier = models.ForeignKey("sop.Supplier", on_delete=models.PROTECT, related_name="lead_times")
    product = models.ForeignKey(
        "sop.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="lead_times"
    )
    valid_from = models.DateField()
    mean_days = models.DecimalField(max_digits=6, decimal_places=1)
    sd_days = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    measured_mean_days = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    measured_sd_days = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    receipts_measured = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    history = history()

    class Meta:
        """One assumption per supplier, product and start."""

        ordering = ["supplier", "product", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "product", "valid_from"], nulls_distinct=False, name="leadtime_once_per_day"
            ),
            models.CheckConstraint(condition=Q(mean_days__gt=0, sd_days__gte=0), name="leadtime_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.mean_days} days from {self.valid_from}"


class Capacity(models.Model):
    """One row is a month's limit of a supplier (what it accepts to order) or of a location (space)."""

    supplier = models.ForeignKey(
        "sop.Supplier", null=True, blank=True, on_delete=models.PROTECT, related_name="capacity"
    )
    location = models.ForeignKey(
        "sop.Location", null=True, blank=True, on_delete=models.PROTECT, related_name="capacity"
    )
    bucket = models.DateField()
    unit = models.CharField(max_length=10, choices=[("units", "Units"), ("m3", "m³"), ("money", "Money")])
    quantity = models.DecimalField(max_digits=16, decimal_places=3)
    history = history()

    class Meta:
        """Of a supplier or of a location, once per month."""

        verbose_name_plural = "capacity"
        constraints = [
            models.CheckConstraint(
                condition=Q(supplier__isnull=True, location__isnull=False)
                | Q(supplier__isnull=False, location__isnull=True),
                name="capacity_one_owner",
            ),
            models.UniqueConstraint(
                fields=["supplier", "location", "bucket", "unit"], nulls_distinct=False, name="capacity_once_per_month"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="capacity_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.supplier or self.location} {self.bucket:%b %Y}: {self.quantity}"
