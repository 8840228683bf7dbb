"""Background work that is never lost and never doubled: the tables are the truth, the broker only carries hints.

Asking writes a job and its parts (chunks) and hints at them after commit. Workers take parts by lease
(`job_lease.py`), compute and close (`job_run.py`); a sweeper finds what a lost hint or a dead worker left
(`job_sweep.py`). This module is what other files import.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from sop.constants import JOB_ACTIVE, JobState
from sop.job_kinds import job_kind, job_kinds
from sop.models import Cycle, Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.request_context import current
from sop.selectors.cycle import company_moment
from sop.services.job_lease import Lease, LeaseLost
from sop.services.job_run import chunk_run, job_end, stage_hint
from sop.services.job_sweep import jobs_sweep

__all__ = [
    "ChunkSpec",
    "Lease",
    "LeaseLost",
    "chunk_run",
    "job_cancel",
    "job_request",
    "jobs_seen",
    "jobs_sweep",
]


@dataclass(frozen=True)
class ChunkSpec:
    """One part to be made: a stage starts when all parts of the stage before are done."""

    params: dict[str, Any] = field(default_factory=dict)
    stage: int = 0
    label: str = ""


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

    Raises Refused while another job of this kind is active for the same subject, and when there is nothing to do.
    """
    label = job_kind(kind).label
    if not chunks:
        raise Refused(f"{label}: there is nothing to do.")
    key = idempotency_key or str(uuid.uuid4())
    with connection.cursor() as cursor:  # two askers at once: the second waits here and is answered below
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"{kind}:{subject}"])
    same = Job.objects.filter(idempotency_key=key).first()
    if same is not None:
        return same
    active = Job.objects.filter(kind=kind, subject=subject, state__in=JOB_ACTIVE).first()
    if active is not None:
        since = company_moment(active.created_at)
        raise Refused(f"{label} is running already, asked for by {active.user_name} {since}.")
    job = Job.objects.create(
        kind=kind,
        subject=subject,
        idempotency_key=key,
        cycle=cycle,
        user=user,
        user_name=user.name,
        request_id=current().request_id,
        params=params or {},
    )
    by_stage: dict[int, list[ChunkSpec]] = defaultdict(list)
    for spec in chunks:
        by_stage[spec.stage].append(spec)
    JobChunk.objects.bulk_create(
        JobChunk(job=job, stage=stage, number=number, label=spec.label, params=spec.params)
        for stage, specs in by_stage.items()
        for number, spec in enumerate(specs)
    )
    transaction.on_commit(lambda: stage_hint(job.pk, min(by_stage)), robust=True)
    return job


@transaction.atomic
def job_cancel(*, user: User, job_id: uuid.UUID) -> Job:
    """Stop a job: parts under way are thrown away when they try to write, nothing else begins.

    The asker and whoever holds the kind's permission may. Raises Refused when it has ended, or has only to be closed:
    what its parts wrote cannot be taken back by stopping it then.
    """
    job = Job.objects.select_for_update(no_key=True, of=("self",)).filter(pk=job_id).first()
    if job is None:
        raise Refused("This work does not exist.")
    kind = job_kinds().get(job.kind)
    if job.user_id != user.pk and not (kind is not None and user.has_perm(kind.permission)):
        raise NotAllowed(f"{job.user_name} asked for this; only {job.user_name} or a planner stops it.")
    if job.state not in JOB_ACTIVE:
        raise Refused(f"This work is {job.get_state_display().lower()} already.")
    if not job.chunks.filter(state__in=JOB_ACTIVE).exists():
        raise Refused("All parts of this work are done; it is just being closed.")
    job.cancel_requested_at = timezone.now()
    job_end(job, JobState.CANCELLED, f"Stopped by {user.name}.")
    return job


def jobs_seen(*, user: User) -> None:
    """Note that a person looked at their ended jobs, so that the bell stops counting them."""
    ended = Job.objects.filter(user=user, seen_at__isnull=True).exclude(state__in=JOB_ACTIVE)
    ended.update(seen_at=timezone.now())
