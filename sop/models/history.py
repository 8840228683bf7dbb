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


class ChangeNote(models.Model):
    """One row is one change of one row of a table of numbers, noted by the database itself; never changed.

    `kind` is + added, ~ changed, - removed, 0 where the notes of a table begin (row_id = its last line of history).
    """

    at = models.DateTimeField()
    transaction = models.BigIntegerField()
    role = models.CharField(max_length=63)  # of the database
    table_name = models.CharField(max_length=63)
    kind = models.CharField(max_length=1)
    row_id = models.BigIntegerField()
    row_hash = models.UUIDField(null=True)  # MD5 of the whole row after the change, before it when removed

    class Meta:
        """Read a table at a time."""

        indexes = [models.Index(fields=["table_name", "row_id"], name="changenote_table_row")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} {self.kind}"
