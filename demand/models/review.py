"""What the demand planner made of people's changes before gather demand closes."""

from django.conf import settings
from django.db import models

from demand.constants import ReviewState
from sop.models.history import history


class ChangeReview(models.Model):
    """One row is the demand planner's word on one person's changes of one product in one cycle, and the answer to it.

    `baseline` and `sales` are the totals of the changed months as they stood then, `mark` a mark of every one of their
    cells: where the cells have another mark now, the numbers changed afterwards.
    """

    cycle = models.ForeignKey("sop.Cycle", on_delete=models.PROTECT, related_name="change_reviews")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("sop.Product", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=ReviewState)
    note = models.TextField(blank=True)  # the planner's: what is asked, or why it is accepted
    answer = models.TextField(blank=True)  # the person's
    baseline = models.DecimalField(max_digits=18, decimal_places=3)
    sales = models.DecimalField(max_digits=18, decimal_places=3)
    mark = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    history = history()

    class Meta:
        """A person explains a product's change once."""

        constraints = [models.UniqueConstraint(fields=["cycle", "person", "product"], name="changereview_once")]

    def __str__(self) -> str:
        return f"{self.person}, {self.product}: {self.get_state_display()}"
