"""A mark of all that a series' forecast is made from: the same mark, the same forecast, to the last bit.

Its months, its facts, the season lent to it where it is short enough to borrow one, what was asked for, and the code of
the engines themselves.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import demand.engine
import sop.engine
from demand.engine.chunk import BaselineChunk
from demand.engine.facts import FAMILY
from demand.engine.routes import REGULAR_FROM
from sop.engine.arrays import TextArray
from sop.engine.panel import BUCKET, SERIES, VALUE


def input_marks(panel: pd.DataFrame, facts: pd.DataFrame, seasons: pd.DataFrame, asked: str) -> TextArray:
    """Return one mark per series of `facts`, row by row; `panel`, `facts`, `seasons` as `baseline_chunk` takes them.

    `asked`: anything else the forecast depends on (horizon, last month), as text.
    """
    count = len(facts)
    months = pd.util.hash_pandas_object(panel[[BUCKET, VALUE]], index=False)
    by_series = months.groupby(panel[SERIES].astype(str).to_numpy())
    ids = facts[SERIES].astype(str)
    history = by_series.sum().reindex(ids, fill_value=0).to_numpy(dtype=np.uint64)
    length = by_series.size().reindex(ids, fill_value=0).to_numpy()
    names = panel[SERIES].astype(str)
    first_sale = panel[BUCKET].where(panel[VALUE] > 0).groupby(names).transform("min")
    on_sale = (panel[BUCKET] >= first_sale).groupby(names).sum().reindex(ids, fill_value=0).to_numpy()
    lent = seasons.drop_duplicates(FAMILY).set_index(FAMILY).reindex(facts[FAMILY]).reset_index()
    season = pd.util.hash_pandas_object(lent.astype(str), index=False).to_numpy(dtype=np.uint64)
    # Months at zero before the first sale may be left out: who is short without them may borrow as well.
    season = np.where(on_sale < REGULAR_FROM, season, np.uint64(0))
    own = _facts_hash(facts)
    shared = hashlib.sha256(f"{asked} {code_mark()}".encode()).hexdigest()
    rows = zip(history.tolist(), own.tolist(), season.tolist(), length.tolist(), strict=True)
    found = [f"{shared[:16]}-{past:x}-{fact:x}-{year:x}-{size}" for past, fact, year, size in rows]
    return np.array(found if count else [], dtype=np.str_)


def _facts_hash(facts: pd.DataFrame) -> np.ndarray:
    """Return one number per row of facts; a fact that is not known counts as if nobody had asked for it."""
    total = np.zeros(len(facts), dtype=np.uint64)
    for name in facts.columns:
        said = pd.util.hash_pandas_object(f"{name}=" + facts[name].astype(str), index=False).to_numpy(dtype=np.uint64)
        total += np.where(facts[name].notna(), said, np.uint64(0))
    return total


def chunk_marked(chunk: BaselineChunk, marks: Mapping[str, str]) -> BaselineChunk:
    """Return the chunk with the mark of what each of its series was made from, by name."""
    return replace(chunk, inputs=np.array([marks[name] for name in chunk.ids.tolist()], dtype=np.str_))


def marks_mark(marks: TextArray) -> str:
    """Return the mark of many marks together."""
    return hashlib.sha256("\n".join(marks.tolist()).encode()).hexdigest()


@cache
def code_mark() -> str:
    """Return a mark of the engines' own code: another release computes anew."""
    digest = hashlib.sha256()
    for package in (demand.engine, sop.engine):
        for file in sorted(Path(package.__path__[0]).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
