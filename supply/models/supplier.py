"""How suppliers stood when a supply plan was run."""

from django.db import models


class SupplierRecord(models.Model):
    """One row is what one run measured of one supplier: lead time of the present regime, promises kept, what is open.

    Days are calendar days; shares lie in 0..1 and are empty where no line tells.
    """

    run = models.ForeignKey("supply.SupplyRun", on_delete=models.CASCADE, related_name="suppliers")
    supplier = models.ForeignKey("sop.Supplier", on_delete=models.PROTECT, related_name="+")
    assumed_days = models.FloatField(null=True)
    since = models.DateField(null=True)  # first order of the present regime
    measured_days = models.FloatField(null=True)
    measured_sd_days = models.FloatField(null=True)
    # The lead time of a year ago: of the regime then in force, else of the first one; empty: nothing was measured.
    earlier_days = models.FloatField(null=True)
    earlier_sd_days = models.FloatField(null=True)
    earlier_receipts = models.PositiveIntegerField(default=0)
    receipts = models.PositiveIntegerField(default=0)  # of the present regime, open orders that tell of it included
    left_out = models.PositiveIntegerField(default=0)  # received before they were ordered
    due = models.PositiveIntegerField(default=0)  # lines promised within the last year
    on_time = models.FloatField(null=True)
    on_time_in_full = models.FloatField(null=True)
    late_mean_days = models.FloatField(null=True)
    late_sd_days = models.FloatField(null=True)
    short = models.FloatField(null=True)  # share of ended lines that never came
    open_lines = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0)
    days_gap = models.FloatField(null=True)  # measured less assumed
    # More stock needed with measured lead times than with assumed ones; empty: too few receipts to tell.
    stock_gap = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    class Meta:
        """Once per run and supplier."""

        constraints = [models.UniqueConstraint(fields=["run", "supplier"], name="supplierrecord_once")]

    def __str__(self) -> str:
        return f"{self.supplier}, {self.run}"
