"""The background work of planning supply."""

from django.urls import reverse

from sop.job_kinds import JobKind, register
from sop.models import Job
from supply.services.run import KIND, supply_chunk_run, supply_finish


def plan_page(job: Job) -> str:
    """Return the address of the supply plan."""
    return reverse("supply:workbench", args=[job.cycle_id])


register(JobKind(KIND, "Supply plan", supply_chunk_run, supply_finish, "supply.plan_supply", page=plan_page))
