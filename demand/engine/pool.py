"""What all series of a run teach together, when every chunk is there: ranges, errors over a lead time, moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from demand.engine.backtest import accuracy_of, errors_of
from demand.engine.chunk import BaselineChunk, points_of
from demand.engine.cumulated import rho_pool
from demand.engine.hierarchy import NO_SUMS, Shift, SumForecasts, reconciled
from demand.engine.last_year import coverage_of
from demand.engine.quantiles import quantiles_pool
from demand.engine.routes import ENDED, NONE
from sop.engine.arrays import Array
from sop.engine.panel import SERIES, STEP

NO_SHIFT = Shift(np.zeros(0, dtype=np.str_), np.zeros((0, 0)))


@dataclass(frozen=True)
class BaselinePool:
    """What all series together teach: the only thing that passes from one chunk to another."""

    quantiles: pd.DataFrame  # route, probability, value, growth, errors
    rho: pd.DataFrame  # route, months, rho, error, series
    shift: Shift = NO_SHIFT  # what each series is moved by to agree with its sums
    coverage: pd.DataFrame | None = None  # route, band, months, share: how often what came lay inside the ranges


def baseline_pool(chunks: Iterable[BaselineChunk], sums: SumForecasts = NO_SUMS) -> BaselinePool:
    """Return what all chunks together teach; the order of the chunks does not matter. `sums`: of `all_series_find`."""
    parts = list(chunks)
    months = max((part.now.naive.shape[1] for part in parts), default=1)
    errors = pd.concat([errors_of(part) for part in parts]) if parts else pd.DataFrame()
    errors = errors.sort_values([SERIES, STEP], ignore_index=True)
    shift = _shift(parts, sums) if parts else NO_SHIFT
    return BaselinePool(quantiles_pool(errors), rho_pool(errors, months), shift, coverage_of(errors) if parts else None)


def _shift(parts: Sequence[BaselineChunk], sums: SumForecasts) -> Shift:
    """Return what every series is moved by; how sure one is of itself, its back-test says."""
    ids = np.concatenate([part.ids for part in parts])
    points = np.concatenate([points_of(part.now, part.route) for part in parts])
    noise = np.concatenate([accuracy_of(part)["noise"].to_numpy() for part in parts])
    order = np.argsort(ids, kind="stable")
    return reconciled(ids[order], points[order], np.nan_to_num(noise[order]) ** 2, sums)


def points_moved(chunk: BaselineChunk, shift: Shift) -> Array:
    """Return the baseline, n x horizon: the mean of the members, moved to agree with the sums, inside the fence."""
    points = points_of(chunk.now, chunk.route)
    moved: Array = np.clip(points + shift.of(chunk.ids, points.shape[1]), 0, chunk.now.ceiling[:, None])
    return np.where(np.isin(chunk.route, [NONE, ENDED])[:, None], points, moved)
