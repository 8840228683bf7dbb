"""Empirical safety stock: demand over the lead time put together from what really happened.

For lanes measured well enough (24 receipts) whose spread no formula describes, such as two regimes in one sample.
"""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array
from supply.engine.reliability import ENOUGH_RECEIPTS
from supply.engine.time import months_of_days

WIDE_SPREAD = 0.5  # sd / mean from which the formulas leave the target


def sample_serves(receipts: int, mean: float, sd: float) -> bool:
    """Return whether to resample instead of using a formula: enough receipts and demand over P spread widely."""
    return receipts >= ENOUGH_RECEIPTS and mean > 0 and sd / mean > WIDE_SPREAD


def resampled_demand(
    lead_days: ArrayLike, errors: ArrayLike, *, per_month: float, review_days: float, draws: int, seed: int
) -> Array:
    """Return `draws` values of demand over lead time + review [units].

    lead_days: measured lead times. errors: consecutive months' (actual - forecast) / forecast; a run of them as long
    as the time covered is drawn as one piece, so that their correlation stays. per_month: forecast [units/month].
    """
    leads, history = np.asarray(lead_days, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    random = np.random.default_rng(seed)
    months = months_of_days(random.choice(leads, draws) + review_days)
    length = np.clip(np.ceil(months).astype(np.int64), 1, len(history))
    start = random.integers(0, len(history) - length + 1)
    total = np.concatenate([[0.0], np.cumsum(history)])
    mean_error = (total[start + length] - total[start]) / length
    demand: Array = per_month * months * np.maximum(1.0 + mean_error, 0.0)
    return demand


def order_up_to_level_sampled(sample: ArrayLike, target: float) -> float:
    """Return the smallest sampled demand not exceeded in a share `target` of the draws [units]."""
    return float(np.quantile(np.asarray(sample, dtype=np.float64), target, method="inverted_cdf"))
