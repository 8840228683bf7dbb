"""What one worker finds out about its series: forecasts from today and from a year ago, member by member."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from demand.engine.facts import Facts
from demand.engine.history import SEASON, WIDTH, History
from demand.engine.level_shift import LevelShifts, followed, level_shifts
from demand.engine.members import PROFILE, members_wanted
from demand.engine.profile import profile_of
from demand.engine.routes import CHOSEN, ENDED, NONE, REGULAR, Routing
from demand.engine.short import same_month_points
from demand.engine.smoothing import smoothed_level
from demand.engine.stand_in import both_run, filled
from sop.engine.arrays import Array, BoolArray, IntArray, MonthArray, TextArray

FENCE = 3.0  # times the largest month of the last twelve
SEASONAL_SCALE_FROM = 24  # months: under two years the month-to-month error says more about the noise
MEMBER_KEY = "member_"


@dataclass(frozen=True)
class Origin:
    """Forecasts of n series from one origin; all in base units a month."""

    members: dict[str, Array]  # n x steps each; NaN where a series does not use it or it failed
    naive: Array  # n x steps: same month a year before
    level: Array  # n: smoothed level, the fallback where every member failed
    scale: Array  # n: mean absolute error of the seasonal naive over the history
    ceiling: Array  # n: the fence


@dataclass(frozen=True)
class BaselineChunk:
    """All that is known about n series before pooling; row i of every array belongs to `ids[i]`."""

    ids: TextArray
    until: MonthArray  # last month of history; step 1 is the month after
    route: TextArray
    reason: TextArray
    months: IntArray
    filled: IntArray
    failed: TextArray  # members that failed and why, of demand.engine.stand_in
    variance: Array  # of monthly history, units^2
    lot: Array  # smallest sale seen, units; 0 where none
    left: IntArray  # months of sale left after `until`
    whole: BoolArray  # whether counted in whole units
    pattern: TextArray  # of demand.engine.profile
    xyz: TextArray
    break_months: IntArray  # months since the level broke, 0 where it did not
    break_ratio: Array
    inputs: TextArray  # mark of all a series was made from, "" where nobody asked; see demand.engine.inputs
    now: Origin  # n x horizon
    past: Origin  # n x months held back
    held: IntArray  # months held back
    actual: Array  # n x months held back: what came; NaN beyond `held`


def chunk_of(
    history: History, routing: Routing, facts: Facts, *, horizon: int, held_back: int, regular: Sequence[str]
) -> BaselineChunk:
    """Return forecasts from the end of the history and from `held_back` months before it (half of it at most).

    A year a person typed is no forecast of the past: nothing of it is held back.
    """
    typed = (routing.route == CHOSEN) & (facts.chosen == PROFILE)
    held = np.where(np.isin(routing.route, [NONE, ENDED]) | typed, 0, held_of(history.months, held_back))
    wanted = members_wanted(routing.route, history, regular, facts.chosen, facts.also)
    shifts = level_shifts(history)
    earlier = history.without_last(held)
    at_level, earlier = followed(history, shifts), followed(earlier, level_shifts(earlier))
    may_stand_in = np.isin(routing.route, [REGULAR, CHOSEN])
    both = both_run(at_level, earlier, wanted, may_stand_in, (horizon, held_back))
    now, past = _origin(at_level, both.now, horizon), _origin(earlier, both.past, held_back)
    now = replace(now, ceiling=np.where(typed, np.inf, now.ceiling))
    profile = profile_of(history, routing.route, shifts)
    columns = WIDTH - held[:, None] + np.arange(held_back)
    actual = np.take_along_axis(history.values, np.minimum(columns, WIDTH - 1), axis=1)
    sales = np.where(np.nan_to_num(history.values) > 0, history.values, np.inf).min(axis=1)
    return BaselineChunk(
        ids=history.ids,
        until=history.last + history.behind,
        route=routing.route,
        reason=np.char.add(np.where(facts.said != "", facts.said, routing.reason), _shift_said(history, shifts)),
        months=history.months,
        filled=history.filled,
        failed=both.failed,
        variance=_variance(history),
        lot=np.where(np.isfinite(sales), sales, 0.0),
        left=facts.left,
        whole=facts.whole,
        **vars(profile),
        inputs=np.full(len(history), "", dtype=np.str_),
        now=now,
        past=past,
        held=held,
        actual=np.where(columns < WIDTH, actual, np.nan),
    )


def _shift_said(history: History, shifts: LevelShifts) -> TextArray:
    """Return the sentence about each level that broke, "" where none did."""
    when = history.last - shifts.months + 1
    said = [
        f" The level {'rose' if ratio > 1 else 'fell'} by {abs(ratio - 1):.0%} in {first.astype(object):%B %Y}: "
        "what was sold before counts at the new level for the most part."
        if months
        else ""
        for months, ratio, first in zip(shifts.months, shifts.ratio, when, strict=True)
    ]
    return np.array(said, dtype=np.str_)


def held_of(months: IntArray, held_back: int) -> IntArray:
    """Return how many months of each series are held back: as many as asked for, half of its history at most."""
    return np.minimum(held_back, months // 2)


def points_of(origin: Origin, route: TextArray) -> Array:
    """Return the baseline, n x steps: the plain mean of the members, inside the fence.

    Where every member failed, the smoothed level. 0 for routes that forecast nothing.
    """
    steps = origin.naive.shape[1]
    total, count = np.zeros((len(route), steps)), np.zeros((len(route), steps))
    for name in sorted(origin.members):
        points = origin.members[name]
        total += np.where(np.isfinite(points), points, 0.0)
        count += np.isfinite(points)
    mean = np.where(count > 0, total / np.maximum(count, 1), origin.level[:, None])
    forecast = ~np.isin(route, [NONE, ENDED])
    return np.where(forecast[:, None], np.clip(mean, 0, origin.ceiling[:, None]), 0.0)


def chunk_with_member(chunk: BaselineChunk, name: str, now: Array, past: Array) -> BaselineChunk:
    """Return the chunk with one more member, run elsewhere: `now` n x horizon, `past` n x months held back.

    Where that has nothing to say of a series, what the chunk itself found by this name stays.
    """
    joined = []
    for origin, points in ((chunk.now, now), (chunk.past, past)):
        own = origin.members.get(name)
        joined.append({**origin.members, name: points if own is None else filled(points, own)})
    return replace(chunk, now=replace(chunk.now, members=joined[0]), past=replace(chunk.past, members=joined[1]))


def chunk_join(chunks: Sequence[BaselineChunk]) -> BaselineChunk:
    """Return several chunks as one, sorted by series, so that how they were cut cannot be seen.

    A member that only some of them were asked for has said nothing of the others' series.
    """
    order = np.argsort(np.concatenate([chunk.ids for chunk in chunks]), kind="stable")
    parts = [_flat(chunk) for chunk in chunks]
    keys = dict.fromkeys(key for part in parts for key in part)
    return _nested({key: np.concatenate([_array_of(part, key) for part in parts])[order] for key in keys})


def chunk_rows(chunk: BaselineChunk, rows: BoolArray) -> BaselineChunk:
    """Return the chunk of some of its series."""
    return _nested({key: array[rows] for key, array in _flat(chunk).items()})


def chunk_pack(chunk: BaselineChunk) -> bytes:
    """Return the chunk as bytes (about 0.3 KB a series), to be kept until all chunks are there."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **_flat(chunk))
    return buffer.getvalue()


