"""What one look over all series gives every part of a run.

The model over all regular series, the sums they make forecast by the same model, and what becomes of new series.
"""

import io
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.engine.all_history import AllHistory, Part, all_history_of
from demand.engine.chunk import BaselineChunk, Origin, chunk_with_member, held_of
from demand.engine.ets import ETS
from demand.engine.first_months import YOUNG, after_first_months
from demand.engine.global_model import GLOBAL, SERIES_FROM, global_points
from demand.engine.hierarchy import MATURE_FROM, NO_SUMS, SumForecasts, Sums, sums_of
from demand.engine.history import History, history_join
from demand.engine.level_shift import followed, level_shifts
from demand.engine.libraries import LibraryMissing
from demand.engine.members import STOPPED
from demand.engine.routes import INTERMITTENT, REGULAR, SHORT
from demand.engine.stand_in import Beside, BothOrigins, both_run, failed_join
from sop.engine.arrays import Array, IntArray, TextArray
from sop.engine.months import month_numbers

logger = logging.getLogger(__name__)

LEVELS = ("ses", "sibling_ses")  # the members that carry a new series' level on
ETS_BELOW = 100  # regular series: so few can afford it, and one model over them is less sure of itself


@dataclass(frozen=True)
class AllSeries:
    """Learnt once a run. Row i of every member belongs to `ids[i]`, in base units a month."""

    ids: TextArray  # of the regular series, sorted
    now: dict[str, Array]  # member: n x horizon
    past: dict[str, Array]  # member: n x months held back, from as many months before the end
    after: Array  # 11 factors, see `after_first_months`
    sums: SumForecasts
    failed: TextArray  # n: members that failed and why, of demand.engine.stand_in
    inputs: str = ""  # mark of all it was made from


def all_series_of(parts: Iterable[Part], *, horizon: int, held_back: int, as_of: date | None = None) -> AllSeries:
    """Return what the series of all parts together teach; how they were cut cannot be seen.

    A series whose baseline a person chose is in no sum: no sum moves it.
    """
    known = all_history_of(parts, as_of=as_of)
    after = after_first_months(known.history)
    joint, sums = _regular_and_sums(known)
    del known  # what follows needs room: of every matrix there is one at a time
    count, steps = len(joint) - len(sums.history), (horizon, held_back)
    held = held_of(joint.months, held_back)
    learnt = _learnt(joint, held, steps)
    both = _members(joint, held[:count], learnt, steps)
    error = learnt.past[count:] - sums.history.values[:, sums.history.width - held_back :]
    foretold = SumForecasts(learnt.now[count:], (error**2).mean(axis=1), sums.part, sums.whole)
    return AllSeries(
        ids=joint.ids[:count],
        now=both.now,
        past=both.past,
        after=after,
        sums=foretold if learnt.why == "" else NO_SUMS,
        failed=both.failed,
    )


def _regular_and_sums(known: AllHistory) -> tuple[History, Sums]:
    """Return the regular series and, after them, the sums in one history; and the sums."""
    history, route = known.history, known.route
    regular = route == REGULAR
    mature = np.isin(route, [REGULAR, INTERMITTENT]) & (history.months >= MATURE_FROM)
    until = month_numbers(history.last)
    mature &= until == (until + history.behind).max(initial=0)
    # A sum cannot be told from a series: with too few to learn from it is forecast by nobody, and moves nobody.
    sums = sums_of(history, mature & (regular.sum() >= SERIES_FROM), known.keys)
    return history_join([history.take(regular), sums.history]), sums


def chunk_with_all(chunk: BaselineChunk, found: AllSeries) -> BaselineChunk:
    """Return the chunk with what all series teach: members for the regular ones, a factor for the new ones' levels."""
    for name, now in found.now.items():
        chunk = chunk_with_member(chunk, name, _rows(found, chunk.ids, now), _rows(found, chunk.ids, found.past[name]))
    short = chunk.route == SHORT
    factor, tested = (
        np.where(short, found.after[np.clip(months, 1, YOUNG) - 1], 1.0)
        for months in (chunk.months, chunk.months - chunk.held)
    )
    reason = np.where(factor == 1, chunk.reason, np.char.add(chunk.reason, _said(factor)))
    failed = failed_join(chunk.failed, _failed(found, chunk.ids))
    return replace(
        chunk, now=_scaled(chunk.now, factor), past=_scaled(chunk.past, tested), reason=reason, failed=failed
    )


