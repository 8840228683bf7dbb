"""What a run found wrong, and what people make of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sop.models.history import history
from supply.constants import COMPANY_KINDS, FlagKind, FlagState


class SupplyFlag(models.Model):
    """One row is something wrong with the plan of a stock item, a supplier, a warehouse or the company.

    It is priced and owned, and closes itself when gone.
    """

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="flags")
    run = models.ForeignKey(
        "supply.SupplyRun", null=True, on_delete=models.SET_NULL, related_name="flags"
    )  # that last saw it
    # Exactly one of the three is what is wrong; of the whole company, none.
    item = models.ForeignKey("supply.StockItem", null=True, on_delete=models.PROTECT, related_name="flags")
    supplier = models.ForeignKey("sop.Supplier", null=True, on_delete=models.PROTECT, related_name="flags")
    location = models.ForeignKey("sop.Location", null=True, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(max_length=16, choices=FlagKind)
    first_bucket = models.DateField()
    last_bucket = models.DateField()
    units = models.DecimalField(max_digits=16, decimal_places=3, default=0)
    money = models.DecimalField(max_digits=18, decimal_places=2, default=0)  # at stake, never negative
    cause = models.TextField(blank=True)  # a sentence with its numbers
    state = models.CharField(max_length=8, choices=FlagState, default=FlagState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)
    history = history()

    class Meta:
        """One flag per cycle, kind and what is wrong, which is one thing."""

        ordering = ["-money"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "item", "supplier", "location", "kind"], nulls_distinct=False, name="supplyflag_once"
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False, supplier__isnull=True, location__isnull=True)
                | Q(item__isnull=True, supplier__isnull=False, location__isnull=True)
                | Q(item__isnull=True, supplier__isnull=True, location__isnull=False)
                | Q(item__isnull=True, supplier__isnull=True, location__isnull=True, kind__in=COMPANY_KINDS),
                name="supplyflag_of_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["cycle", "state", "-money"], name="supplyflag_worst_first")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.item or self.supplier or self.location or 'the company'}"

    @property
    def limited(self) -> tuple[str, int]:
        """Return whose limit it is about, as rows of the rough cut name it; of a flag of no stock item."""
        if self.supplier_id:
            return "supplier", self.supplier_id
        return ("location", self.location_id) if self.location_id else (self.kind, 0)
