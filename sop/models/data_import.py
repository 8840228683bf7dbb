"""Files brought in: what arrived, what was found in it, what it did."""

from django.conf import settings
from django.db import models


class ImportMapping(models.Model):
    """One row remembers how a source's columns map onto a table: target field -> source columns and reading rules."""

    source = models.CharField(max_length=80)  # "SAP orders", "Harlow weekly"
    table = models.CharField(max_length=40)
    columns = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One mapping per source and table."""

        ordering = ["source", "table"]
        constraints = [models.UniqueConstraint(fields=["source", "table"], name="mapping_once_per_source")]

    def __str__(self) -> str:
        return f"{self.source} to {self.table}"


class Import(models.Model):
    """One row is one file given to one table: kept as it came, checked, then applied whole or not at all."""

    class State(models.TextChoices):
        """A dry run ends at checked; nothing is written before applied."""

        RECEIVED = "received", "Received"
        CHECKED = "checked", "Checked"
        APPLIED = "applied", "Applied"
        REFUSED = "refused", "Refused"

    table = models.CharField(max_length=40)
    source = models.CharField(max_length=80, blank=True)
    columns = models.JSONField(default=dict)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()  # the raw file, for proof and for re-reading
    encoding = models.CharField(max_length=20, default="utf-8-sig")
    delimiter = models.CharField(max_length=1, default=",")
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="imports")
    user_name = models.CharField(max_length=150)
    job = models.ForeignKey("sop.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # added, changed, same, left out
    faults = models.JSONField(default=list)  # the first 1,000: row, column, value, what is wrong, cure
    all_faults = models.BinaryField(null=True)  # every one of them, a packed CSV, for download
    fault_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Latest first."""

        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.file_name} to {self.table}"
