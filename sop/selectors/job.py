"""Every read of background work: what runs, what became of it, how far it is, what a person's bell shows."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from sop.constants import JOB_ACTIVE, CycleState, JobState
from sop.job_kinds import job_kinds, job_label
from sop.models import Job, JobChunk, User

NOTICES = 8  # in the bell; all others stand on the page of background work
TONES = {JobState.DONE: "ok", JobState.FAILED: "short", JobState.CANCELLED: "plain"}
ENDINGS = {JobState.DONE: "is done", JobState.FAILED: "failed", JobState.CANCELLED: "was stopped"}


@dataclass(frozen=True)
class JobRow:
    """One job as a person sees it."""

    job: Job
    label: str
    parts: int
    parts_done: int
    error: str  # the full reason only for whom it concerns
    may_stop: bool
    page: str  # address of the finished work, empty while there is none

    @property
    def percent(self) -> int | None:
        """Return how much of it is done, None before it began."""
        return 100 * self.parts_done // self.parts if self.parts and self.job.started_at else None

    @property
    def took(self) -> timedelta | None:
        """Return how long it ran or has been running, None while it waits."""
        if self.job.started_at is None:
            return None
        return (self.job.finished_at or timezone.now()) - self.job.started_at


@dataclass(frozen=True)
class StageRow:
    """One stage of a job: parts that are done of all."""

    label: str
    done: int
    parts: int
    running: int
    waits_until: datetime | None  # after a failed try


def jobs_visible(user: User) -> QuerySet[Job]:
    """Return the jobs a person may look at: own ones, those of a cycle, those of kinds their role may stop."""
    kinds = [code for code, kind in job_kinds().items() if user.has_perm(kind.permission)]
    return Job.objects.filter(Q(user=user) | Q(cycle__isnull=False) | Q(kind__in=kinds))


def jobs_counted(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return the jobs with `parts` and `parts_done` on each."""
    done = Count("chunks", filter=Q(chunks__state=JobState.DONE))
    return jobs.annotate(parts=Count("chunks"), parts_done=done).order_by("-created_at", "id")


def job_row(user: User, job: Job) -> JobRow:
    """Return one job as this person sees it; `jobs_counted` gives its parts."""
    kind = job_kinds().get(job.kind)
    concerned = job.user_id == user.pk or (kind is not None and user.has_perm(kind.permission))
    return JobRow(
        job=job,
        label=job_label(job.kind),
        parts=getattr(job, "parts", 0),
        parts_done=getattr(job, "parts_done", 0),
        error=job.error if concerned or not job.error else "Whoever asked for it sees the reason.",
        may_stop=concerned and job.state in JOB_ACTIVE,
        page=_result_page(job),
    )


def _result_page(job: Job) -> str:
    """Return where a finished job's result is; one an earlier release left may not say, and must not break the page."""
    kind = job_kinds().get(job.kind)
    if kind is None or kind.page is None or job.state != JobState.DONE:
        return ""
    try:
        return kind.page(job)
    except KeyError:
        return ""


def job_stages(job: Job) -> list[StageRow]:
    """Return a job's stages in order, each with how many of its parts are done."""
    tried = Q(state=JobState.QUEUED, attempts__gt=0)
    found = JobChunk.objects.filter(job=job).values("stage").order_by("stage")
    rows = found.annotate(
        name=Min("label"),
        parts=Count("id"),
        done=Count("id", filter=Q(state=JobState.DONE)),
        running=Count("id", filter=Q(state=JobState.RUNNING)),
        waits_until=Max("not_before", filter=tried),
    )
    return [
        StageRow(row["name"] or f"Stage {number}", row["done"], row["parts"], row["running"], row["waits_until"])
        for number, row in enumerate(rows, start=1)
    ]


def jobs_now(jobs: Iterable[Job]) -> dict[uuid.UUID, str]:
    """Return what each job is doing, in two levels: "Forecasts, part 7 of 20, stage 3 of 5"; one query for all.

    The part named is the one after those done; a stage of one part, or a job of one stage, is not counted out.
    """
    found = JobChunk.objects.filter(job__in=list(jobs)).values("job", "stage").order_by("job", "stage")
    rows = found.annotate(name=Min("label"), parts=Count("id"), done=Count("id", filter=Q(state=JobState.DONE)))
    stages: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for row in rows:
        stages.setdefault(row["job"], []).append(dict(row))
    return {job: _now(of_job) for job, of_job in stages.items()}


def _now(stages: list[dict[str, Any]]) -> str:
    left = [(number, row) for number, row in enumerate(stages, start=1) if row["done"] < row["parts"]]
    if not left:
        return "Closing"
    number, row = left[0]
    words = [row["name"] or "Working"]
    if row["parts"] > 1:
        words.append(f"part {row['done'] + 1} of {row['parts']}")
    if len(stages) > 1:
        words.append(f"stage {number} of {len(stages)}")
    return ", ".join(words)


def job_active(user: User, jobs: QuerySet[Job]) -> tuple[JobRow, str] | None:
    """Return the one of these jobs that waits or runs as this person sees it, with what it is doing."""
    job = jobs_counted(jobs.filter(state__in=JOB_ACTIVE)).first()
    return None if job is None else (job_row(user, job), jobs_now([job]).get(job.pk, ""))


def jobs_strip(user: User, before: Iterable[uuid.UUID] = ()) -> dict[str, Any]:
    """Return what the strip and the bell show; `before` are the jobs the page showed as running when it asked last.

    `ended` are those of them that have ended since: each is worth a toast.
    """
    mine = Q(user=user) | Q(cycle__state=CycleState.OPEN)
    running = [job_row(user, job) for job in jobs_counted(Job.objects.filter(mine, state__in=JOB_ACTIVE))]
    ids = {row.job.pk for row in running}
    now = jobs_now(row.job for row in running) if running else {}
    ended = Job.objects.exclude(state__in=JOB_ACTIVE).order_by("-finished_at")
    notices = [_notice(job_row(user, job)) for job in ended.filter(user=user)[:NOTICES]]
    gone = [pk for pk in before if pk not in ids]
    return {
        "running": [_strip_line(row, now.get(row.job.pk, "")) for row in running],
        "running_ids": ",".join(str(pk) for pk in ids),
        "notices": notices,
        "new_count": sum(notice["is_new"] for notice in notices),
        "ended": [_notice(job_row(user, job)) for job in ended.filter(mine, pk__in=gone)] if gone else [],
    }


def _strip_line(row: JobRow, now: str) -> dict[str, Any]:
    waits = row.job.state == JobState.QUEUED
    label = f"{row.label} (waiting)" if waits else row.label
    return {
        "label": label,
        "now": "" if waits else now,
        "percent": row.percent,
        "url": reverse("sop:job-detail", args=[row.job.pk]),
    }


def _notice(row: JobRow) -> dict[str, Any]:
    state = JobState(row.job.state)
    reason = f": {row.error}" if state == JobState.FAILED and row.error else ""
    return {
        "id": row.job.pk,
        "text": f"{row.label} {ENDINGS[state]}{reason}",
        "url": row.page or reverse("sop:job-detail", args=[row.job.pk]),
        "when": row.job.finished_at,
        "tone": TONES[state],
        "word": state.label,
        "is_new": row.job.seen_at is None,
    }
