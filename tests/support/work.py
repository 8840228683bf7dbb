"""Background work in a test: every part computed here and now, as a worker would."""

from sop.models import Job
from sop.services.job import chunk_run


def parts_run(job: Job | None, *, stop_before_last: bool = False) -> Job:
    """Compute a job's parts in order, the last one closing it; return the job as it stands then."""
    assert job is not None
    parts = list(job.chunks.order_by("stage", "number").values_list("pk", flat=True))
    for part in parts[:-1] if stop_before_last else parts:
        chunk_run(part)
    job.refresh_from_db()
    return job
