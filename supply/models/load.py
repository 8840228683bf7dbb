"""What a run asks of suppliers and warehouses, and by which rule a supplier's limit is shared."""

from django.db import models
from django.db.models import Q

from sop.models.history import history
from supply.constants import CutBy, LimitUnit


class SupplierRule(models.Model):
    """One row is by which rule what a supplier does not accept is cut; without a row, by equal days of supply."""

    supplier = models.OneToOneField("sop.Supplier", on_delete=models.PROTECT, related_name="cut_rule")
    cut_by = models.CharField(max_length=12, choices=CutBy, default=CutBy.FAIR_SHARE)
    history = history()

    def __str__(self) -> str:
        return f"{self.supplier}: {self.get_cut_by_display()}"


class SupplyLoad(models.Model):
    """One row is what one run asks of a supplier, or puts into a warehouse, in one month, in one unit.

    limit, wanted and planned in that unit (orders of a supplier before and within limits; closing stock of a
    warehouse); moved, cut and late in units of the products.
    """

    run = models.ForeignKey("supply.SupplyRun", on_delete=models.CASCADE, related_name="loads")
    supplier = models.ForeignKey("sop.Supplier", null=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("sop.Location", null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=10, choices=LimitUnit)
    bucket = models.DateField()
    limit = models.FloatField(null=True)  # as it stood when the run ended; empty = none
    wanted = models.FloatField()
    planned = models.FloatField()
    moved = models.FloatField(default=0)
    cut = models.FloatField(default=0)
    late = models.FloatField(default=0)
    unmeasured = models.PositiveIntegerField(default=0)  # stock items that count as nothing: no volume, no cost

    class Meta:
        """Once per run, month and unit, of a supplier or of a warehouse."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "supplier", "location", "unit", "bucket"], nulls_distinct=False, name="supplyload_once"
            ),
            models.CheckConstraint(
                condition=Q(supplier__isnull=True, location__isnull=False)
                | Q(supplier__isnull=False, location__isnull=True),
                name="supplyload_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier or self.location} {self.bucket:%b %Y}, {self.get_unit_display()}"
