"""Ranges from pooled back-test errors: a series borrows the shape of error of all series of its class.

Intervals a model computes for itself cover too little; errors it really made, scaled by each series' own noise, cover
what they promise.
"""

import numpy as np
import pandas as pd
from scipy import stats

from sop.engine.arrays import Array, IntArray, TextArray
from sop.engine.panel import STEP, VALUE

PROBABILITIES = (0.025, 0.1, 0.5, 0.9, 0.975)
ALL = "all"  # the class of last resort: every series together
ASSUMED = "assumed"  # no errors to pool: a normal curve
MIN_ERRORS = 100  # below, a 2.5 % quantile hangs on two or three errors
MAX_GROWTH = 0.8  # exponent of the step; a random walk has 0.5
ASSUMED_GROWTH = 0.25
SIGMA_PER_MAE = 1.2533  # of a normal curve: sqrt(pi / 2)


def quantiles_pool(errors: pd.DataFrame) -> pd.DataFrame:
    """Return one row per class and probability: route, probability, value, growth, errors.

    Quantile of the error (actual - forecast) `step` months ahead, in scales: value * step ** growth. `errors`: columns
    route, step, y, yhat, scale. Classes with under 100 errors have no row of their own; "all" and "assumed" stand in.
    """
    known = errors[errors["scale"] > 0]
    known = known.assign(scaled=(known[VALUE] - known["yhat"]) / known["scale"])
    pools = [(ALL, known), *((str(route), group) for route, group in known.groupby("route"))]
    found = [_assumed()]
    for name, pool in pools:
        if len(pool) >= MIN_ERRORS:
            found.append(_pooled(name, pool["scaled"].to_numpy(), pool[STEP].to_numpy()))
    return pd.concat(found, ignore_index=True)


def quantiles_apply(points: Array, scale: Array, route: TextArray, pool: pd.DataFrame) -> Array:
    """Return quantiles, n x horizon x probabilities, base units, never below 0, never crossing."""
    source = pool_of(route, pool)
    steps = np.arange(1, points.shape[1] + 1, dtype=np.float64)
    result = np.empty((*points.shape, len(PROBABILITIES)))
    for name in np.unique(source):
        own, rows = pool[pool["route"] == name], source == name
        widths = steps[:, None] ** own["growth"].iloc[0] * own["value"].to_numpy()[None, :]
        result[rows] = points[rows][:, :, None] + scale[rows][:, None, None] * widths
    return np.sort(np.maximum(result, 0.0), axis=2)


def pool_of(route: TextArray, pool: pd.DataFrame) -> TextArray:
    """Return which class each series takes its range from: its own, else "all", else "assumed"."""
    classes = set(pool["route"])
    return np.where(np.isin(route, list(classes)), route, ALL if ALL in classes else ASSUMED)


def _pooled(name: str, scaled: Array, step: IntArray) -> pd.DataFrame:
    growth = _growth(np.abs(scaled), step)
    value = np.quantile(scaled / step.astype(np.float64) ** growth, PROBABILITIES)
    return _rows(name, value, growth, len(scaled))


def _growth(size: Array, step: IntArray) -> float:
    """Return the exponent with which the mean absolute error grows over the steps, by least squares on logarithms."""
    steps = np.unique(step)
    mean = np.array([size[step == each].mean() for each in steps])
    usable = mean > 0
    if usable.sum() < 3:
        return ASSUMED_GROWTH
    slope = float(np.polyfit(np.log(steps[usable]), np.log(mean[usable]), 1)[0])
    return float(np.clip(slope, 0.0, MAX_GROWTH))


def _assumed() -> pd.DataFrame:
    return _rows(ASSUMED, stats.norm.ppf(PROBABILITIES) * SIGMA_PER_MAE, ASSUMED_GROWTH, 0)


def _rows(name: str, value: Array, growth: float, errors: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"route": name, "probability": PROBABILITIES, "value": value, "growth": growth, "errors": errors}
    )
