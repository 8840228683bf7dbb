"""Background work: the job table is the truth, the broker only a hint."""

import uuid

from django.conf import settings
from django.db import models

from sop.constants import JOB_ACTIVE, JobState


class Job(models.Model):
    """One row is one piece of background work a person (or the calendar) asked for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    # What must not run twice at once: kind and subject (a cycle, a file), held by the database.
    subject = models.CharField(max_length=80)
    idempotency_key = models.CharField(max_length=80, unique=True)
    cycle = models.ForeignKey("sop.Cycle", null=True, blank=True, on_delete=models.PROTECT, related_name="jobs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="jobs")
    user_name = models.CharField(max_length=150)
    request_id = models.CharField(max_length=36, blank=True)  # of the request that asked; its history rows carry it
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)  # how often its closing was tried
    stage = models.CharField(max_length=80, blank=True)  # what it is doing, in a planner's words
    error = models.TextField(blank=True)  # a sentence for the person who asked
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)  # by the person who asked, in the bell list

    class Meta:
        """One active job per kind and subject."""

        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(state__in=JOB_ACTIVE), name="job_one_active_per_subject"
            )
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="job_state_created")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class JobChunk(models.Model):
    """One row is one part of a job; a worker owns it for as long as its lease lasts."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="chunks")
    stage = models.PositiveSmallIntegerField(default=0)  # a stage starts when the one before is done
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=80, blank=True)
    params = models.JSONField(default=dict)
    output = models.BinaryField(null=True)  # what a later stage needs of this part; emptied when the job ends
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    owner = models.UUIDField(null=True, blank=True)  # the claim's own token, new at every claim
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)  # a failed part waits a little before its next try
    sent_at = models.DateTimeField(null=True, blank=True)  # last hint given to the broker
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Parts are counted from zero within a stage."""

        ordering = ["job", "stage", "number"]
        constraints = [models.UniqueConstraint(fields=["job", "stage", "number"], name="chunk_once_per_job")]
        indexes = [
            models.Index(fields=["lease_until"], condition=models.Q(state__in=JOB_ACTIVE), name="chunk_active_lease")
        ]

    def __str__(self) -> str:
        return f"{self.job} part {self.stage}.{self.number}"


class Sweep(models.Model):
    """The only row says when the sweeper last looked for waiting work; an old time means that nobody looks."""

    at = models.DateTimeField()
    hints = models.PositiveIntegerField(default=0)  # sent again at that time

    class Meta:
        """One row."""

        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sweep_one_row")]

    def __str__(self) -> str:
        return f"Swept at {self.at:%d %b %Y %H:%M:%S} UTC"
