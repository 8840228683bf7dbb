"""Background work: what runs, what became of it, stopping it."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from sop.api.base import ListView, OneView, WriteView
from sop.api.serializers import Query, RowOut
from sop.constants import JobState
from sop.models import Job, User
from sop.services.job import job_cancel


class JobOut(RowOut):
    """One piece of background work; `parts_done` of `parts` tell how far it is."""

    parts = serializers.IntegerField()
    parts_done = serializers.IntegerField()

    class Meta:
        """What is shown."""

        model = Job
        fields = (
            *("id", "kind", "subject", "cycle", "user_name", "state", "stage", "error", "result"),
            *("parts", "parts_done", "created_at", "started_at", "finished_at"),
        )


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
        """Return the jobs; everybody sees what is running."""
        return _jobs().filter(**query)


class JobView(OneView):
    """One piece of background work: ask again until its state is done, failed or cancelled."""

    item = JobOut

    def one(self, user: User, query: dict[str, Any], **address: Any) -> Job:
        """Return the job."""
        return get_object_or_404(_jobs(), pk=address["job_id"])


class JobCancelView(WriteView):
    """Stop a job; parts under way are thrown away."""

    item = JobOut

    def write(self, user: User, fields: dict[str, Any], **address: Any) -> Job:
        """Cancel it."""
        job_cancel(user=user, **address)
        return _jobs().get(pk=address["job_id"])


def _jobs() -> QuerySet[Job]:
    done = Count("chunks", filter=Q(chunks__state=JobState.DONE))
    return Job.objects.annotate(parts=Count("chunks"), parts_done=done)
