"""Money facts by date: prices, costs, budget, plan rates."""

from django.db import models

from sop.models.history import history


class Price(models.Model):
    """One row is a product's selling price per base unit from a date, for one customer or for all (customer empty)."""

    product = models.ForeignKey("sop.Product", on_delete=models.PROTECT, related_name="prices")
    customer = models.ForeignKey("sop.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="prices")
    valid_from = models.DateField()
    price = models.DecimalField(max_digits=14, decimal_places=4)
    history = history()

    class Meta:
        """One price per day and addressee."""

        constraints = [
            models.UniqueConstraint(
                fields=["product", "customer", "valid_from"], nulls_distinct=False, name="price_once_per_day"
            ),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="price_not_negative"),
        ]
        ordering = ["product", "valid_from"]

    def __str__(self) -> str:
        return f"{self.product} {self.price} from {self.valid_from}"


class Cost(models.Model):
    """One row is what a supplier charges for a product's base unit, for orders from a date (future = announced)."""

    product = models.ForeignKey("sop.Product", on_delete=models.PROTECT, related_name="costs")
    supplier = models.ForeignKey("sop.Supplier", on_delete=models.PROTECT, related_name="costs")
    valid_from = models.DateField()
    cost = models.DecimalField(max_digits=14, decimal_places=4)  # in the supplier's currency
    announced_on = models.DateField(null=True, blank=True)
    history = history()

    class Meta:
        """One cost per day."""

        constraints = [
            models.UniqueConstraint(fields=["product", "supplier", "valid_from"], name="cost_once_per_day"),
            models.CheckConstraint(condition=models.Q(cost__gte=0), name="cost_not_negative"),
        ]
        ordering = ["product", "supplier", "valid_from"]

    def __str__(self) -> str:
        return f"{self.product} from {self.supplier} {self.cost} from {self.valid_from}"


class Budget(models.Model):
    """One row is a family's budget of one month."""

    family = models.ForeignKey("sop.Family", on_delete=models.PROTECT, related_name="budgets")
    bucket = models.DateField()
    units = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    revenue = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    margin = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    history = history()

    class Meta:
        """One row per family and month, a month being its first day."""

        constraints = [
            models.UniqueConstraint(fields=["family", "bucket"], name="budget_once_per_month"),
            models.CheckConstraint(condition=models.Q(bucket__day=1), name="budget_bucket_first_day"),
        ]
        ordering = ["family", "bucket"]

    def __str__(self) -> str:
        return f"{self.family} {self.bucket:%b %Y}"


class Rate(models.Model):
    """One row is the plan rate of a currency from a date: one unit of it in plan currency."""

    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    rate = models.DecimalField(max_digits=16, decimal_places=8)
    history = history()

    class Meta:
        """One rate per currency and day."""

        constraints = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="rate_once_per_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_positive"),
        ]
        ordering = ["currency", "valid_from"]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} from {self.valid_from}"
