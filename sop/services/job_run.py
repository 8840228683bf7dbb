"""What a worker does: compute one part of a job, then start the next stage or close the job."""

import logging
import uuid
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from sop import broker
from sop.constants import JOB_ACTIVE, JOB_ATTEMPTS, JobState, Source
from sop.job_kinds import job_kind
from sop.models import Job, JobChunk
from sop.refusals import Refused
from sop.request_context import acting
from sop.services.job_lease import Lease, LeaseLost, lease_take

logger = logging.getLogger(__name__)

# Trouble that passes: the database restarting, a lock, a full disk, a network. Anything else is a fault and fails.
PASSING = (OperationalError, InterfaceError, OSError)
BACK_OFF_SECONDS = 5  # before the second try; doubled before each further one

# Parts another worker is just taking or writing are left to it: it sees at its end that the job is over.
END_PARTS_SQL = """
    update sop_jobchunk set output = null, lease_until = null,
           state = case when state in ('queued', 'running') then 'cancelled' else state end,
           finished_at = coalesce(finished_at, now())
    where id in (select c.id from sop_jobchunk c join sop_job j on j.id = c.job_id
                 where j.id = %s and j.state in ('done', 'failed', 'cancelled')
                   and (c.output is not null or c.state in ('queued', 'running'))
                 for update of c skip locked)
"""


def chunk_run(chunk_id: int) -> None:
    """Take a part and compute it; harmless for a part that is done, taken, stopped or whose stage has not come."""
    lease = lease_take(chunk_id)
    if lease is None:
        return
    chunk = JobChunk.objects.select_related("job__user", "job__cycle").get(pk=chunk_id)
    job = chunk.job
    _show_running(job, chunk)
    with acting(job.user, Source.JOB, job.request_id or None):
        try:
            with lease.kept_alive():
                job_kind(job.kind).run_chunk(chunk, lease)
            if not lease.written:
                raise RuntimeError(f"{job.kind} left a part without writing it")
        except LeaseLost:
            logger.info("the lease of part %s is lost; its result is thrown away", chunk_id)
            parts_tidy(job.pk)
            return
        except Refused as refusal:
            chunk_fail(chunk, lease, str(refusal))
            return
        except SoftTimeLimitExceeded:
            logger.exception("part %s took too long", chunk_id)
            chunk_fail(chunk, lease, f"{_place(chunk)} took too long and was stopped; nothing of it was kept.")
            return
        except PASSING:
            logger.exception("trouble in part %s", chunk_id)
            _again_or_fail(chunk, lease)
            return
        except Exception:
            logger.exception("part %s failed", chunk_id)
            chunk_fail(chunk, lease, _fault(_place(chunk), job))
            return
        job_advance(job.pk)


def job_advance(job_id: uuid.UUID) -> None:
    """After a part: hint at the next stage, or close the job when every part is done.

    Runs behind the part's transaction with the job's row locked: of two last parts the later one sees both.
    """
    with transaction.atomic():
        job = _active_locked(job_id)
        if job is None:
            return
        left = job.chunks.exclude(state=JobState.DONE).order_by("stage").values_list("stage", flat=True).first()
        if left is not None:
            unsent = Q(state=JobState.QUEUED, sent_at__isnull=True, not_before__isnull=True)
            if job.chunks.filter(unsent, stage=left).exists():
                transaction.on_commit(lambda: stage_hint(job_id, left), robust=True)
            return
    _close(job_id)


def stage_hint(job_id: uuid.UUID, stage: int) -> None:
    """Tell the broker of every part of a stage; what it does not take, the sweeper sends again."""
    found = JobChunk.objects.filter(job_id=job_id, stage=stage, state=JobState.QUEUED).order_by("number")
    hints_send(list(found.values_list("pk", flat=True)))


def hints_send(chunk_ids: list[int]) -> int:
    """Note when, then send one hint per part; return how many the broker took.

    In this order: a worker that takes its part at once must not find the row locked by the note, for it passes over
    such a row, and the hint would be lost until the sweeper sends it again.
    """
    JobChunk.objects.filter(pk__in=chunk_ids).update(sent_at=timezone.now())
    sent = broker.hints_send(chunk_ids)
    left = set(chunk_ids).difference(sent)
    if left:
        JobChunk.objects.filter(pk__in=left, state=JobState.QUEUED).update(sent_at=None)
    return len(sent)


