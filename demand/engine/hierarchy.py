"""Sums of series (total, family, region, product, customer) and a baseline that agrees with what the sums foretell.

The sums of many series show a season that each alone hides in its noise. Forecast by themselves they disagree with the
sum of their parts; the parts are then moved by weighted least squares, the surest ones least (Hyndman, Ahmed,
Athanasopoulos & Shang 2011, Computational Statistics & Data Analysis 55; weights by error variance: Wickramasuriya,
Athanasopoulos & Hyndman 2019, Journal of the American Statistical Association 114). Every total shown is then the sum
of its series, so all levels agree to the unit.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from demand.engine.history import History, plain_history
from sop.engine.arrays import Array, BoolArray, IntArray, TextArray
from sop.engine.months import month_numbers

LEVELS = ((), ("family",), ("region",), ("family", "region"), ("customer",), ("product",))  # () is the total
MATURE_FROM = 36  # months: a sum over series that came and went would foretell the coming and going
SUMS_MAX = 4000  # the equations are dense in the sums: beyond, the finest levels are left out
RIDGE = 1e-9  # of the mean variance: keeps the equations solvable where a sum never erred


@dataclass(frozen=True)
class Sums:
    """m sums over series; the pairs (part[k], whole[k]) say which series counts in which sum."""

    history: History
    part: TextArray  # ids of series
    whole: IntArray  # 0..m-1


@dataclass(frozen=True)
class SumForecasts:
    """What the sums foretell by themselves, base units a month, and how far off they were."""

    points: Array  # m x horizon
    variance: Array  # m: mean squared error of the months held back, units^2
    part: TextArray
    whole: IntArray


NO_SUMS = SumForecasts(np.zeros((0, 0)), np.zeros(0), np.zeros(0, dtype=np.str_), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Shift:
    """How much each series is moved so that it agrees with the sums."""

    ids: TextArray  # sorted
    points: Array  # n x horizon, base units a month

    def of(self, ids: TextArray, horizon: int) -> Array:
        """Return the moves of these series in their order; 0 for one that is not among them."""
        if not len(self.ids):
            return np.zeros((len(ids), horizon))
        at: IntArray = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where((self.ids[at] == ids)[:, None], self.points[at], 0.0)


def sums_of(history: History, mature: BoolArray, keys: Mapping[str, TextArray]) -> Sums:
    """Return the sums over the mature series of each level whose keys are known; none where no key is.

    A sum has two series at least and begins with the youngest of them. `mature`: all known until the same, last month.
    `keys`: family, region, ... of each series.
    """
    found: list[IntArray] = []
    for level in LEVELS if keys else ():
        if all(name in keys for name in level):
            groups = _groups([keys[name] for name in level], mature)
            found += groups if len(found) + len(groups) <= SUMS_MAX else []
    once = {rows.tobytes(): rows for rows in found}
    rows_of = list(once.values())
    values = np.full((len(rows_of), history.width), np.nan)
    for place, rows in enumerate(rows_of):
        months = int(history.months[rows].min())
        own = slice(history.width - months, None)
        values[place, own] = history.values[rows, own].sum(axis=0)
    counts = np.array([len(rows) for rows in rows_of], dtype=np.int64)
    part = np.concatenate(rows_of) if rows_of else np.zeros(0, dtype=np.int64)
    return Sums(_as_history(history, values), history.ids[part], np.repeat(np.arange(len(rows_of)), counts))


def reconciled(ids: TextArray, points: Array, variance: Array, sums: SumForecasts) -> Shift:
    """Return how the series move so that they agree with their sums, n x horizon.

    b + W A' (V + A W A')^-1 (a - A b): b, W points and error variances of the series, a, V those of the sums, A which
    series counts in which sum. A series of variance 0 stays where it is. `ids` sorted; `variance`: n, units^2.
    """
    if not len(sums.variance):
        return Shift(ids[:0], points[:0])
    which = sparse.csr_array(
        (np.ones(len(sums.part)), (sums.whole, np.searchsorted(ids, sums.part))), shape=(len(sums.variance), len(ids))
    )
    spread = which * variance[None, :]  # A W
    equations = (spread @ which.T).toarray()
    equations[np.diag_indices_from(equations)] += sums.variance
    equations[np.diag_indices_from(equations)] += RIDGE * max(float(np.trace(equations)) / len(equations), 1e-12)
    gap = linalg.solve(equations, sums.points - which @ points, assume_a="pos")
    return Shift(ids, spread.T @ gap)


def shift_pack(shift: Shift) -> bytes:
    """Return it as bytes, to be kept until every chunk is finished."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, ids=shift.ids, points=shift.points)
    return buffer.getvalue()


def shift_unpack(data: bytes) -> Shift:
    """Return what `shift_pack` made bytes of."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Shift(arrays["ids"], arrays["points"])


def _groups(keys: Sequence[TextArray], mature: BoolArray) -> list[IntArray]:
    """Return the rows of each group of two mature series or more."""
    rows = np.flatnonzero(mature)
    code = np.zeros(len(rows), dtype=np.int64)
    for key in keys:
        names, own = np.unique(key[rows], return_inverse=True)
        code = code * len(names) + own
    order = np.argsort(code, kind="stable")
    cuts = np.flatnonzero(np.diff(code[order])) + 1
    return [group for group in np.split(rows[order], cuts) if len(group) > 1]


def _as_history(history: History, values: Array) -> History:
    ids = np.array([f"sum {place:05d}" for place in range(len(values))], dtype=np.str_)
    last = np.full(len(values), month_numbers(history.last).max(initial=0)).astype("datetime64[M]")
    return plain_history(ids, values, last, months=(~np.isnan(values)).sum(axis=1))
