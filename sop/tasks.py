"""What the workers run: one part of a job, and the sweeper that sends lost hints again."""

from typing import Any

from celery import shared_task

from sop.job_kinds import JobKind, register
from sop.services import job
from sop.services.import_run import import_chunk_run, import_job_finish, import_job_page

register(
    JobKind("import", "Bringing in a file", import_chunk_run, import_job_finish, "sop.import_data", import_job_page)
)


@shared_task(name="sop.tasks.run_chunk")
def run_chunk(*, chunk_id: int, **_: Any) -> None:
    """Compute one part of a job if it is still to be done."""
    job.chunk_run(chunk_id)


@shared_task(name="sop.tasks.sweep_jobs")
def sweep_jobs(**_: Any) -> int:
    """Look for work that waits too long."""
    return job.jobs_sweep()
