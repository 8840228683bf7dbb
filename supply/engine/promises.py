"""Promises kept: how many order lines came by the day first promised, how many whole, how late the others were.

Always against the FIRST promise: a supplier who moves it and keeps the new one is late all the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array


@dataclass(frozen=True)
class Promises:
    """How one supplier or lane kept its promises; a share is NaN where there is no line to tell.

    due: lines promised by the day looked from. on_time, on_time_in_full: shares of them. late_mean, late_sd [days]:
    of those received late. ended: lines wholly received or closed. short: the share of an ended line that never came,
    each line counting alike (their units differ).
    """

    due: int
    on_time: float
    on_time_in_full: float
    late: int
    late_mean: float
    late_sd: float
    ended: int
    short: float


def promises_kept(late_days: ArrayLike, due: ArrayLike, part: ArrayLike, closed: ArrayLike) -> Promises:
    """Return how promises were kept, from one entry a line.

    late_days: receipt less first promise [days], below zero early, NaN not received. due: whether the first promise
    lies no later than the day looked from. part: received / ordered. closed: whether nothing more will come. A line
    due and not received is not on time; one received late or in part is not on time in full.
    """
    late, came = np.asarray(late_days, dtype=np.float64), np.asarray(part, dtype=np.float64)
    owed = np.asarray(due, dtype=bool)
    in_time = owed & (late <= 0)  # NaN: not received, so not in time
    whole = came >= 1
    behind = np.sort(late[owed & (late > 0)])  # in one order, whatever the lines came in: the same last digit
    ended = whole | np.asarray(closed, dtype=bool)
    return Promises(
        due=int(owed.sum()),
        on_time=_share(in_time[owed]),
        on_time_in_full=_share((in_time & whole)[owed]),
        late=len(behind),
        late_mean=float(behind.mean()) if len(behind) else float("nan"),
        late_sd=float(behind.std(ddof=1)) if len(behind) > 1 else float("nan"),
        ended=int(ended.sum()),
        short=_share(1.0 - np.minimum(came[ended], 1.0)),
    )


def _share(values: ArrayLike) -> float:
    found: Array = np.sort(np.asarray(values, dtype=np.float64))
    return float(found.mean()) if len(found) else float("nan")
