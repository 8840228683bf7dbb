"""The stages of a baseline run, part by part: history looked through, seasons, forecasts, ranges, saving."""

import io
import json
from collections.abc import Iterator
from functools import partial
from itertools import starmap
from typing import TYPE_CHECKING, Any

import pandas as pd

from demand.constants import METHODS
from demand.frames import history_panel
from demand.models import Baseline, BaselineRun, BaselineSeries, Series
from demand.selectors.choices import facts_with_choices
from demand.selectors.runs import family_names
from demand.services.baseline_again import Asked, all_series_again, chunk_again
from demand.services.baseline_rows import FORECAST_COLUMNS, SERIES_COLUMNS, forecast_rows, series_rows
from demand.services.cleansing_look import LABEL as LOOK_LABEL
from demand.services.cleansing_look import look_part
from sop.engine.months import months_between
from sop.models import Job, JobChunk
from sop.services.job import Lease
from sop.services.table import rows_copy

if TYPE_CHECKING:
    from demand.engine.chunk import BaselineChunk

BLOCK_SERIES = 500  # read at a time where all series are looked at: some 10 MB
LOOK, SEASONS, FORECAST, POOL, WRITE = range(5)  # each starts when the one before is done
STAGE_LABELS = (LOOK_LABEL, "Family seasons", "Forecasts", "Ranges from past errors", "Saving")


def look(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    """Look through the history of some series for months to correct."""
    look_part(chunk, lease, cycle_id=run.cycle_id, until=run.history_until, at=run.created_at)


def find_seasons(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    """Find the season each family lends its short series."""
    from demand.engine.baseline import seasons_over  # noqa: PLC0415  (engines load in workers only)

    seasons = seasons_over(_blocks(run), as_of=run.history_until)
    _keep(chunk, lease, seasons.to_json(orient="split", double_precision=15).encode())


def forecast(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    """Forecast some series, or find what all together teach; what the last run found from the same is taken over."""
    from demand.engine.all_series import all_series_pack  # noqa: PLC0415
    from demand.engine.chunk import chunk_pack  # noqa: PLC0415

    horizon, as_of = _steps(run), run.history_until
    asked = partial(Asked, seasons=_seasons(chunk.job), horizon=horizon, as_of=as_of)
    if "all" in chunk.params:
        found = all_series_again(lambda: starmap(asked, _blocks(run)), horizon=horizon, as_of=as_of)
        _keep(chunk, lease, all_series_pack(found))
    else:
        ids = _active_ids(chunk.params["first"], chunk.params["last"])
        _keep(chunk, lease, chunk_pack(chunk_again(chunk, asked(*_inputs(run, ids)))))


def pool(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    """Learn from all forecasts together: ranges, errors over a lead time, moves toward the sums."""
    from demand.engine.all_series import all_series_unpack  # noqa: PLC0415
    from demand.engine.hierarchy import shift_pack  # noqa: PLC0415
    from demand.engine.last_year import accuracy_by  # noqa: PLC0415
    from demand.engine.pool import baseline_pool  # noqa: PLC0415

    found = all_series_unpack(_output(chunk.job, FORECAST))
    pool = baseline_pool(_parts(chunk.job), found.sums)
    learnt = {
        "quantiles": pool.quantiles,
        "rho": pool.rho,
        "coverage": pool.coverage,
        "accuracy": accuracy_by(_parts(chunk.job), family_names()),
    }
    summary = run.summary | {name: _records(table) for name, table in learnt.items()}
    with lease.writing():
        BaselineRun.objects.filter(pk=run.pk).update(summary=summary)
        JobChunk.objects.filter(pk=chunk.pk).update(output=shift_pack(pool.shift))


def write(run: BaselineRun, chunk: JobChunk, lease: Lease) -> None:
    """Write the finished baseline of some series."""
    from demand.engine.baseline import baseline_finish  # noqa: PLC0415
    from demand.engine.cumulated import COLUMNS  # noqa: PLC0415
    from demand.engine.hierarchy import shift_unpack  # noqa: PLC0415
    from demand.engine.pool import BaselinePool  # noqa: PLC0415

    part = next(_parts(chunk.job, chunk.params["part"]))
    pool = BaselinePool(
        pd.DataFrame(run.summary["quantiles"]),
        pd.DataFrame(run.summary["rho"], columns=COLUMNS),
        shift_unpack(_output(chunk.job, POOL)),
    )
    days = {"working_days": run.summary.get("working_days", False), "holidays": run.summary.get("holidays", "")}
    result = baseline_finish(part, pool, **days, words=METHODS)
    forecast = result.forecast[result.forecast["ds"] >= pd.Timestamp(run.first_bucket)]
    with lease.writing():
        rows_copy(Baseline, FORECAST_COLUMNS, forecast_rows(run, forecast))
        rows_copy(BaselineSeries, SERIES_COLUMNS, series_rows(run, result.series))


def _keep(chunk: JobChunk, lease: Lease, output: bytes) -> None:
    with lease.writing():
        JobChunk.objects.filter(pk=chunk.pk).update(output=output)


def _output(job: Job, stage: int, number: int = 0) -> bytes:
    """Return what a part of a stage kept."""
    return bytes(job.chunks.values_list("output", flat=True).get(stage=stage, number=number) or b"")


def _parts(job: Job, number: int | None = None) -> "Iterator[BaselineChunk]":
    """Yield what each part found out (one part, if numbered), with what all series teach joined to it."""
    from demand.engine.all_series import all_series_unpack, chunk_with_all  # noqa: PLC0415
    from demand.engine.chunk import chunk_unpack  # noqa: PLC0415

    found = all_series_unpack(_output(job, FORECAST))  # the first of the stage is over all series
    count = job.chunks.filter(stage=FORECAST).count() - 1
    for place in range(count) if number is None else [number]:
        yield chunk_with_all(chunk_unpack(_output(job, FORECAST, place + 1)), found)


def _active_ids(first: int | None = None, last: int | None = None) -> list[int]:
    series = Series.objects.filter(active=True)
    if first is not None and last is not None:
        series = series.filter(pk__gte=first, pk__lte=last)
    return list(series.order_by("pk").values_list("pk", flat=True))


def _seasons(job: Job) -> pd.DataFrame:
    """Return the families' seasons; their codes are text, or the reader would make 10 of "010"."""
    return pd.read_json(io.BytesIO(_output(job, SEASONS)), orient="split", dtype={"family": str})


def _blocks(run: BaselineRun) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield history and facts of all series, some at a time: a worker need not hold those of all."""
    ids = _active_ids()
    for start in range(0, max(len(ids), 1), BLOCK_SERIES):
        yield _inputs(run, ids[start : start + BLOCK_SERIES])


def _inputs(run: BaselineRun, ids: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return history and facts of these series."""
    from demand.engine.working_days import in_usual_months  # noqa: PLC0415  (engines load in workers only)

    until = run.history_until
    panel = history_panel(series_ids=ids, until=until)
    if run.summary.get("working_days"):
        panel = in_usual_months(panel, run.summary.get("holidays", ""))
    ets_for_a = run.summary.get("ets_for_a", False)
    return panel, facts_with_choices(series_ids=ids, until=until, ets_for_a=ets_for_a)


def _steps(run: BaselineRun) -> int:
    """Return how many months to forecast so that the horizon is covered even where the last actuals are older."""
    return run.horizon_months + months_between(run.history_until, run.first_bucket) - 1


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=15))
    return records


RUN = (look, find_seasons, forecast, pool, write)  # by stage
