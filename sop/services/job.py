"""Background work that is never lost and never doubled: the tables are the truth, the broker only carries hints.

A job's parts (chunks) are claimed by one UPDATE with a lease and a new owner token. What a part writes, it writes in
one transaction that first renews the lease as that owner and last marks the part done: a worker that died, or was so
slow that it lost its lease, leaves nothing behind. A sweeper sends hints again. See docs/decisions/0003-jobs.md.
"""

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from sop.constants import JOB_ACTIVE, JOB_ATTEMPTS, JOB_LEASE_SECONDS, JobState, Source
from sop.job_kinds import job_kind
from sop.models import Cycle, Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.request_context import acting, current

logger = logging.getLogger(__name__)

RESEND_SECONDS = 15  # a hint older than this may be lost
CLAIM_SQL = """
    update sop_jobchunk c set state = 'running', owner = %(owner)s, attempts = attempts + 1,
           lease_until = now() + make_interval(secs => %(lease)s)
    from sop_job j
    where c.id = %(chunk)s and j.id = c.job_id and j.state in ('queued', 'running') and j.cancel_requested_at is null
      and (c.state = 'queued' or (c.state = 'running' and c.lease_until < now())) and c.attempts < %(attempts)s
      and not exists (select 1 from sop_jobchunk e
                      where e.job_id = c.job_id and e.stage < c.stage and e.state <> 'done')
    returning c.id
"""
RENEW_SQL = """
    update sop_jobchunk set lease_until = now() + make_interval(secs => %s)
    where id = %s and owner = %s and state = 'running'
"""


class LeaseLost(Exception):
    """Another worker owns this part now, or the job was cancelled: whatever was computed is thrown away."""


@dataclass(frozen=True)
class ChunkSpec:
    """One part to be made: a stage starts when all parts of the stage before are done."""

    params: dict[str, Any] = field(default_factory=dict)
    stage: int = 0
    label: str = ""


class Lease:
    """A worker's hold on one part."""

    def __init__(self, chunk_id: int, owner: uuid.UUID) -> None:
        self.chunk_id = chunk_id
        self.owner = owner
        self.written = False

    def renew(self) -> None:
        """Keep the part while computing for long; raises LeaseLost."""
        with connection.cursor() as cursor:
            cursor.execute(RENEW_SQL, [JOB_LEASE_SECONDS, self.chunk_id, self.owner])
            if cursor.rowcount != 1:
                raise LeaseLost

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all of the part's results and mark it done in one transaction; raises LeaseLost before anything."""
        with transaction.atomic():
            self.renew()
            cancelled = Job.objects.filter(chunks=self.chunk_id, cancel_requested_at__isnull=False).exists()
            if cancelled:
                raise LeaseLost
            yield
            done = JobChunk.objects.filter(pk=self.chunk_id, owner=self.owner, state=JobState.RUNNING).update(
                state=JobState.DONE, finished_at=timezone.now(), lease_until=None, error=""
            )
            if done != 1:
                raise LeaseLost
        self.written = True


@transaction.atomic
def job_request(
    *,
    user: User,
    kind: str,
    subject: str,
    chunks: Sequence[ChunkSpec],
    cycle: Cycle | None = None,
    params: dict[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Job:
    """Write down work to be done and hint at it after commit; asking again with the same key gives the same job.

    Raises Refused while another job of this kind is active for the same subject.
    """
    label = job_kind(kind).label
    key = idempotency_key or str(uuid.uuid4())
    same = Job.objects.filter(idempotency_key=key).first()
    if same is not None:
        return same
    if not chunks:
        raise Refused(f"{label}: there is nothing to do.")
    with connection.cursor() as cursor:  # two askers at once: the second waits here and is told below
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"{kind}:{subject}"])
    active = Job.objects.filter(kind=kind, subject=subject, state__in=JOB_ACTIVE).first()
    if active is not None:
        raise Refused(f"{label} is running already, asked for by {active.user_name} at {active.created_at:%H:%M} UTC.")
    job = Job.objects.create(
        kind=kind,
        subject=subject,
        idempotency_key=key,
        cycle=cycle,
        user=user,
        user_name=user.name,
        params=params or {},
    )
    counts: dict[int, int] = {}
    rows = []
    for spec in chunks:
        number = counts.get(spec.stage, 0)
        counts[spec.stage] = number + 1
        rows.append(JobChunk(job=job, stage=spec.stage, number=number, label=spec.label, params=spec.params))
    JobChunk.objects.bulk_create(rows)
    first = min(counts)
    transaction.on_commit(lambda: stage_hint(job.pk, first), robust=True)
    return job


