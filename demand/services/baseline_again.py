"""Running again: series whose inputs are the same keep what the last run found, the others are computed anew."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from django.db import connection
from django.db.models import Q

from demand.models import BaselinePart, BaselineRun
from sop.models import JobChunk

if TYPE_CHECKING:
    from demand.engine.all_series import AllSeries
    from demand.engine.chunk import BaselineChunk

# From table to table: together they are too much for a worker to hold.
KEEP_SQL = """
    insert into demand_baselinepart (run_id, first, last, found)
    select %(run)s, (params->>'first')::bigint, (params->>'last')::bigint, output
    from sop_jobchunk where job_id = %(job)s and stage = %(stage)s and output is not null order by number
"""
KIND = "baseline"
SERIES = "unique_id"


@dataclass(frozen=True)
class Asked:
    """What one part asks the engine."""

    panel: pd.DataFrame
    facts: pd.DataFrame
    seasons: pd.DataFrame
    horizon: int
    as_of: date

    def marks(self) -> np.ndarray:
        """Return a mark of all each series is made from, in the order of the facts."""
        from demand.engine.inputs import input_marks  # noqa: PLC0415  (engines load in workers only)

        return input_marks(self.panel, self.facts, self.seasons, f"{self.horizon} {self.as_of}")

    def of(self, rows: np.ndarray) -> "Asked":
        """Return the same asked of some of the series."""
        facts = self.facts[rows].reset_index(drop=True)
        panel = self.panel[self.panel[SERIES].isin(facts[SERIES])].reset_index(drop=True)
        return Asked(panel, facts, self.seasons, self.horizon, self.as_of)


def chunk_again(chunk: JobChunk, asked: Asked) -> "BaselineChunk":
    """Return the part's forecasts: those of the last run where nothing they are made from changed."""
    from demand.engine.baseline import baseline_chunk  # noqa: PLC0415
    from demand.engine.chunk import chunk_join, chunk_rows, chunk_unpack  # noqa: PLC0415
    from demand.engine.inputs import chunk_marked  # noqa: PLC0415

    marks = asked.marks()
    wanted = dict(zip(asked.facts[SERIES].astype(str), marks.tolist(), strict=True))
    parts = []
    for data in _before(chunk.params.get("first"), chunk.params.get("last")):
        before = chunk_unpack(data)
        same = np.array([wanted.get(each) == mark for each, mark in zip(before.ids, before.inputs, strict=True)], bool)
        same &= before.failed == ""  # a library that was missing may be there by now
        if same.any():
            parts.append(chunk_rows(before, same))
    kept = {name for part in parts for name in part.ids.tolist()}
    fresh = np.array([name not in kept for name in wanted], dtype=bool)
    if fresh.any() or not parts:
        left = asked if fresh.all() else asked.of(fresh)
        made = baseline_chunk(
            left.panel, horizon=left.horizon, as_of=left.as_of, facts=left.facts, seasons=left.seasons
        )
        parts.append(chunk_marked(made, wanted))
    return chunk_join(parts)


def all_series_again(blocks: Callable[[], Iterable[Asked]], *, horizon: int, as_of: date) -> "AllSeries":
    """Return what all series teach: what they taught the last run where none of them changed.

    `blocks` reads all series, some at a time: to compare them, and once more when they changed.
    """
    from demand.engine.all_series import all_series_unpack  # noqa: PLC0415
    from demand.engine.baseline import all_series_over  # noqa: PLC0415
    from demand.engine.inputs import marks_mark  # noqa: PLC0415

    for data in _before(None, None):
        before = all_series_unpack(data)
        if (before.failed != "").any():
            continue
        if before.inputs == marks_mark(np.concatenate([block.marks() for block in blocks()])):
            return before
    marks: list[np.ndarray] = []
    found = all_series_over(_marking(blocks(), marks), horizon=horizon, as_of=as_of)
    return replace(found, inputs=marks_mark(np.concatenate(marks)))


def _marking(blocks: Iterable[Asked], marks: list[np.ndarray]) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield history and facts and note their marks: of what was learnt from, not of what was compared."""
    for block in blocks:
        marks.append(block.marks())
        yield block.panel, block.facts


def parts_keep(run: BaselineRun, stage: int) -> None:
    """Keep what this finished run's parts of a stage found for the next run, in place of what an earlier one found."""
    BaselinePart.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SQL, {"run": run.pk, "job": run.job_id, "stage": stage})


def _before(first: int | None, last: int | None) -> list[bytes]:
    """Return what the last finished run found of series from `first` to `last`; of all together for None."""
    met = Q(first=None) if first is None else Q(first__lte=last, last__gte=first)
    parts = BaselinePart.objects.filter(met).order_by("first")
    return [bytes(found) for found in parts.values_list("found", flat=True)]
