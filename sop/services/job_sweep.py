"""The sweeper: finds work that waits because a hint was lost or a worker died. Run by beat, or by a command."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from sop import broker
from sop.constants import JOB_ACTIVE, JOB_ATTEMPTS, JobState
from sop.models import Job, JobChunk, Sweep
from sop.services.job_run import chunk_fail, hints_send, job_advance, parts_tidy

RESEND_SHARE = 4  # a hint older than a quarter of a lease may be lost
HINTS_MAX = 500  # in one sweep; the next one sends the rest


def jobs_sweep() -> int:
    """Send hints again for parts that wait or whose worker fell silent, and close what nobody closed.

    A part that ended its workers JOB_ATTEMPTS times is given up with a reason. Returns how many hints were sent.
    """
    now = timezone.now()
    silent = Q(state=JobState.RUNNING, lease_until__lt=now)
    for chunk in JobChunk.objects.filter(silent, job__state__in=JOB_ACTIVE, attempts__gte=JOB_ATTEMPTS):
        tries = f"A part of this work ({chunk.label or chunk.number + 1}) ended its worker {JOB_ATTEMPTS} times"
        chunk_fail(chunk, None, f"{tries} without a word; the log of the workers says more.")
    for job_id in _unclosed():
        job_advance(job_id)
    for job_id in _untidy():
        parts_tidy(job_id)
    waiting = _waiting(silent)
    queued = broker.queue_length() if waiting else None
    # A queue that still holds as many hints needs no more of them: its workers are busy, nothing is lost.
    sent = hints_send(waiting) if queued is not None and queued < len(waiting) else 0
    Sweep.objects.update_or_create(pk=1, defaults={"at": now, "hints": sent})
    return sent


def _waiting(silent: Q) -> list[int]:
    """Return the parts that could run now and have waited long for it, oldest job first."""
    now, resend = timezone.now(), timedelta(seconds=settings.JOB_LEASE_SECONDS / RESEND_SHARE)
    old_hint = Q(sent_at__isnull=True) | Q(sent_at__lt=now - resend)
    due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    queued = Q(state=JobState.QUEUED) & old_hint & due
    earlier = JobChunk.objects.filter(job=OuterRef("job"), stage__lt=OuterRef("stage")).exclude(state=JobState.DONE)
    found = JobChunk.objects.filter(queued | silent, ~Exists(earlier), job__state__in=JOB_ACTIVE)
    found = found.filter(attempts__lt=JOB_ATTEMPTS).order_by("job__created_at", "stage", "number")
    return list(found.values_list("pk", flat=True)[:HINTS_MAX])


def _unclosed() -> list[uuid.UUID]:
    """Return active jobs whose last worker died between its part and the closing of the job."""
    left = JobChunk.objects.filter(job=OuterRef("pk"), state__in=JOB_ACTIVE)
    return list(Job.objects.filter(~Exists(left), state__in=JOB_ACTIVE).values_list("pk", flat=True))


def _untidy() -> list[uuid.UUID]:
    """Return ended jobs with a part that still looks active: its worker died just after taking it."""
    left = JobChunk.objects.filter(state__in=JOB_ACTIVE).exclude(job__state__in=JOB_ACTIVE)
    return list(left.values_list("job", flat=True).distinct())
