"""The background work of reconcile."""

from django.urls import reverse

from reconcile.services.calculate import KIND, scenario_chunk_run, scenario_finish
from sop.job_kinds import JobKind, register
from sop.models import Job


def scenario_page(job: Job) -> str:
    """Return the address of the scenario, of the family sheet for the base plan."""
    if job.params["base"]:
        return reverse("reconcile:sheet", args=[job.cycle_id])
    return reverse("reconcile:scenario", args=[job.params["scenario"]])


register(JobKind(KIND, "Scenario", scenario_chunk_run, scenario_finish, "reconcile.edit_scenario", page=scenario_page))
