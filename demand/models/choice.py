"""A person's choice how something is forecast, in place of what its history decides."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from demand.constants import ChoiceMethod
from sop.models.history import history


class BaselineChoice(models.Model):
    """One row is how the series of a product or family, of one customer or all, are forecast until it is withdrawn.

    The narrowest choice that reaches a series counts: product and customer, product, family and customer, family. It
    counts from the next baseline run on.
    """

    product = models.ForeignKey("sop.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    family = models.ForeignKey("sop.Family", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("sop.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=12, choices=ChoiceMethod)
    quantity = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)  # flat: of all it reaches
    like = models.ForeignKey("sop.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    scale_percent = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(100))  # of the like product
    ramp_months = models.PositiveSmallIntegerField(default=0)  # until a flat level or a like year is reached in full
    reason = models.TextField()
    active = models.BooleanField(default=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(auto_now_add=True)
    history = history()

    class Meta:
        """One at a time for the same rows; of a product or a family; a method with what it needs."""

        ordering = ["-active", "-chosen_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "family", "customer"],
                condition=Q(active=True),
                nulls_distinct=False,
                name="baselinechoice_one_active",
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=True, family__isnull=False) | Q(product__isnull=False, family__isnull=True),
                name="baselinechoice_product_or_family",
            ),
            models.CheckConstraint(
                condition=Q(method="flat", quantity__gte=0) | (~Q(method="flat") & Q(quantity__isnull=True)),
                name="baselinechoice_flat_quantity",
            ),
            models.CheckConstraint(
                condition=Q(method="like", like__isnull=False) | (~Q(method="like") & Q(like__isnull=True)),
                name="baselinechoice_like_product",
            ),
            models.CheckConstraint(condition=Q(scale_percent__gt=0), name="baselinechoice_scale_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.words}"

    @property
    def scope(self) -> str:
        """Return what it reaches in words: "Shingle, Harbour"."""
        return ", ".join(part.name for part in (self.product or self.family, self.customer) if part is not None)

    @property
    def words(self) -> str:
        """Return what was chosen in words: "a flat level of 40 a month"."""
        ramp = f", reached over {self.ramp_months} months" if self.ramp_months else ""
        if self.method == ChoiceMethod.FLAT and self.quantity is not None:
            return f"a flat level of {self.quantity.normalize():f} a month{ramp}"
        if self.method == ChoiceMethod.LIKE and self.like is not None:
            return f"{self.scale_percent.normalize():f} % of {self.like.name}'s last year{ramp}"
        label = ChoiceMethod(self.method).label
        return label if label.startswith("Theta") else label[0].lower() + label[1:]
