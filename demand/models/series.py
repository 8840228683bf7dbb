"""What is forecast, and what really happened."""

from django.db import models

from sop.models.history import history


class Series(models.Model):
    """One row is a product sold to a customer from a location: the smallest thing that is forecast."""

    product = models.ForeignKey("sop.Product", on_delete=models.PROTECT, related_name="series")
    customer = models.ForeignKey("sop.Customer", on_delete=models.PROTECT, related_name="series")
    location = models.ForeignKey("sop.Location", on_delete=models.PROTECT, related_name="series")
    active = models.BooleanField(default=True)
    history = history()

    class Meta:
        """A combination exists once."""

        verbose_name_plural = "series"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["product", "customer", "location"], name="series_once")]
        permissions = [
            ("override_forecast", "Change the forecast of own customers"),
            ("override_any_forecast", "Change the forecast of any customer"),
            ("run_baseline", "Run and adopt baselines, accept cleansing"),
            ("close_gather", "Close gather demand"),
            ("view_demand", "See the demand plan"),
            ("export_demand", "Export the demand plan"),
        ]

    def __str__(self) -> str:
        return f"{self.product} / {self.customer} / {self.location}"


class Actual(models.Model):
    """One row is a series' month: ordered by first requested date, shipped, cancelled, revenue of what shipped."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="actuals")
    bucket = models.DateField()
    ordered = models.DecimalField(max_digits=16, decimal_places=3)
    shipped = models.DecimalField(max_digits=16, decimal_places=3)
    cancelled = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    revenue = models.DecimalField(max_digits=16, decimal_places=2, default=0)

    class Meta:
        """One row per series and month; a return may make shipped negative, an order never is."""

        ordering = ["series", "bucket"]
        constraints = [
            models.UniqueConstraint(fields=["series", "bucket"], name="actual_once_per_month"),
            models.CheckConstraint(condition=models.Q(bucket__day=1), name="actual_bucket_first_day"),
            models.CheckConstraint(condition=models.Q(ordered__gte=0, cancelled__gte=0), name="actual_not_negative"),
        ]
        indexes = [models.Index(fields=["bucket", "series"], name="actual_bucket_series")]

    def __str__(self) -> str:
        return f"{self.series} {self.bucket:%b %Y}"
