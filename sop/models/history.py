"""What every history row carries beside the old values: who as text, from where, and in which request."""

from django.db import models
from simple_history.models import HistoricalRecords

from sop.constants import Source


class HistoryFacts(models.Model):
    """Base of all history tables: the person's name survives the person's account."""

    history_user_name = models.CharField(max_length=150, blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.COMMAND)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        """Only a base: each history table has its own columns."""

        abstract = True


def history(*, without: tuple[str, ...] = ()) -> HistoricalRecords:
    """Return the history tracker every table people edit declares; `without` names fields that must not be kept."""
    return HistoricalRecords(bases=[HistoryFacts], excluded_fields=list(without))
