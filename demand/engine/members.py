"""The methods whose plain mean is the baseline, and which route asks for which.

A member is a function (history, horizon) -> n x horizon, base units a month, that gives a row of NaN where it cannot
say anything. A method of one's own joins by an entry in MEMBERS and its name in `BaselineOptions.regular`; a person can
then choose it for a series, too (docs/own-methods.md). A method
fitted over all series at once is run beside the chunks and joins by `chunk_with_member` (demand.engine.all_series).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from demand.engine.ets import ETS, ets_points
from demand.engine.history import History
from demand.engine.intermittent import imapa_points, recent_mean_points
from demand.engine.routes import CHOSEN, GROWING, INTERMITTENT, REGULAR, SHORT
from demand.engine.short import profile_points, same_month_points, ses_points, sibling_ses_points
from demand.engine.theta import theta_points
from sop.engine.arrays import Array, TextArray

PROFILE = "profile"  # the member that repeats a year a person chose


class Member(Protocol):
    """A forecasting method over a matrix of cleaned history."""

    def __call__(self, history: History, horizon: int) -> Array:
        """Return n x horizon, base units a month, NaN in a row the method fails on."""


MEMBERS: Mapping[str, Member] = {
    "theta": theta_points,
    "imapa": imapa_points,
    "recent_mean": recent_mean_points,
    "ses": ses_points,
    "sibling_ses": sibling_ses_points,
    "same_month": same_month_points,
    ETS: ets_points,
    PROFILE: profile_points,
}


def members_wanted(
    route: TextArray, history: History, regular: Sequence[str], chosen: TextArray
) -> dict[str, np.ndarray]:
    """Return, per member asked for by any series, the rows that ask for it (True / False)."""
    lent = ~np.isnan(history.siblings[:, 0])
    young = np.isin(route, [SHORT, GROWING])
    wanted = dict.fromkeys(regular, route == REGULAR)
    wanted |= {"imapa": route == INTERMITTENT, "recent_mean": route == INTERMITTENT}
    wanted |= {"sibling_ses": young & lent, "ses": young & ~lent, "same_month": (route == GROWING) & ~lent}
    for name in np.unique(chosen[route == CHOSEN]).tolist():
        own = (route == CHOSEN) & (chosen == name)
        wanted[name] = wanted[name] | own if name in wanted else own
    return wanted


def members_run(history: History, wanted: Mapping[str, np.ndarray], horizon: int) -> dict[str, Array]:
    """Return each member's forecasts, n x horizon, NaN in the rows that did not ask for it or where it failed.

    Step 1 is the month after the last one asked for: a series whose own history ends earlier is forecast over.
    """
    over = int(history.behind.max(initial=0, where=np.logical_or.reduce(list(wanted.values()))))
    columns = history.behind[:, None] + np.arange(horizon)
    found = {}
    for name, asked in wanted.items():
        points = np.full((len(history), horizon), np.nan)
        rows = np.flatnonzero(asked)
        if len(rows):
            ahead = MEMBERS[name](history.take(rows), horizon + over)
            points[rows] = np.take_along_axis(ahead, columns[rows], axis=1)
        found[name] = points
    return found
