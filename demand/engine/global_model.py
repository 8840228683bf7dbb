"""One model over all regular series: gradient boosting on the monthly change of the logarithm of demand.

A single series of a few years cannot show how demand of its kind turns; hundreds of them together can. In the M5
competition such models led the field (Makridakis, Spiliotis & Assimakopoulos 2022, International Journal of Forecasting
38); their plain mean with a method fitted series by series is better than either.
"""

from typing import Any

import numpy as np

from demand.engine.history import History
from demand.engine.libraries import library
from sop.engine.arrays import Array, IntArray
from sop.engine.months import month_numbers

GLOBAL = "global"  # its name among the members
LAGS = 12  # monthly changes looked at: a whole season
SEASON = 12
SERIES_FROM = 20  # with fewer it learns the noise of a few
EXAMPLES_MAX = 600_000  # months learnt from, the latest first: keeps fitting under 100 MB of features
TREES, SEED = 200, 7


def global_points(history: History, horizon: int) -> Array:
    """Fit the model on these series and forecast them; n x horizon, base units a month.

    A row of NaN where a series has under 13 months; all NaN where fewer than SERIES_FROM have more. Negative months
    count as zero. Fitted on one thread with a fixed seed: the same histories give the same numbers.
    Raises LibraryMissing.
    """
    points = np.full((len(history), horizon), np.nan)
    level = np.log1p(np.maximum(history.values, 0.0))
    long_enough = np.isfinite(level[:, -LAGS - 1 :]).all(axis=1)
    if long_enough.sum() < SERIES_FROM:
        return points
    over = int(history.behind.max(initial=0))
    last = month_numbers(history.last)
    model = _fitted(level[long_enough], last[long_enough])
    ahead = _ahead(model, level[long_enough], last[long_enough], horizon + over)
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
    """Return features and the change that followed, the latest months first and at most EXAMPLES_MAX."""
    change = np.diff(level, axis=1)
    width = change.shape[1]
    features, target, count = [], [], 0
    for column in range(width - 1, LAGS - 1, -1):
        known = np.isfinite(level[:, column - LAGS]) & np.isfinite(change[:, column])
        if not known.any() or count >= EXAMPLES_MAX:
            break  # a series has no gaps: who is not known here is not known earlier
        month = (last[known] - (width - 1 - column)) % SEASON
        features.append(_features(level[known, column - LAGS : column + 1], month))
        target.append(change[known, column])
        count += len(target[-1])
    return np.concatenate(features), np.concatenate(target)


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
    """Return forecasts step by step, each built on the one before; n x steps, base units."""
    recent = level[:, -LAGS - 1 :]
    points = np.empty((len(level), steps))
    with library("threadpoolctl").threadpool_limits(1):
        for step in range(steps):
            change = model.predict(_features(recent, (last + step + 1) % SEASON))
            recent = np.column_stack([recent[:, 1:], recent[:, -1] + change])
            points[:, step] = recent[:, -1]
    return np.maximum(np.expm1(points), 0.0)
