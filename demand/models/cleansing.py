"""What of history was cleaned before modelling; the raw number stays with the actuals."""

from django.conf import settings
from django.db import models

from demand.constants import CleansingCause, CleansingKind, CleansingState
from sop.models.history import history


class Cleansing(models.Model):
    """One row is a correction of one month of history: looking through history proposes it, accepted it counts.

    Without `decided_by` no person has decided: an accepted one then counts by rule, and the next look may change it or
    let it lapse. What a person decided stays.
    """

    series = models.ForeignKey("demand.Series", on_delete=models.PROTECT, related_name="cleansing")
    bucket = models.DateField()
    kind = models.CharField(max_length=10, choices=CleansingKind)
    cause = models.CharField(max_length=10, choices=CleansingCause, blank=True)
    raw = models.DecimalField(max_digits=16, decimal_places=3)  # as it was looked at
    proposed = models.DecimalField(max_digits=16, decimal_places=3)
    cleaned = models.DecimalField(max_digits=16, decimal_places=3)  # what counts if accepted; a person may change it
    why = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=CleansingState, default=CleansingState.PROPOSED)
    note = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)  # when what a baseline reads last changed by it
    history = history()

    class Meta:
        """One correction per cell."""

        constraints = [
            models.UniqueConstraint(fields=["series", "bucket"], name="cleansing_once_per_cell"),
            models.CheckConstraint(condition=models.Q(cleaned__gte=0), name="cleansing_not_negative"),
        ]
        indexes = [models.Index(fields=["state"], name="cleansing_state")]

    def __str__(self) -> str:
        return f"{self.series} {self.bucket:%b %Y}: {self.raw} to {self.cleaned}"

    @property
    def by_rule(self) -> bool:
        """Return whether it counts without a person having said so."""
        return self.state == CleansingState.ACCEPTED and self.decided_by_id is None

    @property
    def key(self) -> str:
        """Return which row in which version a person looks at, as a list sends it back."""
        return f"{self.pk}-{self.version}"
