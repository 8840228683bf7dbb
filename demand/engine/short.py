"""Series under two years: a smoothed level, and a season only where the siblings in the family agree on one.

No trend is fitted on so little history: it explodes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from demand.engine.history import SEASON, History
from demand.engine.seasonal import seasonal_indices
from demand.engine.smoothing import flat, smoothed_level
from sop.engine.arrays import Array, IntArray, TextArray

SIBLING_MONTHS = 36  # every calendar month seen at least twice after averaging
MIN_SIBLINGS = 3
AGREE_FROM = 0.5  # mean correlation of a sibling's season with that of the others
MONTHS = [f"m{month}" for month in range(1, SEASON + 1)]  # January to December


@dataclass(frozen=True)
class Donors:
    """Series that may lend their family a season, row by row."""

    ids: TextArray
    family: TextArray
    index: Array  # n x 12, January to December: shrunk indices


def ses_points(history: History, horizon: int) -> Array:
    """Return the smoothed level, n x horizon, base units a month."""
    return flat(smoothed_level(history.values), horizon)


def sibling_ses_points(history: History, horizon: int) -> Array:
    """Return the level smoothed without the siblings' season and given it back, n x horizon; NaN where none is lent."""
    by_phase = np.take_along_axis(history.siblings, history.phase_months(), axis=1)
    repeats = history.values.shape[1] // SEASON
    level = smoothed_level(history.values / np.tile(by_phase, (1, repeats)))
    ahead = np.tile(by_phase, (1, -(-horizon // SEASON)))[:, :horizon]
    return flat(level, horizon) * ahead


def profile_points(history: History, horizon: int) -> Array:
    """Return the year a person chose, month by month, reached in even steps over its ramp; n x horizon, NaN if none."""
    by_phase = np.take_along_axis(history.profile, history.phase_months(), axis=1)
    step = np.arange(1, horizon + 1)
    reached = np.minimum(step / np.maximum(history.ramp, 1)[:, None], 1.0)
    return np.tile(by_phase, (1, -(-horizon // SEASON)))[:, :horizon] * reached


def same_month_points(history: History, horizon: int) -> Array:
    """Return the seasonal naive: the same month a year before, n x horizon; the last month while there is no year."""
    year = np.tile(history.values[:, -SEASON:], (1, -(-horizon // SEASON)))[:, :horizon]
    points = np.where((history.months >= SEASON)[:, None], year, history.values[:, -1:])
    return np.where((history.months == 0)[:, None], 0.0, points)


def donors_of(history: History, families: TextArray) -> Donors:
    """Return the series of a family with three years of sales in every month; `families`: one name per series or ""."""
    positive = np.where(np.isnan(history.values), np.inf, history.values).min(axis=1) > 0
    rows = np.flatnonzero((history.months >= SIBLING_MONTHS) & positive & (families != ""))
    donors = history.take(rows)
    index = np.empty((len(rows), SEASON))
    np.put_along_axis(index, donors.phase_months(), seasonal_indices(donors.values).index, axis=1)
    return Donors(donors.ids, families[rows], index)


def sibling_seasons(parts: Iterable[Donors]) -> pd.DataFrame:
    """Return one row per family: family, siblings, agreement, agree, m1..m12 (factors around 1).

    The mean of the shrunk indices of its donors. They agree when a donor's season correlates with the mean of the
    others by 0.5 on average, and there are three or more. How the donors were cut into parts cannot be seen.
    """
    donors = list(parts)
    ids = np.concatenate([np.array([], dtype=np.str_), *(part.ids for part in donors)])
    order = np.argsort(ids, kind="stable")
    families = np.concatenate([ids[:0], *(part.family for part in donors)])[order]
    index = np.concatenate([np.empty((0, SEASON)), *(part.index for part in donors)])[order]
    found = []
    for family in np.unique(families):
        own = index[families == family]
        agreement = _agreement(own)
        agree = len(own) >= MIN_SIBLINGS and agreement >= AGREE_FROM
        found.append([str(family), len(own), agreement, agree, *(own.mean(axis=0) / own.mean())])
    return pd.DataFrame(found, columns=["family", "siblings", "agreement", "agree", *MONTHS])


def with_siblings(history: History, families: TextArray, seasons: pd.DataFrame) -> History:
    """Return the history with each series' family season beside it, where the family agrees on one."""
    lent = seasons[seasons["agree"].astype(bool)].set_index("family")[MONTHS]
    rows: IntArray = lent.index.get_indexer(pd.Index(families))
    table = np.vstack([lent.to_numpy(dtype=np.float64).reshape(-1, SEASON), np.full((1, SEASON), np.nan)])
    return replace(history, siblings=table[rows])  # row -1, the last, is "none"


def _agreement(index: Array) -> float:
    """Return the mean correlation of each season with the mean of the others; no season correlates 0."""
    if len(index) < 2:
        return 0.0
    others = (index.sum(axis=0) - index) / (len(index) - 1)
    own, rest = index - index.mean(axis=1, keepdims=True), others - others.mean(axis=1, keepdims=True)
    size = np.sqrt((own**2).sum(axis=1) * (rest**2).sum(axis=1))
    return float(np.mean(np.where(size > 0, (own * rest).sum(axis=1) / np.where(size > 0, size, 1.0), 0.0)))
