"""Asking for a baseline and adopting one; its stages are in baseline_stages.py."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from demand.constants import BASELINE_CHUNK_SERIES, BASELINE_HEAVY_WORK
from demand.models import Baseline, BaselineRun, BaselineSeries, Series
from demand.selectors.choices import series_of_a
from demand.selectors.layers import adopted_run, last_actual_month
from demand.services.assumption_cells import cells_write
from demand.services.baseline_again import KIND, parts_keep
from demand.services.baseline_stages import FORECAST, LOOK, POOL, RUN, SEASONS, STAGE_LABELS, WRITE
from demand.services.change_note import baseline_noted, baseline_total
from sop.constants import StepKind
from sop.models import Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.selectors.cycle import company, company_time
from sop.services.cycle import cycle_event, step_edit_lock
from sop.services.job import ChunkSpec, Lease, job_request
from sop.services.table import statistics_refresh


@transaction.atomic
def baseline_request(*, user: User, cycle_id: int) -> BaselineRun:
    """Ask for a baseline of every active series; it is seen by nobody before it is whole."""
    if not user.has_perm("demand.run_baseline"):
        raise NotAllowed("Only demand planners run the baseline.")
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    until = last_actual_month(before=step.cycle.bucket)
    if until is None:
        raise Refused("There is no history yet: import actuals first.")
    ids = list(Series.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise Refused("There is nothing to forecast: no series is active.")
    rules = company()
    heavy = series_of_a(ids) if rules.ets_for_a else set()
    run = BaselineRun.objects.create(
        cycle=step.cycle,
        first_bucket=step.cycle.bucket,
        horizon_months=step.cycle.horizon_months,
        history_until=until,
        summary={"working_days": rules.working_days, "holidays": rules.holidays, "ets_for_a": rules.ets_for_a},
    )
    run.job = job_request(
        user=user,
        kind=KIND,
        subject=f"cycle {cycle_id}",
        cycle=step.cycle,
        params={"run": run.pk},
        chunks=_chunks(ids, heavy),
    )
    run.save(update_fields=["job"])
    return run


@transaction.atomic
def baseline_adopt(*, user: User, run_id: int) -> BaselineRun:
    """Make a complete run the baseline everybody works on; what people changed stays changed."""
    if not user.has_perm("demand.run_baseline"):
        raise NotAllowed("Only demand planners adopt a baseline.")
    run = BaselineRun.objects.select_related("cycle").get(pk=run_id)
    step_edit_lock(cycle_id=run.cycle_id, kind=StepKind.GATHER)
    if not run.complete:
        raise Refused("This run is not complete yet.")
    _adopt(run)
    sentence = f"{user.name} adopted the baseline of {company_time(run.created_at):%d %b %H:%M}."
    cycle_event(cycle=run.cycle, kind="baseline_adopted", sentence=sentence)
    return run


def _chunks(ids: list[int], heavy: set[int]) -> list[ChunkSpec]:
    parts = [(part[0], part[-1]) for part in _cut(ids, heavy)]
    return [
        *(ChunkSpec({"first": a, "last": b}, LOOK, STAGE_LABELS[LOOK]) for a, b in parts),
        ChunkSpec(stage=SEASONS, label=STAGE_LABELS[SEASONS]),
        ChunkSpec({"all": True}, FORECAST, STAGE_LABELS[FORECAST]),  # the longest part goes first
        *(ChunkSpec({"first": a, "last": b}, FORECAST, STAGE_LABELS[FORECAST]) for a, b in parts),
        ChunkSpec(stage=POOL, label=STAGE_LABELS[POOL]),
        *(ChunkSpec({"part": number}, WRITE, STAGE_LABELS[WRITE]) for number in range(len(parts))),
    ]


def _cut(ids: list[int], heavy: set[int]) -> list[list[int]]:
    """Return the series in parts of as even work as can be, none of more than BASELINE_CHUNK_SERIES."""
    parts: list[list[int]] = []
    room = 0
    for number in ids:
        work = BASELINE_HEAVY_WORK if number in heavy else 1
        if not parts or work > room:
            parts.append([])
            room = BASELINE_CHUNK_SERIES
        parts[-1].append(number)
        room -= work
    return parts


def baseline_chunk_run(chunk: JobChunk, lease: Lease) -> None:
    """Compute one part of a run."""
    run = BaselineRun.objects.select_related("cycle").get(pk=chunk.job.params["run"])
    RUN[chunk.stage](run, chunk, lease)


def baseline_finish_job(job: Job) -> dict[str, Any]:
    """Check that every series is there, then let the run be seen: adopted when it is the cycle's first."""
    run = BaselineRun.objects.select_for_update(no_key=True).get(pk=job.params["run"])
    series = BaselineSeries.objects.filter(run=run)
    rows = Baseline.objects.filter(run=run).count()
    count = series.count()
    if not count or rows != count * run.horizon_months:
        raise Refused(f"The run is not whole: {rows:,} months for {count:,} series. Start it again.")
    statistics_refresh(Baseline, BaselineSeries)
    run.complete = True
    run.save(update_fields=["complete"])
    first = adopted_run(run.cycle) is None
    if first:
        _adopt(run)
    parts_keep(run, FORECAST)
    return {"run": run.pk, "series": count, "adopted": first}


def _adopt(run: BaselineRun) -> None:
    # One adopts at a time: the second sees what the first adopted, and takes its place.
    list(BaselineRun.objects.select_for_update(no_key=True).filter(cycle=run.cycle).order_by("pk").values_list("pk"))
    before = baseline_total(adopted_run(run.cycle))
    BaselineRun.objects.filter(cycle=run.cycle, adopted=True).exclude(pk=run.pk).update(adopted=False)
    run.adopted, run.adopted_at = True, timezone.now()
    run.save(update_fields=["adopted", "adopted_at"])
    cells_write(run.cycle)  # quantities are shared out by the baseline
    baseline_noted(run=run, before=before)
