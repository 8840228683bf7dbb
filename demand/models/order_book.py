"""What customers have on order and are quoted, as it stood on one day."""

from django.db import models


class OrderBook(models.Model):
    """One row is a series' open orders and quotes for one requested month, in base units.

    An order book is a state, not a history: every file of it takes the place of the whole table. Open is what was
    ordered and neither shipped nor cancelled by the day `as_of`; months before that day are overdue.
    """

    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="order_book")
    bucket = models.DateField()
    open_orders = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    quotes = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    as_of = models.DateField()

    class Meta:
        """One row per series and month; nobody orders less than nothing."""

        ordering = ["series", "bucket"]
        constraints = [
            models.UniqueConstraint(fields=["series", "bucket"], name="orderbook_once_per_month"),
            models.CheckConstraint(condition=models.Q(bucket__day=1), name="orderbook_bucket_first_day"),
            models.CheckConstraint(
                condition=models.Q(open_orders__gte=0, quotes__gte=0), name="orderbook_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.bucket:%b %Y}: {self.open_orders}"
