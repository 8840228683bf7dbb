"""Checking the seals of all plans, as background work: every line of every plan is read again."""

from typing import Any

from django.db import transaction

from publish.models import PublishedPlan
from publish.selectors.seals import KIND, seal_check
from sop.models import Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.services.job import ChunkSpec, Lease, job_request

INTACT, CHANGED = b"1", b"0"


@transaction.atomic
def seals_check_request(*, user: User) -> Job:
    """Ask for a check of every seal, one part a plan; one check runs at a time."""
    if not user.has_perm("publish.export_plan"):
        raise NotAllowed("Who may export published plans checks their seals.")
    ids = PublishedPlan.objects.order_by("pk").values_list("pk", flat=True)
    chunks = [ChunkSpec({"plan": pk}, label="Seals") for pk in ids]
    if not chunks:
        raise Refused("No plan is published yet: there is no seal to check.")
    return job_request(user=user, kind=KIND, subject="all plans", chunks=chunks)


def seal_chunk_run(chunk: JobChunk, lease: Lease) -> None:
    """Recompute one plan's seal."""
    plan = PublishedPlan.objects.select_related("cycle").get(pk=chunk.params["plan"])
    intact = seal_check(plan).intact
    with lease.writing():
        JobChunk.objects.filter(pk=chunk.pk).update(output=INTACT if intact else CHANGED)


def seals_finish(job: Job) -> dict[str, Any]:
    """Return which plans are as signed, by their ids."""
    parts = job.chunks.values_list("params", "output")
    return {"intact": {str(params["plan"]): bytes(output or b"") == INTACT for params, output in parts}}
