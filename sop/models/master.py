"""Master data: what is sold, to whom, from where, bought from whom."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from sop.models.history import history


class Coded(models.Model):
    """Base of master data: a code people type and a name people read."""

    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)

    class Meta:
        """Only a base."""

        abstract = True
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Region(Coded):
    """One row is a sales region."""

    history = history()


class Location(Coded):
    """One row is a warehouse."""

    space_m3 = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    history = history()


class Family(Coded):
    """One row is a product family, the level at which leadership plans."""

    planning_unit = models.CharField(max_length=20, blank=True)  # pallets, squares; blank = the base unit
    base_per_planning_unit = models.DecimalField(
        max_digits=14, decimal_places=6, default=1, validators=[MinValueValidator(0.000001)]
    )
    history = history()

    class Meta(Coded.Meta):
        """Conversion by zero is no conversion."""

        verbose_name_plural = "families"
        constraints = [
            models.CheckConstraint(condition=models.Q(base_per_planning_unit__gt=0), name="family_conversion_positive")
        ]


class Product(Coded):
    """One row is a product in its base unit."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="products")
    unit = models.CharField(max_length=20, default="each")
    whole_units = models.BooleanField(default=True)
    volume_m3 = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    shelf_life_days = models.PositiveIntegerField(null=True, blank=True)
    launched_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    predecessor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors")
    abc = models.CharField(max_length=1, blank=True, choices=[(c, c) for c in "ABC"])
    history = history()

    class Meta(Coded.Meta):
        """A product cannot follow itself nor end before it starts."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(predecessor__isnull=True) | ~models.Q(predecessor=models.F("id")),
                name="product_not_own_predecessor",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(launched_on__isnull=True)
                | models.Q(ended_on__gte=models.F("launched_on")),
                name="product_ends_after_launch",
            ),
        ]


class Customer(Coded):
    """One row is a key account or a customer group; its owner is the rep whose territory it is."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="customers")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="customers"
    )
    key_account = models.BooleanField(default=False)
    history = history()


class Supplier(Coded):
    """One row is a supplier."""

    currency = models.CharField(max_length=3, blank=True)  # blank = the plan currency
    payment_days = models.PositiveSmallIntegerField(default=30)
    history = history()
