"""How wrong the baseline would have been: the last year forecast as if it had not happened yet."""

import numpy as np
import pandas as pd

from demand.engine.chunk import BaselineChunk, points_of
from sop.engine.arrays import Array
from sop.engine.months import to_stamps
from sop.engine.panel import BUCKET, SERIES, STEP, VALUE


def errors_of(chunk: BaselineChunk) -> pd.DataFrame:
    """Return one row per series and month held back.

    Columns: unique_id, route, step, ds, y, yhat, naive, scale (seasonal naive's error before); base units.
    """
    rows, columns = np.nonzero(np.arange(chunk.actual.shape[1]) < chunk.held[:, None])
    yhat = points_of(chunk.past, chunk.route)
    first = chunk.until - chunk.held
    return pd.DataFrame(
        {
            SERIES: chunk.ids[rows],
            "route": chunk.route[rows],
            STEP: columns + 1,
            BUCKET: to_stamps(first[rows] + columns + 1),
            VALUE: chunk.actual[rows, columns],
            "yhat": yhat[rows, columns],
            "naive": chunk.past.naive[rows, columns],
            "scale": chunk.past.scale[rows],
        }
    )


def accuracy_of(chunk: BaselineChunk) -> pd.DataFrame:
    """Return one row per series; NaN where nothing was held back or a denominator is 0.

    mase: mean absolute error over the seasonal naive's on the history before. naive_mase: the same for the seasonal
    naive itself. wape: sum of absolute errors over sum of demand. bias: sum of errors over sum of demand, plus =
    forecast too high. fva: share of the seasonal naive's error taken away, plus = better than the naive. noise: root
    mean square of the monthly errors, base units.
    """
    held = np.arange(chunk.actual.shape[1]) < chunk.held[:, None]
    error = np.where(held, points_of(chunk.past, chunk.route) - chunk.actual, 0.0)
    naive = np.where(held, chunk.past.naive - chunk.actual, 0.0)
    demand = np.abs(np.where(held, chunk.actual, 0.0)).sum(axis=1)
    absolute, naive_absolute = np.abs(error).sum(axis=1), np.abs(naive).sum(axis=1)
    scale = np.where(chunk.held > 0, chunk.past.scale * chunk.held, 0.0)
    return pd.DataFrame(
        {
            "mase": _over(absolute, scale),
            "naive_mase": _over(naive_absolute, scale),
            "wape": _over(absolute, demand),
            "bias": _over(error.sum(axis=1), demand),
            "fva": _over(naive_absolute - absolute, naive_absolute),
            "noise": np.sqrt(_over((error**2).sum(axis=1), chunk.held.astype(np.float64))),
        }
    )


def _over(part: Array, whole: Array) -> Array:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)
