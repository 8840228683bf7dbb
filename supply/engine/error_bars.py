"""Error bars of what draws say: +-1.96 standard errors."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Moments:
    """Sums over the draws of a part and its whole, of their squares and of their product; one per item."""

    part: Array
    whole: Array
    part_squared: Array
    product: Array
    whole_squared: Array


def mean_and_ratio_bars(sums: Moments, draws: int) -> tuple[Array, Array]:
    """Return the error bars of the mean of the part, and of part / whole; the second is 0 where there is no whole."""
    some = sums.whole != 0
    whole = np.where(some, sums.whole, 1.0)
    share = sums.part / whole
    off = sums.part_squared - 2 * share * sums.product + share**2 * sums.whole_squared
    degrees = max(draws - 1, 1)
    mean = BARS * np.sqrt(np.maximum(sums.part_squared - sums.part**2 / draws, 0.0) / degrees / draws)
    ratio = BARS * np.sqrt(np.maximum(off, 0.0) / degrees * draws) / np.abs(whole)
    return mean, np.where(some, ratio, 0.0)