@transaction.atomic
def job_cancel(*, user: User, job_id: uuid.UUID) -> Job:
    """Ask a job to stop; parts under way are thrown away when they try to write."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.user_id != user.pk and not user.has_perm(job_kind(job.kind).permission):
        raise NotAllowed(f"{job.user_name} asked for this; only {job.user_name} or a planner stops it.")
    if job.state not in JOB_ACTIVE:
        raise Refused(f"This work is {job.get_state_display().lower()} already.")
    now = timezone.now()
    job.state, job.cancel_requested_at, job.finished_at = JobState.CANCELLED, now, now
    job.error = f"Stopped by {user.name}."
    job.save()
    job.chunks.filter(state__in=JOB_ACTIVE).update(state=JobState.CANCELLED, finished_at=now, lease_until=None)
    return job


def chunk_run(chunk_id: int) -> None:
    """Claim a part and compute it; harmless for a part that is done, taken, cancelled or whose stage has not come."""
    owner = uuid.uuid4()
    if not _claim(chunk_id, owner):
        return
    chunk = JobChunk.objects.select_related("job__user", "job__cycle").get(pk=chunk_id)
    job = chunk.job
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(state=JobState.RUNNING, started_at=timezone.now())
    lease = Lease(chunk_id, owner)
    with acting(job.user, Source.JOB, current().request_id):
        try:
            job_kind(job.kind).run_chunk(chunk, lease)
            if not lease.written:
                raise RuntimeError(f"{job.kind} left a part without writing it")
        except LeaseLost:
            logger.info("lease of part %s lost; its result is thrown away", chunk_id)
            return
        except Refused as refusal:
            _fail(chunk, str(refusal))
            return
        except (OperationalError, InterfaceError):
            logger.exception("database trouble in part %s; it will be tried again", chunk_id)
            raise
        except Exception:
            logger.exception("part %s failed", chunk_id)
            _again_or_fail(chunk, owner)
            return
        job_advance(job.pk)


def job_advance(job_id: uuid.UUID) -> None:
    """After a part: hint at the next stage, or close the job when every part is done.

    Runs in its own transaction behind the part's, with the job row locked: of two last parts the later one sees both.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.state not in JOB_ACTIVE or job.cancel_requested_at is not None:
            return
        left = job.chunks.exclude(state=JobState.DONE).order_by("stage").values_list("stage", flat=True).first()
        if left is not None:
            waiting = job.chunks.filter(stage=left, state=JobState.QUEUED, sent_at__isnull=True).exists()
            if waiting:
                transaction.on_commit(lambda: stage_hint(job_id, left), robust=True)
            return
        try:
            with transaction.atomic():
                job.result = job_kind(job.kind).finish(job)
            job.state, job.error = JobState.DONE, ""
        except Refused as refusal:
            job.state, job.error = JobState.FAILED, str(refusal)
        job.finished_at = timezone.now()
        job.save()


def stage_hint(job_id: uuid.UUID, stage: int) -> None:
    """Tell the broker of every part of a stage; a broker that is down costs one time-out, the sweeper tries again."""
    found = JobChunk.objects.filter(job_id=job_id, stage=stage, state=JobState.QUEUED).order_by("number")
    hints_send(list(found.values_list("pk", flat=True)))


