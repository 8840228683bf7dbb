"""The statistical baseline: written in bulk by a run, never edited."""

from django.db import models
from django.db.models import Q

from demand.constants import METHODS, Pattern


class BaselineRun(models.Model):
    """One row is one run over all series; the adopted one is what everybody sees."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="baseline_runs")
    job = models.OneToOneField("sop.Job", null=True, on_delete=models.PROTECT, related_name="baseline_run")
    first_bucket = models.DateField()
    horizon_months = models.PositiveSmallIntegerField()
    history_until = models.DateField()  # the last month of actuals it saw
    complete = models.BooleanField(default=False)
    adopted = models.BooleanField(default=False)
    # Whether months were taken by their working days; pooled over the run: error quantiles by class, rho(h).
    summary = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    adopted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One adopted run per cycle, and only a complete one can be it: nobody sees half a baseline."""

        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["cycle"], condition=Q(adopted=True), name="baseline_one_adopted"),
            models.CheckConstraint(condition=Q(adopted=False) | Q(complete=True), name="baseline_adopted_is_complete"),
        ]

    def __str__(self) -> str:
        return f"Baseline {self.pk}, {self.cycle}"


class BaselineSeries(models.Model):
    """One row is how one run treated one series: route, reason in words, error of the back-test."""

    run = models.ForeignKey(BaselineRun, on_delete=models.CASCADE, related_name="series")
    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="+")
    route = models.CharField(max_length=12)
    reason = models.TextField()
    months = models.PositiveSmallIntegerField()
    members = models.CharField(max_length=120, blank=True)
    fallback = models.TextField(blank=True)  # what failed and was replaced, empty = nothing
    mase = models.FloatField(null=True)
    wape = models.FloatField(null=True)
    bias = models.FloatField(null=True)  # plus = forecast too high
    fva = models.FloatField(null=True)  # share of the seasonal naive's error taken away
    scale = models.FloatField(null=True)  # mean absolute error of the seasonal naive: what ranges are multiples of
    noise = models.FloatField(null=True)  # one-month RMSE in units: smaller edits rarely help
    pattern = models.CharField(max_length=14, choices=Pattern, blank=True)
    xyz = models.CharField(max_length=1, blank=True)  # X steady, Y varying, Z erratic; blank without a year of history
    broke_on = models.DateField(null=True)  # first month at another level
    broke_to = models.FloatField(null=True)  # the level since, as a share of the one before

    class Meta:
        """Once per run and series."""

        constraints = [models.UniqueConstraint(fields=["run", "series"], name="baselineseries_once")]

    def __str__(self) -> str:
        return f"{self.series}: {self.route}"

    @property
    def methods(self) -> str:
        """Return what the baseline is the mean of, in words; empty where nothing is forecast."""
        return " and ".join(METHODS.get(name, name) for name in self.members.split(", ") if name)


class Baseline(models.Model):
    """One row is one month of one series in one run: mean and quantiles in base units."""

    run = models.ForeignKey(BaselineRun, on_delete=models.CASCADE, related_name="rows")
    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField()
    mean = models.DecimalField(max_digits=16, decimal_places=3)
    naive = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    q0_025 = models.FloatField(null=True)
    q0_1 = models.FloatField(null=True)
    q0_5 = models.FloatField(null=True)
    q0_9 = models.FloatField(null=True)
    q0_975 = models.FloatField(null=True)

    class Meta:
        """Once per run, series and month."""

        constraints = [models.UniqueConstraint(fields=["run", "series", "bucket"], name="baseline_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.bucket:%b %Y}: {self.mean}"


class BaselinePart(models.Model):
    """One row is what the last finished run found out about some series, or over all; the next takes over what holds.

    `first` and `last` are the series' keys, empty for what all series teach.
    """

    run = models.ForeignKey(BaselineRun, on_delete=models.CASCADE, related_name="parts")
    first = models.BigIntegerField(null=True)
    last = models.BigIntegerField(null=True)
    found = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.run}: {self.first} to {self.last}"
