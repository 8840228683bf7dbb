"""What people know and history does not: assumptions, and what each adds to every cell."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from demand.constants import AssumptionKind, AssumptionState
from sop.models.history import history


class Assumption(models.Model):
    """One row is something a person knows and dates: in the number, or kept outside as risk or opportunity.

    It reaches the series of its product, family and customer, all that are named at once, and gives either a quantity
    a month (base units, spread over those series) or a percent of each series' sales layer. A discontinued product
    gives -100 percent up to the end of the horizon, and its baseline to its successor, if one is named.
    """

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="assumptions")  # first stated in
    kind = models.CharField(max_length=20, choices=AssumptionKind)
    state = models.CharField(max_length=12, choices=AssumptionState)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assumptions")
    product = models.ForeignKey("sop.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    family = models.ForeignKey("sop.Family", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("sop.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey("sop.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_bucket = models.DateField("first month")
    last_bucket = models.DateField("last month")
    quantity = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)  # per month
    percent = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    probability = models.DecimalField(max_digits=5, decimal_places=2, default=100)
    note = models.TextField(blank=True)
    link = models.URLField(blank=True)
    version = models.PositiveIntegerField(default=1)
    history = history()

    class Meta:
        """Quantity or percent, of something, and whole months in order."""

        ordering = ["first_bucket", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_bucket__gte=F("first_bucket")), name="assumption_months_order"),
            models.CheckConstraint(
                condition=Q(first_bucket__day=1, last_bucket__day=1), name="assumption_buckets_first_day"
            ),
            models.CheckConstraint(
                condition=Q(probability__gte=0) & Q(probability__lte=100), name="assumption_probability_range"
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True, percent__isnull=False)
                | Q(quantity__isnull=False, percent__isnull=True),
                name="assumption_quantity_or_percent",
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__gte=-100), name="assumption_not_below"
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=False) | Q(family__isnull=False) | Q(customer__isnull=False),
                name="assumption_of_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.note[:60]}"

    @property
    def scope(self) -> str:
        """Return what it is about in words: "Shingle, Harbour"."""
        return ", ".join(part.name for part in (self.product or self.family, self.customer) if part is not None)

    @property
    def share(self) -> Decimal | None:
        """Return the percent as a share of one, None where it is a quantity."""
        return None if self.percent is None else self.percent / 100

    @property
    def has_fraction(self) -> bool:
        """Return whether its quantity is no whole number."""
        return self.quantity is not None and bool(self.quantity % 1)

    @property
    def is_over(self) -> bool:
        """Return whether it counts in no plan any more."""
        return self.state in (AssumptionState.EXPIRED, AssumptionState.WITHDRAWN)


class AssumptionCell(models.Model):
    """One row is what an assumption gives one series and month of one cycle: a percent of its sales, or units to add.

    Calculated whole (`demand/services/assumption_cells.py`), never edited. `state` is the assumption's while this cycle
    gathered demand, so that a later change leaves an earlier cycle's plan as it was.
    """

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="+")
    assumption = models.ForeignKey(Assumption, on_delete=models.PROTECT, related_name="cells")
    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField()
    state = models.CharField(max_length=12, choices=AssumptionState)
    quantity = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    percent = models.DecimalField(max_digits=7, decimal_places=2, null=True)

    class Meta:
        """Once per cycle, assumption, series and month."""

        constraints = [
            models.UniqueConstraint(fields=["cycle", "series", "bucket", "assumption"], name="assumptioncell_once"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.bucket:%b %Y}: {self.percent if self.quantity is None else self.quantity}"


class AssumptionSum(models.Model):
    """One row is what an assumption's cells give one series over a cycle's months, from its baseline: base units.

    Written with the cells and never edited, so that a list adds up thousands of rows instead of their months; a
    person's numbers, which change meanwhile, are counted on top (`demand/selectors/assumptions.py`).
    """

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="+")
    assumption = models.ForeignKey(Assumption, on_delete=models.PROTECT, related_name="+")
    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=AssumptionState)
    cells = models.PositiveSmallIntegerField()
    units = models.DecimalField(max_digits=24, decimal_places=7)  # thousandths by hundredths of a percent

    class Meta:
        """Once per cycle, assumption and series."""

        constraints = [
            models.UniqueConstraint(fields=["cycle", "assumption", "series"], name="assumptionsum_once"),
        ]

    def __str__(self) -> str:
        return f"{self.series}: {self.units}"
