"""Forecasts computed ahead: while the tables fill, the other cores already work on the three baselines.

A baseline run asks the engine as ever. A question answered here gets that answer; any other is computed on the spot,
so that a change of the run costs time, never truth. No Django in this module: it is loaded by bare processes.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any
from unittest.mock import patch

import pandas as pd

from demand.engine import baseline
from demand.engine.all_history import Part
from demand.engine.all_series import AllSeries
from demand.engine.chunk import BaselineChunk
from demand.engine.cleansing import LOOK_BACK, Orders, corrections_find
from sop.engine.months import month_add

KEY = "unique_id"


@dataclass(frozen=True)
class Question:
    """All a cycle's baseline run asks: history and facts of every series, and how its series are cut into parts."""

    panel: pd.DataFrame  # before its corrections by rule
    orders: Orders  # what the corrections are found in, row by row as `facts`
    facts: pd.DataFrame
    as_of: date
    horizon: int
    parts: list[list[int]]  # series keys


@dataclass(frozen=True)
class Answer:
    """What the engine said: the corrected history, family seasons, what all series teach, and one chunk per part."""

    panel: pd.DataFrame
    seasons: pd.DataFrame
    whole: AllSeries
    chunks: list[BaselineChunk]


def answer(question: Question) -> Answer:
    """Ask the engine exactly as a baseline run does, part by part."""
    panel, facts, as_of = _corrected(question), question.facts, question.as_of
    seasons = baseline.seasons_find(panel, facts, as_of=as_of)
    chunks = [
        baseline.baseline_chunk(
            panel[panel[KEY].isin(part)],
            horizon=question.horizon,
            as_of=as_of,
            facts=facts[facts[KEY].isin(part)],
            seasons=seasons,
        )
        for part in question.parts
    ]
    whole = baseline.all_series_find(panel, horizon=question.horizon, as_of=as_of, facts=facts)
    return Answer(panel, seasons, whole, chunks)


def _corrected(question: Question) -> pd.DataFrame:
    """Return the history with what counts by rule taken in, as looking through it would."""
    found = corrections_find(question.orders)
    at = [month_add(question.as_of, int(column) + 1 - LOOK_BACK) for column in found.column[found.sure]]
    ids = question.facts[KEY].to_numpy()[found.row[found.sure]]
    cleaned = pd.DataFrame({KEY: ids, "ds": pd.to_datetime(pd.Series(at)), "cleaned": found.proposed[found.sure]})
    panel = question.panel.merge(cleaned, on=[KEY, "ds"], how="left")
    return panel.assign(y=panel["cleaned"].fillna(panel["y"])).drop(columns="cleaned")


class Ahead:
    """Questions handed out to other processes, and their answers."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self.pool = pool
        self.questions: dict[date, Question] = {}
        self.futures: dict[date, Future[Answer]] = {}
        self.used = 0

    def ask(self, questions: Sequence[Question]) -> None:
        """Hand out questions, the one needed first in front."""
        self.questions = {question.as_of: question for question in questions}
        self.futures = {question.as_of: self.pool.submit(answer, question) for question in questions}

    def _seasons(self, parts: Iterable[Part], *, as_of: date) -> pd.DataFrame:
        held = list(parts)
        known = self._known(*_joined(held), as_of)
        return _SEASONS(held, as_of=as_of) if known is None else known.seasons

    def _whole(self, parts: Iterable[Part], *, horizon: int, as_of: date) -> AllSeries:
        held = list(parts)
        known = self._known(*_joined(held), as_of)
        return _WHOLE(held, horizon=horizon, as_of=as_of) if known is None else known.whole

    def _chunk(self, panel: pd.DataFrame, *, as_of: date, facts: pd.DataFrame, **more: Any) -> BaselineChunk:
        known, part = self._known(panel, facts, as_of), facts[KEY].to_list()
        if known is None or part not in self.questions[as_of].parts:
            return _CHUNK(panel, as_of=as_of, facts=facts, **more)
        return known.chunks[self.questions[as_of].parts.index(part)]

    def _known(self, panel: pd.DataFrame, facts: pd.DataFrame, as_of: date) -> Answer | None:
        """Return the answer when exactly this history was asked about, None when it was not or its process died."""
        question = self.questions.get(as_of)
        if question is None or not _same(question.facts, facts):
            return None
        try:
            found = self.futures[as_of].result()
        except BrokenExecutor:
            return None
        if not _same(found.panel, panel):
            return None
        self.used += 1
        return found


@contextmanager
def ahead() -> Iterator[Ahead]:
    """Start as many processes as there are cores; inside the block the engine answers from them where it can."""
    count = os.cpu_count() or 1
    with ProcessPoolExecutor(count, get_context("spawn"), initializer=_end_with_parent) as pool:
        for _ in range(count):
            pool.submit(_warm_up)
        others = Ahead(pool)
        with (
            patch.object(baseline, "seasons_over", others._seasons),
            patch.object(baseline, "all_series_over", others._whole),
            patch.object(baseline, "baseline_chunk", others._chunk),
        ):
            yield others


def _end_with_parent() -> None:
    """Watch the process that started this one: when it is killed, this one would wait for questions for ever."""
    parent = parent_process()
    assert parent

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _warm_up() -> None:
    """Do nothing, in a process that had to load the engine to get here."""


_SEASONS, _CHUNK, _WHOLE = baseline.seasons_over, baseline.baseline_chunk, baseline.all_series_over  # before the patch


def _joined(parts: Sequence[Part]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return history and facts of all parts."""
    panels, facts = zip(*parts, strict=True)
    return pd.concat(panels), pd.concat(facts)


def _same(asked: pd.DataFrame, given: pd.DataFrame) -> bool:
    """Return whether `given` is what was asked about, or the part of it with its series."""
    part = asked[asked[KEY].isin(given[KEY].unique())].reset_index(drop=True)
    return part.equals(given.reset_index(drop=True))
