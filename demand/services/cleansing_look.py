"""Looking through history for months to correct: in parts, as work of its own and as the first stage of a baseline."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from demand.constants import CLEANSING_CHUNK_SERIES, CleansingState
from demand.frames import orders_matrices
from demand.models import Cleansing, Series
from demand.selectors.layers import last_actual_month, months_with_actuals
from sop.constants import StepKind
from sop.engine.months import month_add, month_list
from sop.models import Job, JobChunk, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import step_edit_lock
from sop.services.history import bulk_upsert_with_history
from sop.services.job import ChunkSpec, Lease, job_request

KIND = "cleansing"
LABEL = "Looking through history"
KEY = ("series_id", "bucket")
FOUND = ("kind", "cause", "raw", "proposed", "cleaned", "why", "state")  # what a look says of a month
Cell = tuple[int, date]
Columns = dict[str, Any]


@transaction.atomic
def cleansing_look(*, user: User, cycle_id: int) -> Job:
    """Ask for a look through the whole history; what persons decided stays, open proposals are made anew."""
    if not user.has_perm("demand.run_baseline"):
        raise NotAllowed("Only demand planners look through history.")
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    until = last_actual_month(before=step.cycle.bucket)
    if until is None:
        raise Refused("There is no history yet: import actuals first.")
    ids = list(Series.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
    parts = [ids[at : at + CLEANSING_CHUNK_SERIES] for at in range(0, len(ids), CLEANSING_CHUNK_SERIES)]
    return job_request(
        user=user,
        kind=KIND,
        subject="history",  # one at a time, whatever the cycle: there is one history
        cycle=step.cycle,
        params={"until": until.isoformat()},
        chunks=[ChunkSpec({"first": part[0], "last": part[-1]}, label=LABEL) for part in parts],
    )


def cleansing_chunk_run(chunk: JobChunk, lease: Lease) -> None:
    """Look through one part of the series."""
    until = date.fromisoformat(chunk.job.params["until"])
    assert chunk.job.cycle_id is not None  # cleansing_look names it
    look_part(chunk, lease, cycle_id=chunk.job.cycle_id, until=until, at=timezone.now())


def cleansing_finish_job(job: Job) -> dict[str, Any]:
    """Return what waits for a person and what counts by rule."""
    undecided = Cleansing.objects.filter(decided_by=None)
    return {
        "proposed": undecided.filter(state=CleansingState.PROPOSED).count(),
        "by_rule": undecided.filter(state=CleansingState.ACCEPTED).count(),
    }


def look_part(chunk: JobChunk, lease: Lease, *, cycle_id: int, until: date, at: datetime) -> None:
    """Look through the series `first` to `last` of a part's params and write what is found.

    `at` is the moment from which what counts by rule is said to count. Nothing is written once gather demand is closed.
    """
    series = Series.objects.filter(active=True, pk__gte=chunk.params["first"], pk__lte=chunk.params["last"])
    ids = list(series.order_by("pk").values_list("pk", flat=True))
    found = _look(ids, until)
    with lease.writing():
        step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
        corrections_write(ids, found, at)


def corrections_write(series_ids: Sequence[int], found: Mapping[Cell, Columns], at: datetime) -> int:
    """Write what a look found in some series and let lapse what no longer holds; return how many rows changed.

    What a person decided is left alone, also where they decide at this moment: rows are written in the version read.
    """
    chosen = Cleansing.objects.filter(series_id__in=series_ids)
    undecided = chosen.select_for_update(no_key=True).filter(decided_by=None).order_by("pk")
    held = {(row.series_id, row.bucket): row for row in undecided}
    decided = set(chosen.exclude(decided_by=None).values_list(*KEY))
    rows, seen = [], {}
    for cell in sorted((found.keys() | held.keys()) - decided):
        before = held.get(cell)
        now = found.get(cell) or _lapsed(before)
        if before is not None and all(getattr(before, name) == now[name] for name in FOUND):
            continue
        counted = before is not None and before.state == CleansingState.ACCEPTED
        same = before is not None and before.cleaned == now["cleaned"]
        effective = at if _moves(counted, now["state"], same) else before.effective_at if before else None
        rows.append(dict(zip(KEY, cell, strict=True)) | now | {"effective_at": effective})
        seen[cell] = before.version if before else 0
    return len(bulk_upsert_with_history(Cleansing, key=KEY, rows=rows, seen=seen, only_new=("note",)).versions)


def _moves(counted: bool, state: str, same: bool) -> bool:
    """Return whether what a baseline reads changes."""
    counts = state == CleansingState.ACCEPTED
    return counted != counts or (counts and not same)


def _lapsed(row: Cleansing | None) -> Columns:
    assert row is not None  # a cell was found, or is held
    return {name: getattr(row, name) for name in FOUND} | {"state": CleansingState.LAPSED.value, "note": ""}


def _look(ids: Sequence[int], until: date) -> dict[Cell, Columns]:
    """Return what the engine finds in these series up to a month."""
    from demand.engine.cleansing import LOOK_BACK, Orders, corrections_find  # noqa: PLC0415  (loads in workers only)

    months = month_list(month_add(until, 1 - LOOK_BACK), LOOK_BACK)
    matrices = orders_matrices(series_ids=ids, months=months)
    known = np.isin(np.array(months, dtype="datetime64[M]"), np.array(months_with_actuals(months[0]), "datetime64[M]"))
    for name in ("ordered", "shipped", "cancelled"):
        matrices[name][:, ~known] = np.nan  # a file that was never brought in is no shortage
    chosen = Series.objects.filter(pk__in=ids)
    whole = dict(chosen.values_list("pk", "product__whole_units"))
    corrections = corrections_find(Orders(**matrices, whole=np.array([whole[pk] for pk in ids], dtype=np.bool_)))
    return {
        (ids[row], months[column]): {
            "kind": kind,
            "cause": cause,
            "raw": _decimal(raw),
            "proposed": _decimal(proposed),
            "cleaned": _decimal(proposed),
            "why": why[:200],
            "state": (CleansingState.ACCEPTED if sure else CleansingState.PROPOSED).value,
            "note": "",
        }
        for row, column, kind, cause, raw, proposed, sure, why in zip(
            corrections.row.tolist(),
            corrections.column.tolist(),
            corrections.kind.tolist(),
            corrections.cause.tolist(),
            corrections.raw.tolist(),
            corrections.proposed.tolist(),
            corrections.sure.tolist(),
            corrections.why,
            strict=True,
        )
    }


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.3f}")
