"""A kind of background work for tests: each part adds one region; parts done twice or not at all show in the count.

Imported by the tests, and by real workers started with `-I tests.support.tally`.
"""

import time
import uuid
from typing import Any

from sop.job_kinds import JobKind, register
from sop.models import Job, JobChunk, Region, User
from sop.refusals import Refused
from sop.services.job import ChunkSpec, Lease, job_request

TALLY, BARE = "tally", "tally_bare"


def run_part(chunk: JobChunk, lease: Lease) -> None:
    """Compute for a while, then write under the lease."""
    time.sleep(chunk.job.params.get("seconds", 0))
    with lease.writing():
        region_add(chunk)


def run_part_bare(chunk: JobChunk, lease: Lease) -> None:
    """Write first and mark the part done later: what happens without the guard."""
    region_add(chunk)
    time.sleep(chunk.job.params.get("seconds", 0))
    with lease.writing():
        pass


def finish(job: Job) -> dict[str, Any]:
    """Refuse to close unless every part is there."""
    found, wanted = len(tallied(job)), job.chunks.count()
    if found < wanted:
        raise Refused(f"Only {found} of {wanted} parts are there.")
    return {"rows": found}


def region_add(chunk: JobChunk) -> None:
    """Add one row for a part."""
    name = f"{chunk.stage}.{chunk.number:03d}"
    Region.objects.create(code=uuid.uuid4().hex, name=f"{str(chunk.job_id)[:8]} {name}")


def tallied(job: Job) -> list[str]:
    """Return stage and number of the parts that wrote, in order; a part that wrote twice stands twice."""
    rows = Region.objects.filter(name__startswith=str(job.pk)[:8]).values_list("name", flat=True)
    return sorted(name.split()[1] for name in rows)


def wanted(job: Job) -> list[str]:
    """Return what `tallied` must be when nothing is lost or doubled."""
    return sorted(f"{stage}.{number:03d}" for stage, number in job.chunks.values_list("stage", "number"))


def tally_request(user: User, *, parts: int = 3, stages: int = 1, kind: str = TALLY, **more: Any) -> Job:
    """Ask for a tally; `seconds` is how long each part computes."""
    seconds = more.pop("seconds", 0)
    chunks = [ChunkSpec(stage=stage, label=f"Stage {stage}") for stage in range(stages) for _ in range(parts)]
    subject = more.pop("subject", str(uuid.uuid4()))
    return job_request(user=user, kind=kind, subject=subject, chunks=chunks, params={"seconds": seconds}, **more)


register(JobKind(TALLY, "Tally", run_part, finish, "sop.open_cycle"))
register(JobKind(BARE, "Tally without the lease", run_part_bare, lambda job: {}, "sop.open_cycle"))
