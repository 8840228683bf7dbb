"""The supply plan of a run, what planners override in it, and what it flags."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sop.models.history import history
from supply.constants import Draws


class SupplyRun(models.Model):
    """One row is one calculation of the whole supply plan; the current one is what everybody sees."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="supply_runs")
    job = models.OneToOneField("sop.Job", null=True, on_delete=models.PROTECT, related_name="supply_run")
    snapshot_version = models.PositiveSmallIntegerField()  # the consensus it plans for
    first_bucket = models.DateField()
    horizon_months = models.PositiveSmallIntegerField()
    draws = models.PositiveSmallIntegerField(choices=Draws, default=Draws.WORKING)
    complete = models.BooleanField(default=False)
    current = models.BooleanField(default=False)
    summary = models.JSONField(default=dict)
    planned_requests = models.JSONField(default=list)  # whose changes were planned at once, after the run
    replanned_at = models.DateTimeField(null=True)  # when some stock items were last planned anew in it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One current run per cycle, and only a complete one can be it."""

        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle"], condition=Q(current=True), name="supplyrun_one_current"),
            models.CheckConstraint(condition=Q(current=False) | Q(complete=True), name="supplyrun_current_is_complete"),
        ]

    def __str__(self) -> str:
        return f"Supply plan {self.pk}, {self.cycle}"


class SupplyLine(models.Model):
    """One row is one month of one stock item in one run: quantities in base units, money in plan currency."""

    run = models.ForeignKey(SupplyRun, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField()
    opening = models.DecimalField(max_digits=16, decimal_places=3)
    demand = models.DecimalField(max_digits=16, decimal_places=3)
    open_receipts = models.DecimalField(max_digits=16, decimal_places=3)
    planned_receipts = models.DecimalField(max_digits=16, decimal_places=3)
    releases = models.DecimalField(max_digits=16, decimal_places=3)  # orders to place in this month, within limits
    wanted = models.DecimalField(max_digits=16, decimal_places=3, default=0)  # the same if suppliers had no limits
    moved = models.DecimalField(max_digits=16, decimal_places=3, default=0)  # of it, ordered a month earlier
    cut = models.DecimalField(max_digits=16, decimal_places=3, default=0)  # of it, not ordered in time
    late = models.DecimalField(max_digits=16, decimal_places=3, default=0)  # cut before, ordered in this month instead
    shipped = models.DecimalField(max_digits=16, decimal_places=3)
    lost = models.DecimalField(max_digits=16, decimal_places=3)
    backlog = models.DecimalField(max_digits=16, decimal_places=3)  # at the end of the month
    closing = models.DecimalField(max_digits=16, decimal_places=3)
    safety_stock = models.DecimalField(max_digits=16, decimal_places=3)
    excess = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    cover_months = models.FloatField(null=True)  # null = never runs out within the horizon
    inventory_value = models.DecimalField(max_digits=18, decimal_places=2)
    purchases_value = models.DecimalField(max_digits=18, decimal_places=2)
    revenue = models.DecimalField(max_digits=18, decimal_places=2)
    cogs = models.DecimalField(max_digits=18, decimal_places=2)
    carrying = models.DecimalField(max_digits=18, decimal_places=2)
    lost_margin = models.DecimalField(max_digits=18, decimal_places=2)
    lost_revenue = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        """Once per run, item and month."""

        constraints = [models.UniqueConstraint(fields=["run", "item", "bucket"], name="supplyline_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.bucket:%b %Y}"


class SupplyLane(models.Model):
    """One row is what a run orders of one stock item from one of its several suppliers in a month [base units].

    Only of items with several lanes; the rows of an item and month add up to its line.
    """

    run = models.ForeignKey(SupplyRun, on_delete=models.CASCADE, related_name="lane_orders")
    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey("sop.Supplier", on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField()
    releases = models.DecimalField(max_digits=16, decimal_places=3)  # orders to place in this month, within limits
    wanted = models.DecimalField(max_digits=16, decimal_places=3)  # the same if suppliers had no limits
    moved = models.DecimalField(max_digits=16, decimal_places=3)  # of it, ordered a month earlier
    cut = models.DecimalField(max_digits=16, decimal_places=3)  # of it, not ordered in time
    late = models.DecimalField(max_digits=16, decimal_places=3)  # cut before, ordered in this month instead

    class Meta:
        """Once per run, item, supplier and month."""

        constraints = [
            models.UniqueConstraint(fields=["run", "item", "supplier", "bucket"], name="supplylane_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item} from {self.supplier}, {self.bucket:%b %Y}"


class SupplyItem(models.Model):
    """One row is how one run set one stock item's safety stock: the figures behind "why this number?"."""

    run = models.ForeignKey(SupplyRun, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="+")
    lead_time_days = models.FloatField()
    lead_time_sd_days = models.FloatField()
    protection_months = models.FloatField()  # P = lead time + review
    demand_over_protection = models.FloatField()
    sd_over_protection = models.FloatField()
    share_demand_error = models.FloatField()
    share_lead_time = models.FloatField()
    share_yield = models.FloatField()
    moved = models.DecimalField(max_digits=16, decimal_places=3, default=0)  # units, over the whole plan
    cut = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    facts = models.JSONField(default=dict)  # target, distribution, k, rho, lot rules, notes in words

    class Meta:
        """Once per run and item."""

        constraints = [models.UniqueConstraint(fields=["run", "item"], name="supplyitem_once")]

    def __str__(self) -> str:
        return f"{self.item}, {self.run}"


class ReceiptOverride(models.Model):
    """One row is a planner's number for one stock item's planned receipts of one month, in place of the engine's."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="receipt_overrides")
    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="receipt_overrides")
    bucket = models.DateField()
    quantity = models.DecimalField(max_digits=16, decimal_places=3, null=True)  # empty = back to the engine's
    reason = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    history = history()

    class Meta:
        """One cell per cycle, item and month."""

        constraints = [
            models.UniqueConstraint(fields=["cycle", "item", "bucket"], name="receiptoverride_once"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gte=0), name="receiptoverride_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.bucket:%b %Y}: {self.quantity}"
