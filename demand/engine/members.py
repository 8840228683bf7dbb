"""The methods whose plain mean is the baseline, and which route asks for which.

A member is a function (history, horizon) -> n x horizon, base units a month, that gives a row of NaN where it cannot
say anything. A method of one's own joins by an entry in MEMBERS and its name in `BaselineOptions.regular`; a person can
then choose it for a series, too (docs/own-methods.md). A method
fitted over all series at once is run beside the chunks and joins by `chunk_with_member` (demand.engine.all_series).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from demand.engine.ets import ETS, ets_points
from demand.engine.history import History
from demand.engine.intermittent import imapa_points, recent_mean_points
from demand.engine.libraries import LibraryMissing
from demand.engine.routes import CHOSEN, GROWING, INTERMITTENT, REGULAR, SHORT
from demand.engine.short import profile_points, same_month_points, ses_points, sibling_ses_points
from demand.engine.theta import theta_points
from demand.engine.theta_hw import THETA_HW, theta_hw_points
from sop.engine.arrays import Array, BoolArray, TextArray

logger = logging.getLogger(__name__)

PROFILE = "profile"  # the member that repeats a year a person chose
ALSO_FROM = 36  # months: a year is held back, and exponential smoothing needs two
WHY = "<U80"  # a reason's longest text
NO_NUMBER, STOPPED = "it gave no number", "it stopped with an error"


class Member(Protocol):
    """A forecasting method over a matrix of cleaned history."""

    def __call__(self, history: History, horizon: int) -> Array:
        """Return n x horizon, base units a month, NaN in a row it can say nothing about; it may raise, too."""


MEMBERS: Mapping[str, Member] = {
    "theta": theta_points,
    "imapa": imapa_points,
    "recent_mean": recent_mean_points,
    "ses": ses_points,
    "sibling_ses": sibling_ses_points,
    "same_month": same_month_points,
    ETS: ets_points,
    THETA_HW: theta_hw_points,
    PROFILE: profile_points,
}


@dataclass(frozen=True)
class Ran:
    """What the members said of n series."""

    points: dict[str, Array]  # n x horizon each, base units; NaN in rows that did not ask or where it failed
    why: dict[str, TextArray]  # n each: why it failed, "" where it did not


def members_wanted(
    route: TextArray, history: History, regular: Sequence[str], chosen: TextArray, also: TextArray
) -> dict[str, np.ndarray]:
    """Return, per member asked for by any series, the rows that ask for it (True / False).

    `chosen`: the member a person chose; `also`: one beside `regular`, for regular series long enough that it counts in
    the test of the past as it does today; "" where there is none.
    """
    lent = ~np.isnan(history.siblings[:, 0])
    young = np.isin(route, [SHORT, GROWING])
    wanted = dict.fromkeys(regular, route == REGULAR)
    wanted |= {"imapa": route == INTERMITTENT, "recent_mean": route == INTERMITTENT}
    wanted |= {"sibling_ses": young & lent, "ses": young & ~lent, "same_month": (route == GROWING) & ~lent}
    further = np.where((route == REGULAR) & (history.months >= ALSO_FROM), also, "")
    for asked in (np.where(route == CHOSEN, chosen, ""), further):
        for name in np.unique(asked[asked != ""]).tolist():
            wanted[name] = wanted[name] | (asked == name) if name in wanted else asked == name
    return wanted


def members_run(history: History, wanted: Mapping[str, np.ndarray], horizon: int) -> Ran:
    """Return each member's forecasts, and why one gave none where it was asked; one series stops no other.

    Step 1 is the month after the last one asked for: a series whose own history ends earlier is forecast over.
    """
    over = int(history.behind.max(initial=0, where=np.logical_or.reduce(list(wanted.values()))))
    columns = history.behind[:, None] + np.arange(horizon)
    ran = Ran({}, {})
    for name, asked in wanted.items():
        points = np.full((len(history), horizon), np.nan)
        why = np.full(len(history), "", dtype=WHY)
        rows = np.flatnonzero(asked)
        if len(rows):
            ahead, why[rows] = _tried(name, history.take(rows), horizon + over)
            found = np.take_along_axis(ahead, columns[rows], axis=1)
            whole: BoolArray = np.asarray(np.isfinite(found).all(axis=1))
            points[rows] = np.where(whole[:, None], found, np.nan)
            why[rows] = np.where(whole, "", np.where(why[rows] == "", NO_NUMBER, why[rows]))
        ran.points[name], ran.why[name] = points, why
    return ran


def _tried(name: str, history: History, steps: int) -> tuple[Array, TextArray]:
    """Return a member's forecasts and what went wrong; where it fails on some series, each is tried by itself."""
    try:
        return MEMBERS[name](history, steps), np.full(len(history), "", dtype=WHY)
    except LibraryMissing as missing:
        return np.full((len(history), steps), np.nan), np.full(len(history), str(missing), dtype=WHY)
    except Exception as error:  # whatever a method raises on odd data: one series must not stop a run
        if len(history) == 1:
            logger.warning("%s failed on series %s: %r", name, history.ids[0], error)
            return np.full((1, steps), np.nan), np.array([STOPPED], dtype=WHY)
    alone = [_tried(name, history.take(slice(row, row + 1)), steps) for row in range(len(history))]
    return np.concatenate([points for points, _ in alone]), np.concatenate([why for _, why in alone])
