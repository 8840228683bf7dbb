"""Every item's months shared among its customers: rows are a customer's demand of an item, columns months."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sop.engine.arrays import IntArray
from supply.engine.arrays import Array, BoolArray
from supply.engine.customer_share import Claims, in_whole_units, share_asking_more, share_by_weight

LEAST_SHORT = 0.01  # units; less is rounding of a plan kept to a thousandth


@dataclass(frozen=True, eq=False)
class Shared:
    """What each row gets, rows x months [units].

    served: of what it asked. gained: more than that, had it alone asked more. scarce: whether the item is short that
    month, so that it had to be shared.
    """

    served: Array
    gained: Array
    scarce: BoolArray


def share_months(
    item: IntArray,
    asked: Array,
    weight: Array,
    supply: Array,
    *,
    whole: BoolArray,
    more: float,
    heavier: ArrayLike = 1.0,
) -> Shared:
    """Return what each row gets where its item is short; elsewhere it gets what it asked.

    item: the row's place in `supply` (items x months, what is delivered; NaN = not planned, taken as enough). asked,
    weight: rows x months, not negative. whole: rows sold in whole units. more: how many times as much a row asks in the
    trial, which then weighs `heavier` times as much (1, or rows x months).
    """
    wanted = np.zeros_like(supply)
    np.add.at(wanted, item, asked)
    short = supply < wanted - LEAST_SHORT
    scarce = short[item] & (asked > 0)
    rows, months = np.nonzero(scarce)
    group = np.cumsum(short).reshape(short.shape) - 1
    claims = Claims.build(group[item[rows], months], asked[rows, months], weight[rows, months], supply[short])
    given = share_by_weight(claims)
    trial = share_asking_more(claims, more, claims.weight * np.broadcast_to(heavier, asked.shape)[rows, months])
    served, gained = asked.copy(), np.zeros_like(asked)
    served[rows, months] = in_whole_units(claims, given, whole[rows])
    gained[rows, months] = np.round(np.maximum(trial - given, 0.0), 6)
    return Shared(served, gained, scarce)
