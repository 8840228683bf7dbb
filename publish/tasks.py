"""The background work of publishing."""

from django.urls import reverse

from publish.selectors.seals import KIND
from publish.services.seals import seal_chunk_run, seals_finish
from sop.job_kinds import JobKind, register
from sop.models import Job


def seals_page(job: Job) -> str:
    """Return the address of the seals."""
    return reverse("publish:seals")


register(JobKind(KIND, "Check of the seals", seal_chunk_run, seals_finish, "publish.export_plan", page=seals_page))
