"""What people change, overrides in change sets, and every layer as it stood when gather demand closed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from demand.constants import Action, Reason
from sop.constants import Source
from sop.models.history import history


class ChangeSet(models.Model):
    """One row is one human action over one or many cells; it can be undone as a whole.

    What an assumption gives and a baseline brings changes the demand number too: such a row names the assumption or
    stands for the baseline, its totals are what they give, and nothing in it is undone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # made by the client: a repeated send changes nothing
    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="change_sets")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    user_name = models.CharField(max_length=150)
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=10, choices=Action)
    scope = models.CharField(max_length=200, blank=True)  # in words: "Roofing · Harbour · Aug–Nov 2022"
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    note = models.TextField(blank=True)
    cells = models.PositiveIntegerField(default=0)
    total_before = models.DecimalField(max_digits=18, decimal_places=3, default=0)
    total_after = models.DecimalField(max_digits=18, decimal_places=3, default=0)
    answer = models.JSONField(default=dict)  # what the sender was told, for a repeated send
    assumption = models.ForeignKey(
        "demand.Assumption", null=True, blank=True, on_delete=models.PROTECT, related_name="change_sets"
    )
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")
    source = models.CharField(max_length=10, choices=Source, default=Source.PAGE)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        """Latest first."""

        ordering = ["-at"]
        indexes = [models.Index(fields=["cycle", "-at"], name="changeset_cycle_at")]

    def __str__(self) -> str:
        return f"{self.user_name}: {self.get_action_display()} {self.cells} cells"


class Override(models.Model):
    """One row is a person's number for one series and month of one cycle, in place of the baseline.

    `quantity` empty means back to baseline: the row stays so that its version and history go on.
    """

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="overrides")
    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="overrides")
    bucket = models.DateField()
    quantity = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    change_set = models.ForeignKey(ChangeSet, on_delete=models.PROTECT, related_name="overrides")
    # Who last changed it and in what part: a rep's number is the sales layer, a planner's the consensus.
    layer = models.CharField(max_length=10, default="sales", choices=[("sales", "Sales"), ("consensus", "Consensus")])
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    history = history()

    class Meta:
        """One cell per cycle, series, month and layer; a negative forecast is a typing error."""

        constraints = [
            models.UniqueConstraint(fields=["cycle", "series", "bucket", "layer"], name="override_once_per_cell"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gte=0), name="override_not_negative"
            ),
            models.CheckConstraint(condition=Q(bucket__day=1), name="override_bucket_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.bucket:%b %Y}: {self.quantity}"


class ForecastSnapshot(models.Model):
    """One row is every layer of one series and month as it stood when gather demand closed; never changed."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="snapshots")
    version = models.PositiveSmallIntegerField(default=1)  # a reopened and closed step writes the next version
    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField()
    naive = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    baseline = models.DecimalField(max_digits=16, decimal_places=3)
    sales = models.DecimalField(max_digits=16, decimal_places=3)
    consensus = models.DecimalField(max_digits=16, decimal_places=3)

    class Meta:
        """Once per cycle, version, series and month."""

        constraints = [
            models.UniqueConstraint(fields=["cycle", "version", "series", "bucket"], name="snapshot_once"),
        ]
        indexes = [models.Index(fields=["bucket", "cycle"], name="snapshot_bucket_cycle")]

    def __str__(self) -> str:
        return f"{self.series} {self.bucket:%b %Y}, {self.cycle}"
