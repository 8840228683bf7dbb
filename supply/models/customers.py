"""What customers ask of a run and what of it can be delivered: sums of all, and each row that has to share."""

from django.conf import settings
from django.db import models

from supply.models.plan import SupplyRun


class CustomerAsked(models.Model):
    """One row is one month of what one customer asks of one family at one location, as a run planned it [units]."""

    run = models.ForeignKey(SupplyRun, on_delete=models.CASCADE, related_name="+")
    family = models.ForeignKey("sop.Family", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("sop.Location", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("sop.Customer", on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField()
    asked = models.FloatField()

    class Meta:
        """Once per run, family, location, customer and month."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "family", "location", "customer", "bucket"], name="customerasked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer}, {self.family} {self.bucket:%b %Y}: {self.asked:,.0f}"


class CustomerShare(models.Model):
    """One row is one month of one customer's row (product, customer, location) of an item that is short that month.

    Everywhere else all that is asked can be delivered. Once for each rule a shortage is shared by: served of what was
    asked, gained had it alone asked more [units], blind: nothing is known of the row, it gets what the others leave.
    price [money/unit] on the plan's first day, 0 unknown.
    """

    run = models.ForeignKey(SupplyRun, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="+")
    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="+")
    # What the row belongs to, as the run saw it; these hang on the series, which is checked.
    product = models.ForeignKey(
        "sop.Product", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    family = models.ForeignKey(
        "sop.Family", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    location = models.ForeignKey(
        "sop.Location", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        "sop.Customer", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    bucket = models.DateField()
    asked = models.FloatField()
    price = models.FloatField()
    sales_served = models.FloatField()
    sales_gained = models.FloatField()
    sales_blind = models.BooleanField()
    need_served = models.FloatField()
    need_gained = models.FloatField()
    need_blind = models.BooleanField()

    class Meta:
        """Once per run, row and month."""

        constraints = [models.UniqueConstraint(fields=["run", "series", "bucket"], name="customershare_once")]
        indexes = [
            models.Index(fields=["run", "family"], name="customershare_family"),
            models.Index(fields=["run", "item"], name="customershare_item"),
        ]

    def __str__(self) -> str:
        return f"{self.customer}, {self.product} {self.bucket:%b %Y}"


class OwnerBias(models.Model):
    """One row is how far one rep's numbers for a family lay from what was ordered in earlier cycles, as a run found it.

    (asked - ordered) / ordered; a rep without a record in a family has no row.
    """

    run = models.ForeignKey(SupplyRun, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    family = models.ForeignKey("sop.Family", on_delete=models.PROTECT, related_name="+")
    bias = models.FloatField()

    class Meta:
        """Once per run, rep and family."""

        constraints = [models.UniqueConstraint(fields=["run", "owner", "family"], name="ownerbias_once")]

    def __str__(self) -> str:
        return f"{self.owner}, {self.family}: {self.bias:+.0%}"
