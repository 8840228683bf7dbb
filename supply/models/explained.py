"""What a run explained of each stock item's stock and open orders."""

from django.db import models


class StockExplained(models.Model):
    """One row is one stock item's balance (on hand and on order) in one run, every unit and cent in one class.

    Units in base units, money in plan currency; the classes are told in `supply/engine/hoarding.py` and add up to the
    balance. Empty: not known.
    """

    run = models.ForeignKey("supply.SupplyRun", on_delete=models.CASCADE, related_name="explained")
    item = models.ForeignKey("supply.StockItem", on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey("sop.Supplier", null=True, on_delete=models.PROTECT, related_name="+")
    on_hand = models.DecimalField(max_digits=16, decimal_places=3)
    on_order = models.DecimalField(max_digits=16, decimal_places=3)
    need = models.DecimalField(max_digits=16, decimal_places=3)
    buffer = models.DecimalField(max_digits=16, decimal_places=3)
    lots = models.DecimalField(max_digits=16, decimal_places=3)
    pre_buy = models.DecimalField(max_digits=16, decimal_places=3)
    long_lead = models.DecimalField(max_digits=16, decimal_places=3)
    stacked = models.DecimalField(max_digits=16, decimal_places=3)
    early = models.DecimalField(max_digits=16, decimal_places=3)
    rest = models.DecimalField(max_digits=16, decimal_places=3)
    need_money = models.DecimalField(max_digits=18, decimal_places=2)
    buffer_money = models.DecimalField(max_digits=18, decimal_places=2)
    lots_money = models.DecimalField(max_digits=18, decimal_places=2)
    pre_buy_money = models.DecimalField(max_digits=18, decimal_places=2)
    long_lead_money = models.DecimalField(max_digits=18, decimal_places=2)
    stacked_money = models.DecimalField(max_digits=18, decimal_places=2)
    early_money = models.DecimalField(max_digits=18, decimal_places=2)
    rest_money = models.DecimalField(max_digits=18, decimal_places=2)
    # The part of need and buffer that is there only because the lead time is longer than a year ago.
    lengthened = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    lengthened_money = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    # What is held more than a year ago at today's value, and how much of it longer lead times justify.
    growth_money = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    grown_by_lead_money = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    # What the classes were made from.
    per_month = models.FloatField()  # demand
    months = models.FloatField()  # need covers: lead time and review
    backlog = models.DecimalField(max_digits=16, decimal_places=3)
    assumed_days = models.FloatField()
    measured_days = models.FloatField(null=True)
    earlier_days = models.FloatField(null=True)
    held_before = models.DecimalField(max_digits=16, decimal_places=3, null=True)
    safety_planned = models.DecimalField(max_digits=16, decimal_places=3)
    safety_assumed = models.DecimalField(max_digits=16, decimal_places=3)  # calculated with the assumed lead time
    safety_measured = models.DecimalField(max_digits=16, decimal_places=3)  # and with the measured one
    lot = models.DecimalField(max_digits=16, decimal_places=3)
    pre_bought = models.DecimalField(max_digits=16, decimal_places=3)  # agreed, not used up

    class Meta:
        """Once per run and item; no class below nothing."""

        constraints = [models.UniqueConstraint(fields=["run", "item"], name="stockexplained_once")]

    def __str__(self) -> str:
        return f"{self.item}, {self.run}"