def all_series_pack(found: AllSeries) -> bytes:
    """Return it as bytes, to be kept until all chunks are there."""
    arrays: dict[str, NDArray[np.generic]] = {"ids": found.ids, "after": found.after, "failed": found.failed}
    arrays["inputs"] = np.array(found.inputs)
    arrays |= {f"now/{name}": points for name, points in found.now.items()}
    arrays |= {f"past/{name}": points for name, points in found.past.items()}
    arrays |= {f"sums/{each.name}": getattr(found.sums, each.name) for each in fields(found.sums)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def all_series_unpack(data: bytes) -> AllSeries:
    """Return what `all_series_pack` made bytes of."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        sums = SumForecasts(**_under(arrays, "sums"))
        now, past = _under(arrays, "now"), _under(arrays, "past")
        return AllSeries(arrays["ids"], now, past, arrays["after"], sums, arrays["failed"], str(arrays["inputs"]))


def _learnt(history: History, held: IntArray, steps: tuple[int, int]) -> Beside:
    """Return the model's forecasts from both origins; NaN and why where it could not be fitted at all."""
    try:
        return Beside(global_points(history, steps[0]), global_points(history.without_last(held), steps[1]))
    except LibraryMissing as missing:
        why = str(missing)
    except Exception:  # a run goes on without it, and says so on every row
        logger.warning("%s failed", GLOBAL, exc_info=True)
        why = STOPPED
    now, past = (np.full((len(history), count), np.nan) for count in steps)
    return Beside(now, past, why)


def _members(joint: History, held: IntArray, learnt: Beside, steps: tuple[int, int]) -> BothOrigins:
    """Return the members that few or many regular series (the first of `joint`) have beside those run one by one."""
    count = len(held)
    own = replace(learnt, now=learnt.now[:count], past=learnt.past[:count])
    over_all = {GLOBAL: own} if count >= SERIES_FROM else {}
    if count >= ETS_BELOW and (not over_all or np.isfinite(own.now).all()):
        now, past = ({name: getattr(each, at) for name, each in over_all.items()} for at in ("now", "past"))
        return BothOrigins(now, past, np.full(count, ""))
    chosen = joint.take(slice(count)).widened()
    earlier = chosen.without_last(held)
    return both_run(
        followed(chosen, level_shifts(chosen)),
        followed(earlier, level_shifts(earlier)),
        {ETS: np.ones(count, dtype=np.bool_)} if count < ETS_BELOW else {},
        np.ones(count, dtype=np.bool_),
        steps,
        beside=over_all,
    )


def _rows(found: AllSeries, ids: TextArray, points: Array) -> Array:
    """Return the forecasts of these series in their order, NaN where nothing is said of one."""
    if not len(found.ids):
        return np.full((len(ids), points.shape[1]), np.nan)
    at: IntArray = np.minimum(np.searchsorted(found.ids, ids), len(found.ids) - 1)
    return np.where((found.ids[at] == ids)[:, None], points[at], np.nan)


def _failed(found: AllSeries, ids: TextArray) -> TextArray:
    """Return what failed with these series in their order."""
    if not len(found.ids):
        return np.full(len(ids), "")
    at: IntArray = np.minimum(np.searchsorted(found.ids, ids), len(found.ids) - 1)
    return np.where(found.ids[at] == ids, found.failed[at], "")


def _scaled(origin: Origin, factor: Array) -> Origin:
    """Return the forecasts with the levels of new series times their factor; the fallback is such a level, too."""
    members = {name: at * factor[:, None] if name in LEVELS else at for name, at in origin.members.items()}
    return replace(origin, members=members, level=origin.level * factor)


def _said(factor: Array) -> TextArray:
    """Return the sentence about each factor."""
    return np.array([f" New series here went on at {share:.0%} of such a level." for share in factor], dtype=np.str_)


def _under(arrays: Mapping[str, NDArray[Any]], part: str) -> dict[str, Any]:
    names = [name for name in arrays if name.startswith(part + "/")]
    return {name.removeprefix(part + "/"): arrays[name] for name in names}
