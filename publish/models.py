"""The published plan: sealed, never changed; and how it turned out."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from publish.constants import SEAL_FORMAT, CheckState, MeasureKind
from sop.models.history import history


class PublishedPlan(models.Model):
    """One row is one version of one cycle's plan, sealed by a hash over its lines and the plan before it."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="published_plans")
    version = models.PositiveSmallIntegerField()
    scenario_run = models.ForeignKey("reconcile.ScenarioRun", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)  # why a correction was needed; empty for version 1
    approvers = models.JSONField()  # [{"name", "function", "signed_at"}]
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_by_name = models.CharField(max_length=150)
    published_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    line_count = models.PositiveIntegerField()
    previous_seal = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, unique=True)  # SHA-256
    seal_format = models.PositiveSmallIntegerField(default=SEAL_FORMAT)  # what the seal covers, see publish/seal.py

    class Meta:
        """A version exists once."""

        ordering = ["-published_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "version"], name="plan_version_once"),
            models.CheckConstraint(condition=Q(version=1) | ~Q(reason=""), name="plan_correction_has_reason"),
        ]
        permissions = [
            ("view_plan", "See published plans and how they turned out"),
            ("publish_plan", "Publish the approved plan"),
            ("export_plan", "Export the published plan"),
            ("measure_plan", "Measure a plan against actuals"),
        ]

    def __str__(self) -> str:
        return f"Plan {self.version}, {self.cycle}"


class PlanLine(models.Model):
    """One row is one month of one product at one location for one customer of a published plan; never changed.

    Demand and revenue lines name a customer; supply and inventory lines (customer empty) belong to the stock item.
    """

    plan = models.ForeignKey(PublishedPlan, on_delete=models.PROTECT, related_name="lines")
    product_code = models.CharField(max_length=64)  # text, so that a renamed product does not change the past
    location_code = models.CharField(max_length=64)
    customer_code = models.CharField(max_length=64, blank=True)
    family_code = models.CharField(max_length=64)
    region_code = models.CharField(max_length=64, blank=True)
    bucket = models.DateField()
    demand = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    receipts = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    closing = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    cogs = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    inventory_value = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    purchases_value = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    class Meta:
        """Once per plan and key."""

        constraints = [
            models.UniqueConstraint(
                fields=["plan", "product_code", "location_code", "customer_code", "bucket"], name="planline_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_code} {self.bucket:%b %Y}"


class PlanMeasure(models.Model):
    """One row is how one layer of one cycle's forecast did against one month's actuals, for one group."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="measures")  # whose plan
    bucket = models.DateField()  # the month measured
    lag = models.PositiveSmallIntegerField()  # months between the cycle and the month
    kind = models.CharField(max_length=8, choices=MeasureKind)
    code = models.CharField(max_length=64, blank=True)  # of the family, region, customer; empty for the total
    layer = models.CharField(max_length=10)
    forecast = models.DecimalField(max_digits=18, decimal_places=3)
    actual = models.DecimalField(max_digits=18, decimal_places=3)
    absolute_error = models.DecimalField(max_digits=18, decimal_places=3)  # summed over the series of the group

    class Meta:
        """Once per key: measuring twice gives the same rows."""

        constraints = [
            models.UniqueConstraint(fields=["cycle", "bucket", "kind", "code", "layer"], name="measure_once")
        ]

    def __str__(self) -> str:
        return f"{self.layer} of {self.cycle} for {self.bucket:%b %Y}"


class DecisionCheck(models.Model):
    """One row is one look back at one decision on its check date."""

    decision = models.ForeignKey("review.Decision", on_delete=models.PROTECT, related_name="checks")
    state = models.CharField(max_length=8, choices=CheckState)
    sentence = models.TextField()
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    history = history()

    class Meta:
        """Latest first."""

        ordering = ["-checked_at"]

    def __str__(self) -> str:
        return self.sentence
