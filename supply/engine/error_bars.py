"""Error bars of what draws say: +-1.96 standard errors."""

import numpy as np

from supply.engine.arrays import Array

BARS = 1.96


def share_bar(share: Array, draws: int) -> Array:
    """Return +-1.96 * sqrt(p * (1 - p) / n) of a share of draws.

    A share of 0 of n draws says less than 3 / n, and not never: the bar is then 3 / n ("rule of three"). A single
    draw stands for what does not vary: no bar.
    """
    if draws == 1:
        return np.zeros_like(share)
    plain: Array = BARS * np.sqrt(share * (1.0 - share) / draws)
    return np.where((share <= 0) | (share >= 1), 3.0 / draws, plain)


def mean_bar(values: Array) -> Array:
    """Return the error bar of the mean over draws (items x draws)."""
    draws = values.shape[1]
    away = values - values.sum(axis=1, keepdims=True) / draws
    bar: Array = BARS * np.sqrt(np.einsum("ij,ij->i", away, away) / max(draws - 1, 1) / draws)
    return bar


def ratio_bar(part: Array, whole: Array) -> Array:
    """Return the error bar of sum(part) / sum(whole) over draws (items x draws); 0 where there is no whole."""
    total = whole.sum(axis=1)
    some = total > 0
    share = part.sum(axis=1) / np.where(some, total, 1.0)
    miss = part - share[:, None] * whole
    spread = np.sqrt(np.einsum("ij,ij->i", miss, miss) / max(part.shape[1] - 1, 1))
    return np.where(some, BARS * spread * np.sqrt(part.shape[1]) / np.where(some, total, 1.0), 0.0)
