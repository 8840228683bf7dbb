"""A spreadsheet file a person looks at before its numbers are saved."""

import uuid

from django.conf import settings
from django.db import models


class Upload(models.Model):
    """One row is one file waiting for its owner's word; it is gone once saved, cancelled or a day old.

    `cells`: [series, month, quantity or null for the layer below, version seen, reason, row of the file].
    `faults`: row, column, value, what is wrong, cure; the first UPLOAD_FAULTS_KEPT of `fault_count`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # becomes that of the change set: saved once only
    cycle = models.ForeignKey("sop.Cycle", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    file_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    cells = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list)

    class Meta:
        """Latest first."""

        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.file_name} for {self.cycle}"
