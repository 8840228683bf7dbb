"""A level that broke: found in the history, said, and followed most of the way at once.

A customer lost, an assortment won: demand goes on at another level, and what was sold before says what season it has,
no longer how much. Methods fitted to one series take half a year to believe it. So, from the third month on, they see
the months before the break most of the way at the level after it. Not all the way, for many breaks come back; and the
model over all series sees the history as it was, for from hundreds of breaks it learns how often they do.
"""

from dataclasses import dataclass, replace

import numpy as np

from demand.engine.history import WIDTH, History
from demand.engine.seasonal import seasonal_indices, without_season
from sop.engine.arrays import Array, BoolArray, IntArray

AFTER_MIN, AFTER_MAX = 3, 12  # months the new level has been seen: fewer may be chance, more the methods have learnt
BEFORE = 12  # months the old level is taken from
RATIO_MIN = 1.3  # smaller steps the methods follow well enough
ABRUPT = 0.7  # share of the change that comes at the break itself; less is a trend
NOISE_MIN = 4.0  # times the months' mean distance from their level that the change must be
FOLLOWED = 0.7  # exponent of the ratio: more costs more on public monthly series than it gains


@dataclass(frozen=True)
class LevelShifts:
    """The break in level of n series."""

    months: IntArray  # months since it, 0 where there is none
    ratio: Array  # level after over level before; 1 where there is none

    def __len__(self) -> int:
        return len(self.months)


def level_shifts(history: History) -> LevelShifts:
    """Return the latest break in each series' level, by its deseasonalised months.

    A break k months before the end: the medians of the k months since (3 to 12) and of the 12 before differ by 30 % and
    by four times the months' distance from them, no month since lies among those before, and most of the change comes
    at once. Of several k the one with the largest change against that distance.
    """
    level = without_season(history.values, seasonal_indices(history.values))
    largest = np.zeros(len(history))
    months, ratio = np.zeros(len(history), dtype=np.int64), np.ones(len(history))
    for count in range(AFTER_MIN, AFTER_MAX + 1):
        after, before = level[:, -count:], level[:, WIDTH - count - BEFORE : WIDTH - count]
        new, old = np.median(after, axis=1), np.median(before, axis=1)
        size = np.abs(new - old) / np.maximum(_distance(after, before, new, old), 1e-9)
        found = (history.months >= BEFORE + count) & _is_break(after, before, new, old)
        found &= (size >= NOISE_MIN) & (size > largest)
        largest, months = np.where(found, size, largest), np.where(found, count, months)
        ratio = np.where(found, new / np.where(found, old, 1.0), ratio)
    return LevelShifts(months, ratio)


def followed(history: History, shifts: LevelShifts) -> History:
    """Return the history with the months before each break brought most of the way to the level after it."""
    before = np.arange(WIDTH) < (WIDTH - shifts.months)[:, None]
    factor = np.where(shifts.months > 0, shifts.ratio**FOLLOWED, 1.0)[:, None]
    return replace(history, values=np.where(before, history.values * factor, history.values))


def _is_break(after: Array, before: Array, new: Array, old: Array) -> BoolArray:
    large = (old > 0) & (new > 0) & (np.maximum(new, old) >= RATIO_MIN * np.minimum(new, old))
    apart = (after.min(axis=1) > before.max(axis=1)) | (after.max(axis=1) < before.min(axis=1))
    step = np.median(after[:, :AFTER_MIN], axis=1) - np.median(before[:, -AFTER_MIN:], axis=1)
    abrupt = step * np.sign(new - old) >= ABRUPT * np.abs(new - old)
    found: BoolArray = large & apart & abrupt
    return found


def _distance(after: Array, before: Array, new: Array, old: Array) -> Array:
    """Return the mean distance of the months from the level of their own side."""
    off = np.abs(np.concatenate([after - new[:, None], before - old[:, None]], axis=1))
    distance: Array = off.mean(axis=1)
    return distance
