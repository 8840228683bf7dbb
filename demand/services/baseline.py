"""Running and adopting the statistical baseline: history looked through, seasons, series in parts, ranges."""

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
from django.db import transaction
from django.utils import timezone

from demand.constants import BASELINE_CHUNK_SERIES
from demand.frames import history_panel
from demand.models import Baseline, BaselineRun, BaselineSeries, Series
from demand.selectors.choices import facts_with_choices
from demand.selectors.layers import adopted_run, last_actual_month
from demand.services.assumption_cells import cells_write
from demand.services.baseline_rows import FORECAST_COLUMNS, SERIES_COLUMNS, forecast_rows, series_rows
from demand.services.change_note import baseline_noted, baseline_total
from demand.services.cleansing_look import LABEL as LOOK_LABEL
from demand.services.cleansing_look import look_part
from sop.constants import StepKind
from sop.engine.months import months_between
from sop.models import Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.selectors.cycle import company, company_time
from sop.services.cycle import cycle_event, step_edit_lock
from sop.services.job import ChunkSpec, Lease, job_request
from sop.services.table import rows_copy, statistics_refresh

if TYPE_CHECKING:
    from demand.engine.chunk import BaselineChunk

KIND = "baseline"
LOOK, SEASONS, FORECAST, POOL, WRITE = range(5)  # stages; each starts when the one before is done
STAGE_LABELS = (LOOK_LABEL, "Family seasons", "Forecasts", "Ranges from past errors", "Saving")


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
    run = BaselineRun.objects.create(
        cycle=step.cycle,
        first_bucket=step.cycle.bucket,
        horizon_months=step.cycle.horizon_months,
        history_until=until,
        summary={"working_days": company().working_days},
    )
    run.job = job_request(
        user=user,
        kind=KIND,
        subject=f"cycle {cycle_id}",
        cycle=step.cycle,
        params={"run": run.pk},
        chunks=_chunks(ids),
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


def _chunks(ids: list[int]) -> list[ChunkSpec]:
    cuts = [ids[at : at + BASELINE_CHUNK_SERIES] for at in range(0, len(ids), BASELINE_CHUNK_SERIES)]
    parts = [(part[0], part[-1]) for part in cuts]
    return [
        *(ChunkSpec({"first": a, "last": b}, LOOK, STAGE_LABELS[LOOK]) for a, b in parts),
        ChunkSpec(stage=SEASONS, label=STAGE_LABELS[SEASONS]),
        ChunkSpec({"all": True}, FORECAST, STAGE_LABELS[FORECAST]),  # the longest part goes first
        *(ChunkSpec({"first": a, "last": b}, FORECAST, STAGE_LABELS[FORECAST]) for a, b in parts),
        ChunkSpec(stage=POOL, label=STAGE_LABELS[POOL]),
        *(ChunkSpec({"part": number}, WRITE, STAGE_LABELS[WRITE]) for number in range(len(parts))),
    ]


def baseline_chunk_run(chunk: JobChunk, lease: Lease) -> None:
    """Compute one part of a run."""
    run = BaselineRun.objects.select_related("cycle").get(pk=chunk.job.params["run"])
    (_look, _find_seasons, _forecast, _pool, _write)[chunk.stage](run, chunk, lease)


def _look(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    look_part(chunk, lease, cycle_id=run.cycle_id, until=run.history_until, at=run.created_at)


def _find_seasons(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    from demand.engine.baseline import seasons_find  # noqa: PLC0415  (engines load in workers only)

    ids = _active_ids()
    panel, facts = _inputs(run, ids)
    seasons = seasons_find(panel, facts, as_of=run.history_until)
    _keep(chunk, lease, seasons.to_json(orient="split", double_precision=15).encode())


def _forecast(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    """Forecast some series, or find what all together teach."""
    from demand.engine.all_series import all_series_pack  # noqa: PLC0415
    from demand.engine.baseline import all_series_find, baseline_chunk  # noqa: PLC0415
    from demand.engine.chunk import chunk_pack  # noqa: PLC0415

    if "all" in chunk.params:
        ids = _active_ids()
        panel, facts = _inputs(run, ids)
        found = all_series_find(panel, horizon=_steps(run), as_of=run.history_until, facts=facts)
        _keep(chunk, lease, all_series_pack(found))
        return
    ids = _active_ids(chunk.params["first"], chunk.params["last"])
    # Family codes are text: left to itself the reader makes 10 of "010", and the family is not found again.
    seasons = pd.read_json(io.BytesIO(_outputs(chunk.job, SEASONS)[0]), orient="split", dtype={"family": str})
    panel, facts = _inputs(run, ids)
    part = baseline_chunk(panel, horizon=_steps(run), as_of=run.history_until, facts=facts, seasons=seasons)
    _keep(chunk, lease, chunk_pack(part))


def _pool(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    from demand.engine.all_series import all_series_unpack  # noqa: PLC0415
    from demand.engine.hierarchy import shift_pack  # noqa: PLC0415
    from demand.engine.pool import baseline_pool  # noqa: PLC0415

    found = all_series_unpack(_outputs(chunk.job, FORECAST, 0)[0])
    pool = baseline_pool(_parts(chunk.job), found.sums)
    summary = run.summary | {"quantiles": _records(pool.quantiles), "rho": _records(pool.rho)}
    with lease.writing():
        BaselineRun.objects.filter(pk=run.pk).update(summary=summary)
        JobChunk.objects.filter(pk=chunk.pk).update(output=shift_pack(pool.shift))


def _write(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    from demand.engine.baseline import baseline_finish  # noqa: PLC0415
    from demand.engine.cumulated import COLUMNS  # noqa: PLC0415
    from demand.engine.hierarchy import shift_unpack  # noqa: PLC0415
    from demand.engine.pool import BaselinePool  # noqa: PLC0415

    part = next(_parts(chunk.job, chunk.params["part"]))
    pool = BaselinePool(
        pd.DataFrame(run.summary["quantiles"]),
        pd.DataFrame(run.summary["rho"], columns=COLUMNS),
        shift_unpack(_outputs(chunk.job, POOL)[0]),
    )
    result = baseline_finish(part, pool, working_days=run.summary.get("working_days", False))
    forecast = result.forecast[result.forecast["ds"] >= pd.Timestamp(run.first_bucket)]
    with lease.writing():
        rows_copy(Baseline, FORECAST_COLUMNS, forecast_rows(run, forecast))
        rows_copy(BaselineSeries, SERIES_COLUMNS, series_rows(run, result.series))


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
    job.chunks.update(output=None)
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


def _keep(chunk: JobChunk, lease: Lease, output: bytes) -> None:
    with lease.writing():
        JobChunk.objects.filter(pk=chunk.pk).update(output=output)


def _outputs(job: Job, stage: int, *numbers: int) -> list[bytes]:
    """Return what the parts of a stage kept, in order: all of them, or those of these numbers."""
    found = job.chunks.filter(stage=stage).order_by("number")
    if numbers:
        found = found.filter(number__in=numbers)
    return [bytes(output or b"") for output in found.values_list("output", flat=True)]


def _parts(job: Job, number: int | None = None) -> "Iterator[BaselineChunk]":
    """Yield what each part found out (one part, if numbered), with what all series teach joined to it."""
    from demand.engine.all_series import all_series_unpack, chunk_with_all  # noqa: PLC0415
    from demand.engine.chunk import chunk_unpack  # noqa: PLC0415

    numbers = () if number is None else (0, number + 1)  # the first of the stage is over all series
    whole, *parts = _outputs(job, FORECAST, *numbers)
    found = all_series_unpack(whole)
    for data in parts:
        yield chunk_with_all(chunk_unpack(data), found)


def _active_ids(first: int | None = None, last: int | None = None) -> list[int]:
    series = Series.objects.filter(active=True)
    if first is not None and last is not None:
        series = series.filter(pk__gte=first, pk__lte=last)
    return list(series.order_by("pk").values_list("pk", flat=True))


def _inputs(run: BaselineRun, ids: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return history and facts of these series."""
    from demand.engine.working_days import in_usual_months  # noqa: PLC0415  (engines load in workers only)

    until = run.history_until
    panel = history_panel(series_ids=ids, until=until)
    if run.summary.get("working_days"):
        panel = in_usual_months(panel)
    return panel, facts_with_choices(series_ids=ids, until=until)


def _steps(run: BaselineRun) -> int:
    """Return how many months to forecast so that the horizon is covered even where the last actuals are older."""
    return run.horizon_months + months_between(run.history_until, run.first_bucket) - 1


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return records
