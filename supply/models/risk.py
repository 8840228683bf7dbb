"""The risk of a run: what its draws say of stock items, and of families for a page that must be quick."""

from django.db import models

from supply.models.plan import SupplyRun


class SupplyRisk(models.Model):
    """One row is one month of one stock item over all draws of a run: means in base units and plan currency.

    Bars are +-1.96 standard errors. An item for which nothing varies has one draw.
    """

    run = models.ForeignKey(SupplyRun, on_delete=models.CASCADE, related_name="risks")
    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="+")
    bucket = models.DateField()
    demand = models.FloatField()
    stockout = models.FloatField()  # share of draws in which some demand of the month waits or is lost
    late_units = models.FloatField()  # not shipped when wanted: lost or waiting
    late_bar = models.FloatField()
    fill_bar = models.FloatField()  # of 1 - late units / demand
    lost_units = models.FloatField()
    lost_value = models.FloatField()
    draws = models.PositiveIntegerField()

    class Meta:
        """Once per run, item and month."""

        constraints = [models.UniqueConstraint(fields=["run", "item", "bucket"], name="supplyrisk_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.bucket:%b %Y}: {self.stockout:.0%}"


class RiskGroup(models.Model):
    """One row is one month of the stock items of one family, ABC class and location in one run: sums of their risk.

    Bars add up as if all items strayed together: the widest they can be.
    """

    run = models.ForeignKey(SupplyRun, on_delete=models.CASCADE, related_name="risk_groups")
    family = models.ForeignKey("sop.Family", on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey("sop.Location", on_delete=models.PROTECT, related_name="+")
    abc = models.CharField(max_length=1, blank=True)
    bucket = models.DateField()
    items = models.PositiveIntegerField()  # with demand in the month
    stockouts = models.FloatField()  # how many of them are expected to run out
    stockouts_bar = models.FloatField()
    demand = models.FloatField()
    late_units = models.FloatField()
    late_bar = models.FloatField()
    lost_units = models.FloatField()
    lost_bar = models.FloatField()
    lost_value = models.FloatField()
    value_bar = models.FloatField()
    draws = models.PositiveIntegerField()

    class Meta:
        """Once per run, family, class, location and month."""

        constraints = [
            models.UniqueConstraint(fields=["run", "family", "location", "abc", "bucket"], name="riskgroup_once")
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.bucket:%b %Y}, {self.run}"
