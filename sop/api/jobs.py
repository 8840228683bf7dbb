"""Background work: what runs, what became of it, stopping it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from sop.api.base import ListView, OneView, WriteView
from sop.api.serializers import Query
from sop.constants import JobState
from sop.models import Job, User
from sop.selectors.job import JobRow, job_row, jobs_counted, jobs_visible
from sop.services.job import job_cancel


class JobOut(serializers.Serializer[Any]):
    """One piece of background work; `parts_done` of `parts` tell how far it is."""

    id = serializers.UUIDField(source="job.id")
    kind = serializers.CharField(source="job.kind")
    subject = serializers.CharField(source="job.subject")
    cycle = serializers.IntegerField(source="job.cycle_id", allow_null=True)
    user_name = serializers.CharField(source="job.user_name")
    state = serializers.ChoiceField(source="job.state", choices=JobState.choices)
    error = serializers.CharField()
    result = serializers.JSONField(source="job.result")
    parts = serializers.IntegerField()
    parts_done = serializers.IntegerField()
    may_stop = serializers.BooleanField()
    created_at = serializers.DateTimeField(source="job.created_at")
    started_at = serializers.DateTimeField(source="job.started_at", allow_null=True)
    finished_at = serializers.DateTimeField(source="job.finished_at", allow_null=True)


class JobQuery(Query):
    """Which jobs."""

    cycle = serializers.IntegerField(source="cycle_id")
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.choices)


class JobsView(ListView):
    """Background work, latest first."""

    query, item = JobQuery, JobOut
    orderings = {"created": ("-created_at", "id")}

    def rows(self, user: User, query: dict[str, Any], **address: Any) -> QuerySet[Job]:
        """Return the jobs this person may look at."""
        return jobs_counted(jobs_visible(user)).filter(**query)

    def shown(self, user: User, rows: Sequence[Any]) -> list[JobRow]:
        """Return the page as this person sees it: the reason of a failure is for whom it concerns."""
        return [job_row(user, job) for job in rows]


class JobView(OneView):
    """One piece of background work: ask again until its state is done, failed or cancelled."""

    item = JobOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> JobRow:
        """Return the job."""
        return _row(user, address["job_id"])


class JobCancelView(WriteView):
    """Stop a job; parts under way are thrown away."""

    item = JobOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> JobRow:
        """Cancel it."""
        get_object_or_404(jobs_visible(user), pk=address["job_id"])
        job_cancel(user=user, job_id=address["job_id"])
        return _row(user, address["job_id"])


def _row(user: User, job_id: UUID) -> JobRow:
    return job_row(user, get_object_or_404(jobs_counted(jobs_visible(user)), pk=job_id))
