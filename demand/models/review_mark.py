"""Which products a person has been through in a cycle."""

from django.conf import settings
from django.db import models


class ReviewMark(models.Model):
    """One row is a person's word that a product's numbers stand in this cycle, changed or not."""

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey("sop.Product", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Said once."""

        constraints = [models.UniqueConstraint(fields=["cycle", "user", "product"], name="reviewmark_once")]

    def __str__(self) -> str:
        return f"{self.product}, {self.cycle}"
