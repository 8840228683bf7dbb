"""What people say to each other about a number."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sop.constants import Source


class Comment(models.Model):
    """One row is what one person said about a grid row, in one month or about all of it (`bucket` empty).

    The row is a series, a product, a family, or, with none of the three, the total. A comment is written once and
    resolved once, never changed or removed: the row itself says who did both and when.
    """

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="comments")
    family = models.ForeignKey("sop.Family", null=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("sop.Product", null=True, on_delete=models.PROTECT, related_name="+")
    series = models.ForeignKey("demand.Series", null=True, on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField(null=True)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentions")
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    resolved_by_name = models.CharField(max_length=150, blank=True)
    resolved_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.PAGE)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        """In the order people talked; about one thing at a time."""

        ordering = ["at", "id"]
        indexes = [models.Index(fields=["cycle", "at"], name="comment_cycle_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(product=None, series=None) | Q(family=None, series=None) | Q(family=None, product=None),
                name="comment_of_one_row",
            ),
            models.CheckConstraint(condition=Q(bucket=None) | Q(bucket__day=1), name="comment_bucket_first_day"),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:60]}"

    @property
    def row_id(self) -> str:
        """Return the grid row it is about, as the grid names it."""
        named = (("s", self.series_id), ("p", self.product_id), ("f", self.family_id))
        return next((f"{letter}{key}" for letter, key in named if key), "total")

    @property
    def row_name(self) -> str:
        """Return the row in words: "Shingle, Harbour, Warehouse 1"."""
        if self.series is not None:
            return f"{self.series.product.name}, {self.series.customer.name}, {self.series.location.name}"
        named = self.product or self.family
        return "All products" if named is None else named.name
