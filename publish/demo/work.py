"""Background work done on the spot: the demo is loaded before any worker runs."""

from sop.constants import JobState
from sop.models import Job
from sop.services.job import chunk_run


class WorkFailed(RuntimeError):
    """A piece of the demo's background work did not finish; the job says why."""


def job_run(job: Job | None) -> Job:
    """Compute every part of a job here and now, in order; the same code a worker runs."""
    if job is None:
        raise WorkFailed("There is no job to run.")
    for chunk in job.chunks.order_by("stage", "number").values_list("pk", flat=True):
        chunk_run(chunk)
    job.refresh_from_db()
    if job.state != JobState.DONE:
        raise WorkFailed(f"{job}: {job.get_state_display()}. {job.error}")
    return job