@transaction.atomic
def chunk_fail(chunk: JobChunk, lease: Lease | None, sentence: str) -> None:
    """End a part and with it the job, giving the reason; a part that is no longer the lease's is left alone.

    Without a lease the part must have fallen silent (the sweeper's case).
    """
    mine = Q(owner=lease.owner) if lease else Q(lease_until__lt=timezone.now())
    failed = JobChunk.objects.filter(mine, pk=chunk.pk, state=JobState.RUNNING).update(
        state=JobState.FAILED, error=sentence, finished_at=timezone.now(), lease_until=None
    )
    job = _active_locked(chunk.job_id)
    if failed and job is not None:
        job_end(job, JobState.FAILED, sentence)


def job_end(job: Job, state: JobState, sentence: str = "") -> None:
    """Write the end of a job whose row the caller has locked; parts not begun will not begin."""
    job.state, job.error, job.finished_at = state, sentence, timezone.now()
    job.save(update_fields=["state", "error", "finished_at", "result", "cancel_requested_at"])
    parts_tidy(job.pk)


def parts_tidy(job_id: uuid.UUID) -> None:
    """Let no part of an ended job look as if it were still to be done, and empty what parts kept for later stages."""
    with connection.cursor() as cursor:
        cursor.execute(END_PARTS_SQL, [job_id])


def _close(job_id: uuid.UUID) -> None:
    """Let the kind check that all is there and switch to it, in the transaction that closes the job."""
    Job.objects.filter(pk=job_id, state__in=JOB_ACTIVE).update(attempts=F("attempts") + 1)
    try:
        with transaction.atomic():
            job = _active_locked(job_id)
            if job is None:
                return
            with acting(job.user, Source.JOB, job.request_id or None):
                job.result = job_kind(job.kind).finish(job)
            job_end(job, JobState.DONE)
            return
    except Refused as refusal:
        sentence = str(refusal)
    except PASSING:
        logger.exception("trouble closing job %s", job_id)
        sentence = ""
    except Exception:
        logger.exception("closing job %s failed", job_id)
        sentence = _fault("The end of this work", Job.objects.get(pk=job_id))
    _close_failed(job_id, sentence)


@transaction.atomic
def _close_failed(job_id: uuid.UUID, sentence: str) -> None:
    """Fail the job with a sentence; without one the trouble may pass and the sweeper tries again, a few times."""
    job = _active_locked(job_id)
    if job is not None and (sentence or job.attempts >= JOB_ATTEMPTS):
        job_end(job, JobState.FAILED, sentence or _gave_up("The end of this work"))


def _again_or_fail(chunk: JobChunk, lease: Lease) -> None:
    """Give a part back for a later try, until it was tried as often as a part may."""
    if chunk.attempts >= JOB_ATTEMPTS:
        chunk_fail(chunk, lease, _gave_up(_place(chunk)))
        return
    wait = timedelta(seconds=BACK_OFF_SECONDS * 2 ** (chunk.attempts - 1))
    if not connection.is_usable():
        connection.close()  # the next statement opens a new one
    try:
        JobChunk.objects.filter(pk=chunk.pk, owner=lease.owner, state=JobState.RUNNING).update(
            state=JobState.QUEUED, owner=None, lease_until=None, sent_at=None, not_before=timezone.now() + wait
        )
    except (DatabaseError, InterfaceError):
        logger.warning("part %s could not be given back; its lease will run out", chunk.pk)


def _active_locked(job_id: uuid.UUID) -> Job | None:
    """Return the job with its row locked, None when it has ended; rows that point at it can still be written."""
    return Job.objects.select_for_update(no_key=True, of=("self",)).filter(pk=job_id, state__in=JOB_ACTIVE).first()


def _show_running(job: Job, chunk: JobChunk) -> None:
    changed = Job.objects.filter(pk=job.pk, state__in=JOB_ACTIVE)
    changed.filter(state=JobState.QUEUED).update(state=JobState.RUNNING, started_at=timezone.now())
    changed.exclude(stage=chunk.label).update(stage=chunk.label)


def _place(chunk: JobChunk) -> str:
    return f"{chunk.label or 'This work'}, part {chunk.number + 1}"


def _gave_up(place: str) -> str:
    return f"{place} was given up after {JOB_ATTEMPTS} tries: the database or the disk did not let it finish."


def _fault(place: str, job: Job) -> str:
    return f"{place} met a fault in the program; nothing of it was kept. Quote {str(job.pk)[:8]} to support."
