"""One series of a run looked at again: each member's own forecast, and the last year forecast as if it were to come.

A run keeps the mean of the members, not the members; those that need no other series are found again here. The one
model over all regular series is not: it is what all of them teach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from demand.engine.baseline import BaselineOptions, baseline_chunk
from demand.engine.chunk import BaselineChunk, Origin, points_of
from demand.engine.history import history_of
from demand.engine.members import MEMBERS
from sop.engine.arrays import Array
from sop.engine.panel import check_panel

THETA = "theta"


@dataclass(frozen=True)
class Test:
    """How one way would have forecast the months held back; shares of demand, NaN where a denominator is 0."""

    name: str  # of demand.engine.members, "naive" for the same month of the year before
    points: Array  # base units a month, one per month held back
    wape: float
    bias: float  # plus = too high
    mase: float
    fva: float  # share of the naive's error taken away


@dataclass(frozen=True)
class OneSeries:
    """One series; months of history, months ahead and months held back each in order, base units."""

    route: str
    scale: float  # of the history, as the run keeps it: another one says that the history changed since
    history: Array  # months up to the end of the run's history, gaps filled
    last: date  # the last of them
    members: dict[str, Array]  # ahead
    actual: Array  # the months held back, which end with the history
    tests: tuple[Test, ...]  # of the members, of their mean if several ("mean"), of the naive


def one_series(
    panel: pd.DataFrame,
    *,
    horizon: int,
    as_of: date,
    facts: pd.DataFrame,
    members: Sequence[str],
    seasons: pd.DataFrame | None = None,
) -> OneSeries:
    """Return the one series of `panel` (unique_id, ds, y) and `facts` again, forecast by those of `members` that need
    no other series.

    `seasons`: what `seasons_find` gives for its family, needed by young series only. The arguments are otherwise those
    of `baseline_chunk`.
    """
    own = [name for name in members if name in MEMBERS] or [THETA]
    options = BaselineOptions(regular=own)
    chunk = baseline_chunk(panel, horizon=horizon, as_of=as_of, facts=facts, seasons=seasons, options=options)
    if len(chunk.ids) != 1:
        raise ValueError(f"One series at a time, not {len(chunk.ids)}.")
    history = history_of(check_panel(panel), as_of=as_of, ids=chunk.ids)
    held = int(chunk.held[0])
    return OneSeries(
        route=str(chunk.route[0]),
        scale=float(chunk.now.scale[0]),
        history=history.values[0][~np.isnan(history.values[0])],
        last=history.last[0].astype(object),
        members=_own(chunk.now, horizon),
        actual=chunk.actual[0, :held],
        tests=_tests(chunk, held),
    )


def _own(origin: Origin, steps: int) -> dict[str, Array]:
    """Return the members that gave a number."""
    return {name: at[0, :steps] for name, at in origin.members.items() if np.isfinite(at[0, :steps]).all()}


def _tests(chunk: BaselineChunk, held: int) -> tuple[Test, ...]:
    if not held:
        return ()
    points = _own(chunk.past, held)
    if len(points) > 1:
        points["mean"] = points_of(chunk.past, chunk.route)[0, :held]
    naive = chunk.past.naive[0, :held]
    points["naive"] = naive
    return tuple(_test(name, at, chunk.actual[0, :held], naive, chunk.past.scale[0]) for name, at in points.items())


def _test(name: str, points: Array, actual: Array, naive: Array, scale: float) -> Test:
    off, naive_off = float(np.abs(points - actual).sum()), float(np.abs(naive - actual).sum())
    demand = float(np.abs(actual).sum())
    return Test(
        name=name,
        points=points,
        wape=_over(off, demand),
        bias=_over(float((points - actual).sum()), demand),
        mase=_over(off, float(scale) * len(actual)),
        fva=_over(naive_off - off, naive_off),
    )


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
