"""How much of what customers cancelled, or did not order, in a shortage was really lost.

In a shortage customers order twice to get once. What they take back later was never needed, and what they order again
when goods are there was not lost: filling either month would count it twice. So a loss is measured on the whole
episode, net of what customers kept above expectation in the months around it.
"""

from dataclasses import dataclass

import numpy as np

from demand.engine.history import SEASON
from sop.engine.arrays import Array, BoolArray

BEFORE = 6  # months a padded order stands before it is taken back
AFTER = 3  # months in which customers order again what they did not get
CHANCE = 0.75  # usual deviations above expectation: less is chance, more may be a padded order or one placed again


@dataclass(frozen=True)
class Lost:
    """Units lost in each month, n x months: `possible` by the expectation, `sure` also by another year.

    A shortage of many months leaves few months to draw an expectation from, and padded orders among them lift it. Then
    the same months of the year before show what is kept above need; `sure` is never more than `possible`.
    """

    sure: Array
    possible: Array


def lost_sales_find(unserved: Array, demand: Array, expected: Array, usual: Array, learned: BoolArray) -> Lost:
    """Return what was lost of `unserved`, the units of each month that customers wanted and did not get at the most.

    All n x months, base units, NaN where nothing is known. `demand`: what customers kept, ordered less cancelled.
    `expected`, `usual`: what trend and season expect and the usual deviation. `learned`: months that tell what is
    usual; where no other year has such a month, nothing is sure.
    """
    other_year = _other_year(np.where(learned, demand, np.nan))
    lower = np.fmin(expected, other_year)
    chance = CHANCE * usual
    with np.errstate(invalid="ignore"):
        possible = unserved - _around(np.maximum(demand - expected - chance, 0))
        sure = unserved - _around(np.maximum(demand - lower - chance, 0))
    sure = np.where(np.isnan(other_year), 0.0, sure)
    return Lost(np.maximum(np.nan_to_num(sure), 0), np.maximum(np.nan_to_num(possible), 0))


def _around(above: Array) -> Array:
    """Return the sum of the months before and after each, the month itself left out."""
    columns = above.shape[1]
    known = np.pad(np.nan_to_num(above), ((0, 0), (BEFORE + 1, AFTER)))
    summed: Array = np.cumsum(known, axis=1)
    total: Array = summed[:, BEFORE + 1 + AFTER :][:, :columns] - summed[:, :columns]
    return total - np.nan_to_num(above)


def _other_year(values: Array) -> Array:
    """Return the same calendar month of the year before, of two years before, or of the year after: the first known."""
    found = np.full_like(values, np.nan)
    width = values.shape[1]
    around = np.pad(values, ((0, 0), (2 * SEASON, SEASON)), constant_values=np.nan)
    found = around[:, SEASON : SEASON + width]
    for start in (0, 3 * SEASON):
        found = np.where(np.isnan(found), around[:, start : start + width], found)
    return found
