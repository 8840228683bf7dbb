"""Error bars of what draws say: +-1.96 standard errors."""

import numpy as np

from supply.engine.arrays import Array

BARS = 1.96


def nothing_bar(draws: Array) -> Array:
    """Return the bar of a share that no draw hit: it says less than 3 / n, and not never ("rule of three").

    A single draw stands for what does not vary: no bar.
    """
    return np.where(draws > 1, 3.0 / draws, 0.0)


def share_bar(share: Array, draws: Array) -> Array:
    """Return +-1.96 * sqrt(p * (1 - p) / n) of a share of draws; where all or none hit, that of nothing seen."""
    plain: Array = BARS * np.sqrt(share * (1.0 - share) / draws)
    return np.where((share <= 0) | (share >= 1), nothing_bar(draws), plain)


def mean_and_ratio_bars(part: Array, whole: Array) -> tuple[Array, Array]:
    """Return the error bars of the mean of `part`, and of sum(part) / sum(whole), over draws (items x draws).

    The second is 0 where there is no whole.
    """
    draws = part.shape[1]
    sums, total = part.sum(axis=1), whole.sum(axis=1)
    own = np.einsum("ij,ij->i", part, part)
    some = total != 0
    whole_or_one = np.where(some, total, 1.0)
    share = sums / whole_or_one
    off = own - 2 * share * np.einsum("ij,ij->i", part, whole) + share**2 * np.einsum("ij,ij->i", whole, whole)
    degrees = max(draws - 1, 1)
    mean = BARS * np.sqrt(np.maximum(own - sums**2 / draws, 0.0) / degrees / draws)
    ratio = BARS * np.sqrt(np.maximum(off, 0.0) / degrees * draws) / np.abs(whole_or_one)
    return mean, np.where(some, ratio, 0.0)
