"""Demand that comes now and then: a mean per month, and quantiles that know it comes in lumps."""

import numpy as np
from scipy import stats

from demand.engine.history import WIDTH, History
from demand.engine.smoothing import flat, smoothed_level
from sop.engine.arrays import Array, IntArray

IMAPA_ALPHAS = np.linspace(0.1, 0.3, 41)  # the range its authors advise for sporadic demand
RECENT = 12
MOST_LOTS = 10_000  # a month's mean is never counted finer: one stray sale of 0.001 is not the lot


def imapa_points(history: History, horizon: int) -> Array:
    """Return the IMAPA forecast, n x horizon, base units a month.

    Smoothed level of the history summed into buckets of 1, 2, ... up to the mean interval between sales, each divided
    by its bucket's length, and the mean of them (Petropoulos & Kourentzes 2015, Journal of the Operational Research
    Society 66). Incomplete buckets at the start are left out. A month below zero counts as zero.
    """
    values = np.where(np.isnan(history.values), np.nan, np.maximum(history.values, 0))
    lengths = _mean_interval(values, history.months)
    total = np.zeros(len(history))
    for length in range(1, int(lengths.max(initial=0)) + 1):
        rows = np.flatnonzero(lengths >= length)
        buckets = values[rows, WIDTH % length :].reshape(len(rows), -1, length).sum(axis=2)
        total[rows] += smoothed_level(buckets, IMAPA_ALPHAS) / length
    level = np.where(lengths > 0, total / np.maximum(lengths, 1), 0.0)
    return flat(level, horizon)


def recent_mean_points(history: History, horizon: int) -> Array:
    """Return the mean of the last 12 months (of all when fewer), n x horizon, base units a month."""
    recent = np.maximum(history.values[:, -RECENT:], 0)
    counted = np.clip(history.months, 1, RECENT)
    return flat(np.nansum(recent, axis=1) / counted, horizon)


def lumpy_quantiles(mean: Array, variance: Array, lot: Array, probabilities: Array) -> Array:
    """Return negative-binomial quantiles, n x horizon x probabilities, in base units.

    Counted in lots, because demand of 10, 20, 30 is one, two, three lots of 10, not thirty separate events; Poisson
    where the variance is not above the mean. `mean`: n x horizon; `variance`: n, units^2; `lot`: n, units, 0 = no sale.
    """
    finest = mean.max(axis=1, initial=0.0) / MOST_LOTS
    size = np.maximum(np.where(lot > 0, lot, 1.0), finest)[:, None]
    lots, spread = mean / size, (variance[:, None] / size**2)
    over = np.maximum(spread - lots, 1e-6 * np.maximum(lots, 1e-9))
    failures = np.maximum(lots, 1e-12) ** 2 / over
    success = failures / (failures + np.maximum(lots, 1e-12))
    cuts = stats.nbinom.ppf(probabilities, failures[..., None], success[..., None])
    return np.where(mean[..., None] > 0, cuts * size[..., None], 0.0)


def _mean_interval(values: Array, months: IntArray) -> IntArray:
    """Return the mean number of months from one sale to the next, rounded; 0 where nothing was ever sold."""
    sold = np.nan_to_num(values) > 0
    sales = sold.sum(axis=1)
    last_sale = months - np.argmax(sold[:, ::-1], axis=1)  # counted from the first month
    return np.where(sales > 0, np.maximum(np.round(last_sale / np.maximum(sales, 1)), 1), 0).astype(np.int64)
