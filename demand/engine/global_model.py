"""One model over all regular series: gradient boosting on the monthly change of the logarithm of demand.

A single series of a few years cannot show how demand of its kind turns; hundreds of them together can. In the M5
competition such models led the field (Makridakis, Spiliotis & Assimakopoulos 2022, International Journal of Forecasting
38); their plain mean with a method fitted series by series is better than either.
"""

from typing import Any

import numpy as np

from demand.engine.history import History
from demand.engine.libraries import library
from sop.engine.arrays import Array, BoolArray, IntArray
from sop.engine.months import month_numbers

GLOBAL = "global"  # its name among the members
LAGS = 12  # monthly changes looked at: a whole season
SEASON = 12
FEATURES = LAGS + 7  # see `_features`
SERIES_FROM = 20  # with fewer it learns the noise of a few
LATEST_MAX = 600_000  # months of all series looked at, the latest first
EXAMPLES_MAX = 150_000  # of these learnt from, evenly drawn: keeps fitting under 40 MB
TREES, SEED = 200, 7


def global_points(history: History, horizon: int) -> Array:
    """Fit the model on these series and forecast them; n x horizon, base units a month.

    A row of NaN where a series has under 13 months; all NaN where fewer than SERIES_FROM have more. Negative months
    count as zero. Fitted on one thread with a fixed seed: the same histories give the same numbers.
    Raises LibraryMissing.
    """
    points = np.full((len(history), horizon), np.nan)
    long_enough = np.isfinite(history.values[:, -LAGS - 1 :]).all(axis=1)
    if long_enough.sum() < SERIES_FROM:
        return points
    over = int(history.behind.max(initial=0))
    level, last = history.values[long_enough], month_numbers(history.last)[long_enough]
    np.log1p(np.maximum(level, 0.0, out=level), out=level)
    ahead = _ahead(_fitted(level, last), level[:, -LAGS - 1 :], last, horizon + over)
    columns = history.behind[long_enough, None] + np.arange(horizon)
    points[long_enough] = np.take_along_axis(ahead, columns, axis=1)
    return points


def _fitted(level: Array, last: IntArray) -> Any:
    """Return the model fitted on every month that has twelve changes before it."""
    learner, threads = library("sklearn.ensemble"), library("threadpoolctl")
    features, target = _examples(level, last)
    model = learner.HistGradientBoostingRegressor(
        loss="absolute_error", max_iter=TREES, early_stopping=False, random_state=SEED
    )
    with threads.threadpool_limits(1):
        return model.fit(features, target)


def _examples(level: Array, last: IntArray) -> tuple[Array, Array]:
    """Return features and the change that followed, the latest months first.

    Of the latest LATEST_MAX months at most EXAMPLES_MAX, every calendar month drawn on alike; written in place, for two
    copies of them would be most of what a worker holds.
    """
    finite = np.isfinite(level)
    rows_of = _rows_drawn(finite[:, : -LAGS - 1] & finite[:, LAGS:-1] & finite[:, LAGS + 1 :])
    count = sum(map(len, rows_of))
    features, target = np.empty((count, FEATURES)), np.empty(count)
    start = 0
    for back, rows in enumerate(rows_of):
        column, place = level.shape[1] - 1 - back, slice(start, start + len(rows))
        features[place] = _features(level[rows, column - LAGS - 1 : column], (last[rows] - back) % SEASON)
        target[place] = level[rows, column] - level[rows, column - 1]
        start += len(rows)
    return features, target


def _rows_drawn(known: BoolArray) -> list[IntArray]:
    """Return which rows of each column of `known` are learnt from, the last column first."""
    known = known[:, ::-1]
    counts = known.sum(axis=0)
    until = np.cumsum(counts)
    # A series has no gaps: who is not known in one column is not known in an earlier one.
    columns = int((counts > 0).sum() if until[-1:].sum() < LATEST_MAX else np.searchsorted(until, LATEST_MAX) + 1)
    share = min(1.0, EXAMPLES_MAX / max(int(until[columns - 1]), 1)) if columns else 1.0
    drawn = np.diff(np.floor(until[:columns] * share).astype(np.int64), prepend=0)
    random = np.random.default_rng(SEED)
    rows_of = [np.flatnonzero(known[:, column]) for column in range(columns)]
    if share == 1.0:
        return rows_of
    return [np.sort(random.permutation(rows)[:many]) for rows, many in zip(rows_of, drawn.tolist(), strict=True)]


def _features(level: Array, month: IntArray) -> Array:
    """Return what the change into the next month is told by, n x 19; `level`: the last thirteen months, as logarithms.

    The twelve changes between them and their mean over three and twelve months; how far the last month, the last three
    and the last six stand from the year's mean; how far the same month of last year stood from it; which month comes.
    """
    change, year = np.diff(level, axis=1), level[:, 1:]
    mean = year.mean(axis=1)
    return np.column_stack(
        [
            change,
            change[:, -3:].mean(axis=1),
            change.mean(axis=1),
            month,
            year[:, -1] - mean,
            year[:, -1] - year[:, -3:].mean(axis=1),
            year[:, -6:].mean(axis=1) - mean,
            year[:, 0] - mean,
        ]
    )


def _ahead(model: Any, level: Array, last: IntArray, steps: int) -> Array:
    """Return forecasts step by step, each built on the one before; n x steps, base units. `level`: 13 months."""
    recent = level
    points = np.empty((len(level), steps))
    with library("threadpoolctl").threadpool_limits(1):
        for step in range(steps):
            change = model.predict(_features(recent, (last + step + 1) % SEASON))
            recent = np.column_stack([recent[:, 1:], recent[:, -1] + change])
            points[:, step] = recent[:, -1]
    return np.maximum(np.expm1(points), 0.0)
