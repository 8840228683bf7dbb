"""Ranges from pooled back-test errors: a series borrows the shape of error of all series of its class.

Intervals a model computes for itself cover too little; errors it really made, scaled by each series' own noise, cover
what they promise.
"""

from statistics import NormalDist

import numpy as np
import pandas as pd

from sop.engine.arrays import Array, IntArray, TextArray
from sop.engine.panel import STEP, VALUE

PROBABILITIES = (0.025, 0.1, 0.5, 0.9, 0.975)
ALL = "all"  # the class of last resort: every series together
ASSUMED = "assumed"  # no errors to pool: a normal curve
MIN_ERRORS = 100  # below, a 2.5 % quantile hangs on two or three errors
MAX_GROWTH = 0.25  # share of the first month's error that each month adds
ASSUMED_GROWTH = 0.06
SIGMA_PER_MAE = 1.2533  # of a normal curve: sqrt(pi / 2)


def quantiles_pool(errors: pd.DataFrame) -> pd.DataFrame:
    """Return one row per class and probability: route, probability, value, growth, errors.

    Quantile of the error (actual - forecast) `step` months ahead, in scales: value * (1 + growth * (step - 1)).
    Classes with under 100 errors have no row of their own; "all" and "assumed" stand in.
    `errors`: columns route, step, y, yhat, scale.
    """
    known = errors[errors["scale"] > 0]
    scaled = (known[VALUE] - known["yhat"]) / known["scale"]
    known = pd.DataFrame({"route": known["route"], STEP: known[STEP], "scaled": scaled}, copy=False)
    pools = [(ALL, known), *((str(route), group) for route, group in known.groupby("route"))]
    found = [_assumed()]
    for name, pool in pools:
        if len(pool) >= MIN_ERRORS:
            found.append(_pooled(name, pool["scaled"].to_numpy(), pool[STEP].to_numpy()))
    return pd.concat(found, ignore_index=True)


def quantiles_apply(points: Array, scale: Array, route: TextArray, pool: pd.DataFrame) -> Array:
    """Return quantiles, n x horizon x probabilities, base units, never below 0, never crossing."""
    source = pool_of(route, pool)
    steps = np.arange(1, points.shape[1] + 1)
    result = np.empty((*points.shape, len(PROBABILITIES)))
    for name in np.unique(source):
        own, rows = pool[pool["route"] == name], source == name
        widths = _wider(steps, own["growth"].iloc[0])[:, None] * own["value"].to_numpy()[None, :]
        result[rows] = points[rows][:, :, None] + scale[rows][:, None, None] * widths
    return np.sort(np.maximum(result, 0.0), axis=2)


def pool_of(route: TextArray, pool: pd.DataFrame) -> TextArray:
    """Return which class each series takes its range from: its own, else "all", else "assumed"."""
    classes = set(pool["route"])
    return np.where(np.isin(route, list(classes)), route, ALL if ALL in classes else ASSUMED)


def _pooled(name: str, scaled: Array, step: IntArray) -> pd.DataFrame:
    growth = _growth(np.abs(scaled), step)
    value = np.quantile(scaled / _wider(step, growth), PROBABILITIES)
    return _rows(name, value, growth, len(scaled))


def _growth(size: Array, step: IntArray) -> float:
    """Return g of 1 + g * (step - 1), fitted to the mean absolute error of each step.

    A straight line: the error of a trend grows with the months, that of a wandering level with their square root, and
    a plan reaches beyond the months held back, where the root has been too narrow.
    """
    steps = np.unique(step).astype(np.float64)
    if len(steps) < 3:
        return ASSUMED_GROWTH
    mean = np.array([size[step == each].mean() for each in steps])
    slope, start = np.polyfit(steps - 1, mean, 1)
    return float(np.clip(slope / start, 0.0, MAX_GROWTH)) if start > 0 else MAX_GROWTH


def _wider(step: IntArray, growth: float) -> Array:
    """Return how much wider the range is `step` months ahead than one month ahead."""
    return 1.0 + growth * (step - 1).astype(np.float64)


def _assumed() -> pd.DataFrame:
    return _rows(
        ASSUMED, np.array([NormalDist().inv_cdf(each) for each in PROBABILITIES]) * SIGMA_PER_MAE, ASSUMED_GROWTH, 0
    )


def _rows(name: str, value: Array, growth: float, errors: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"route": name, "probability": PROBABILITIES, "value": value, "growth": growth, "errors": errors}
    )
