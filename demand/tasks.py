"""The background work of gathering demand."""

from django.urls import reverse

from demand.services.baseline import baseline_chunk_run, baseline_finish_job
from demand.services.baseline_again import KIND
from demand.services.cleansing_look import KIND as CLEANSING
from demand.services.cleansing_look import cleansing_chunk_run, cleansing_finish_job
from sop.job_kinds import JobKind, register
from sop.models import Job


def baseline_page(job: Job) -> str:
    """Return the address where a finished run is compared and adopted."""
    return reverse("demand:baseline", args=[job.cycle_id])


def cleansing_page(job: Job) -> str:
    """Return the address where proposals are decided."""
    return reverse("demand:cleansing", args=[job.cycle_id])


register(
    JobKind(KIND, "Baseline run", baseline_chunk_run, baseline_finish_job, "demand.run_baseline", page=baseline_page)
)
register(
    JobKind(
        CLEANSING,
        "Look through history",
        cleansing_chunk_run,
        cleansing_finish_job,
        "demand.run_baseline",
        page=cleansing_page,
    )
)
