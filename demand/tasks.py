"""The background work of gathering demand."""

import gc
from typing import Any

from celery.signals import worker_init
from django.urls import reverse

from demand.services.baseline import baseline_chunk_run, baseline_finish_job
from demand.services.baseline_again import KIND
from demand.services.cleansing_look import KIND as CLEANSING
from demand.services.cleansing_look import cleansing_chunk_run, cleansing_finish_job
from sop.job_kinds import JobKind, register
from sop.models import Job


@worker_init.connect
def share_libraries(**_: Any) -> None:
    """Load the engines' libraries before the worker divides into its task processes, which then share their memory.

    What is there by then is never looked through for garbage: that would write to it, and written pages are shared no
    longer.
    """
    from demand.engine.loading import libraries_load  # noqa: PLC0415  (in workers only)

    libraries_load()
    gc.collect()
    gc.freeze()


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