def hints_send(chunk_ids: Sequence[int]) -> bool:
    """Send one hint per part and note when; return whether the broker took them."""
    from sop.tasks import run_chunk  # noqa: PLC0415  (tasks stand above services; the hint is theirs)

    sent: list[int] = []
    try:
        for chunk_id in chunk_ids:
            run_chunk.apply_async(kwargs={"chunk_id": chunk_id}, retry=False, ignore_result=True)
            sent.append(chunk_id)
    except Exception:  # every broker client has its own errors; none of them may break the page that asked
        logger.warning("the broker did not take a hint; the work waits for the sweeper", exc_info=True)
    JobChunk.objects.filter(pk__in=sent).update(sent_at=timezone.now())
    return len(sent) == len(chunk_ids)


def jobs_sweep() -> int:
    """Send hints again for parts that wait or whose worker fell silent; give up on parts that killed too many workers.

    Returns how many hints were sent.
    """
    now = timezone.now()
    silent = Q(state=JobState.RUNNING, lease_until__lt=now)
    for chunk in JobChunk.objects.filter(silent, job__state__in=JOB_ACTIVE, attempts__gte=JOB_ATTEMPTS).select_related(
        "job"
    ):
        _fail(
            chunk, f"A part of this work ended {JOB_ATTEMPTS} times without a word; the log of the workers says more."
        )
    old_hint = Q(sent_at__isnull=True) | Q(sent_at__lt=now - timedelta(seconds=RESEND_SECONDS))
    waiting = (
        JobChunk.objects.filter(Q(state=JobState.QUEUED) & old_hint | silent, job__state__in=JOB_ACTIVE)
        .filter(attempts__lt=JOB_ATTEMPTS)
        .order_by("job__created_at", "stage", "number")
    )
    lowest: dict[uuid.UUID, int] = {}
    ids = []
    for chunk_id, job_id, stage in waiting.values_list("pk", "job_id", "stage")[:2000]:
        if lowest.setdefault(job_id, stage) == stage:
            ids.append(chunk_id)
    hints_send(ids)
    for job_id in _finished_unnoticed():
        job_advance(job_id)
    return len(ids)


def _finished_unnoticed() -> list[uuid.UUID]:
    """Return active jobs whose last worker died between its part and the closing of the job."""
    unfinished = Q(chunks__state__in=[JobState.QUEUED, JobState.RUNNING])
    active = Job.objects.filter(state__in=JOB_ACTIVE)
    return list(active.exclude(pk__in=active.filter(unfinished).values("pk")).values_list("pk", flat=True))


def _claim(chunk_id: int, owner: uuid.UUID) -> bool:
    values = {"owner": owner, "lease": JOB_LEASE_SECONDS, "chunk": chunk_id, "attempts": JOB_ATTEMPTS}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL, values)
        return cursor.rowcount == 1


def _again_or_fail(chunk: JobChunk, owner: uuid.UUID) -> None:
    """Give a part back for another try, until it has failed as often as a part may."""
    if chunk.attempts >= JOB_ATTEMPTS:
        _fail(chunk, "This work failed and was given up; the log of the workers says why.")
        return
    JobChunk.objects.filter(pk=chunk.pk, owner=owner, state=JobState.RUNNING).update(
        state=JobState.QUEUED, owner=None, lease_until=None, sent_at=timezone.now()
    )


@transaction.atomic
def _fail(chunk: JobChunk, sentence: str) -> None:
    now = timezone.now()
    job = Job.objects.select_for_update().get(pk=chunk.job_id)
    if job.state not in JOB_ACTIVE:
        return
    JobChunk.objects.filter(pk=chunk.pk).update(
        state=JobState.FAILED, error=sentence, finished_at=now, lease_until=None
    )
    job.state, job.error, job.finished_at = JobState.FAILED, sentence, now
    job.save()
    job.chunks.filter(state=JobState.QUEUED).update(state=JobState.CANCELLED, finished_at=now)