def chunk_unpack(data: bytes) -> BaselineChunk:
    """Return the chunk `chunk_pack` made bytes of."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return _nested({key: arrays[key] for key in arrays.files})


def _origin(history: History, members: dict[str, Array], horizon: int) -> Origin:
    columns = history.behind[:, None] % SEASON + np.arange(horizon)
    naive = same_month_points(history, horizon + SEASON)
    recent = np.where(np.isnan(history.values[:, -SEASON:]), 0.0, history.values[:, -SEASON:])
    return Origin(
        members=members,
        naive=np.maximum(np.take_along_axis(naive, columns, axis=1), 0),
        level=np.nan_to_num(smoothed_level(history.values)),
        scale=_scale(history),
        ceiling=FENCE * np.maximum(recent.max(axis=1), 0),
    )


def _scale(history: History) -> Array:
    """Return the mean absolute error of the seasonal naive, of last month's value where the year is too short.

    Where both are nothing (one month known), the level itself: one month says nothing about the noise.
    """
    seasonal = np.abs(history.values[:, SEASON:] - history.values[:, :-SEASON])
    monthly = np.abs(np.diff(history.values, axis=1))
    use_season = history.months >= SEASONAL_SCALE_FROM
    error = np.where(use_season, _row_mean(seasonal), _row_mean(monthly))
    error = np.where(use_season & ~(error > 0), _row_mean(monthly), error)
    return np.where(history.months == 1, np.abs(history.values[:, -1]), np.nan_to_num(error))


def _row_mean(values: Array) -> Array:
    counted = (~np.isnan(values)).sum(axis=1)
    return np.where(counted > 0, np.nansum(values, axis=1) / np.maximum(counted, 1), np.nan)


def _variance(history: History) -> Array:
    mean = np.nan_to_num(_row_mean(history.values))
    squares: Array = np.nansum((history.values - mean[:, None]) ** 2, axis=1)
    return squares / np.maximum(history.months - 1, 1)


def _flat(chunk: BaselineChunk) -> dict[str, NDArray[np.generic]]:
    """Return all arrays under one level of names."""
    arrays = {field.name: getattr(chunk, field.name) for field in fields(chunk)}
    for moment in ("now", "past"):
        origin = arrays.pop(moment)
        named = {field.name: getattr(origin, field.name) for field in fields(origin) if field.name != "members"}
        named |= {MEMBER_KEY + name: points for name, points in origin.members.items()}
        arrays |= {f"{moment}/{name}": array for name, array in named.items()}
    return arrays


def _array_of(part: dict[str, NDArray[np.generic]], key: str) -> NDArray[np.generic]:
    """Return one array of a chunk, NaN for a member it does not have."""
    if key in part:
        return part[key]
    return np.full_like(part[f"{key.split('/', maxsplit=1)[0]}/naive"], np.nan)


def _nested(arrays: dict[str, NDArray[np.generic]]) -> BaselineChunk:
    moments = {}
    for moment in ("now", "past"):
        own = {key.split("/")[1]: arrays.pop(key) for key in [key for key in arrays if key.startswith(moment + "/")]}
        names = [key for key in own if key.startswith(MEMBER_KEY)]
        members = {name.removeprefix(MEMBER_KEY): own.pop(name) for name in names}
        moments[moment] = Origin(members=members, **own)  # type: ignore[arg-type]
    return BaselineChunk(**arrays, **moments)  # type: ignore[arg-type]
