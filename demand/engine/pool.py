"""What all series of a run teach together, when every chunk is there: ranges, errors over a lead time, moves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from demand.engine.backtest import accuracy_of
from demand.engine.chunk import BaselineChunk, points_of
from demand.engine.cumulated import rho_pool
from demand.engine.hierarchy import NO_SUMS, Shift, SumForecasts, reconciled
from demand.engine.last_year import NO_COVERAGE, coverage_of
from demand.engine.quantiles import quantiles_pool
from demand.engine.routes import ENDED, NONE
from sop.engine.arrays import Array, IntArray, TextArray
from sop.engine.panel import SERIES, STEP, VALUE

NO_SHIFT = Shift(np.zeros(0, dtype=np.str_), np.zeros((0, 0)))


@dataclass(frozen=True)
class BaselinePool:
    """What all series together teach: the only thing that passes from one chunk to another."""

    quantiles: pd.DataFrame  # route, probability, value, growth, errors
    rho: pd.DataFrame  # route, months, rho, error, series
    shift: Shift = NO_SHIFT  # what each series is moved by to agree with its sums
    coverage: pd.DataFrame = field(
        default_factory=NO_COVERAGE.copy
    )  # route, band, months, share: how often what came lay inside the ranges


@dataclass(frozen=True)
class _Kept:
    """What is kept of one chunk: a twentieth of it, so that all are never held at once."""

    ids: TextArray
    points: Array  # n x horizon
    noise: Array  # n
    errors: Mapping[str, NDArray[np.generic]]  # one entry per series and month held back
    at: IntArray  # row of `ids` of each error


def baseline_pool(chunks: Iterable[BaselineChunk], sums: SumForecasts = NO_SUMS) -> BaselinePool:
    """Return what all chunks together teach; the order of the chunks does not matter. `sums`: of `all_series_find`.

    Each chunk is let go when it is read.
    """
    parts = [_kept(chunk) for chunk in chunks]
    if not parts:
        nothing = pd.DataFrame(columns=["route", "scale", STEP, VALUE, "yhat"])
        return BaselinePool(quantiles_pool(nothing), rho_pool(nothing, 1), NO_SHIFT, NO_COVERAGE)
    ids = np.concatenate([part.ids for part in parts])
    order = np.argsort(ids, kind="stable")
    points = np.concatenate([part.points for part in parts])[order]
    noise = np.concatenate([part.noise for part in parts])[order]
    errors = _errors(parts, order)
    shift = reconciled(ids[order], points, np.nan_to_num(noise) ** 2, sums)
    return BaselinePool(quantiles_pool(errors), rho_pool(errors, points.shape[1]), shift, coverage_of(errors))


def _kept(chunk: BaselineChunk) -> _Kept:
    """Return what the pool needs of a chunk; how sure a series is of itself, its back-test says."""
    row, month = np.nonzero(np.arange(chunk.actual.shape[1]) < chunk.held[:, None])
    errors = {
        "route": np.array(chunk.route.tolist(), dtype=object)[row],  # one text a series, not one an error
        STEP: month + 1,
        VALUE: chunk.actual[row, month],
        "yhat": points_of(chunk.past, chunk.route)[row, month],
        "scale": chunk.past.scale[row],
    }
    points, noise = points_of(chunk.now, chunk.route), accuracy_of(chunk)["noise"].to_numpy()
    return _Kept(chunk.ids, points, noise, errors, row)


def _errors(parts: Sequence[_Kept], order: IntArray) -> pd.DataFrame:
    """Return the errors of all parts by series and step; a series is named by its place among all that are sorted."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    starts = np.cumsum([0, *(len(part.ids) for part in parts)])
    series = np.concatenate([place[start + part.at] for start, part in zip(starts, parts, strict=False)])
    rows = np.lexsort((np.concatenate([part.errors[STEP] for part in parts]), series))
    table: dict[str, NDArray[np.generic]] = {SERIES: series[rows]}
    for name in parts[0].errors:
        table[name] = np.concatenate([part.errors[name] for part in parts])[rows]
    return pd.DataFrame(table, copy=False)


def points_moved(chunk: BaselineChunk, shift: Shift) -> Array:
    """Return the baseline, n x horizon: the mean of the members, moved to agree with the sums, inside the fence."""
    points = points_of(chunk.now, chunk.route)
    moved: Array = np.clip(points + shift.of(chunk.ids, points.shape[1]), 0, chunk.now.ceiling[:, None])
    return np.where(np.isin(chunk.route, [NONE, ENDED])[:, None], points, moved)
