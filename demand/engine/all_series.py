"""What one look over all series gives every part of a run: the model over all, and what becomes of new series."""

import io
from dataclasses import dataclass, fields, replace

import numpy as np

from demand.engine.chunk import BaselineChunk, Origin, chunk_with_member, held_of
from demand.engine.first_months import YOUNG, after_first_months
from demand.engine.global_model import GLOBAL, SERIES_FROM, global_points
from demand.engine.history import History
from demand.engine.routes import REGULAR, SHORT
from sop.engine.arrays import Array, IntArray, TextArray

LEVELS = ("ses", "sibling_ses")  # the members that carry a new series' level on


@dataclass(frozen=True)
class AllSeries:
    """Learnt once a run. Row i of `now` and `past` belongs to `ids[i]`, in base units a month."""

    ids: TextArray  # of the regular series, sorted; none where they are too few for a model
    now: Array  # n x horizon
    past: Array  # n x months held back, from as many months before the end
    after: Array  # 11 factors, see `after_first_months`


def all_series_of(history: History, route: TextArray, *, horizon: int, held_back: int) -> AllSeries:
    """Return what all series together teach; `history` and `route` row by row."""
    regular = route == REGULAR
    chosen = history.take(regular if regular.sum() >= SERIES_FROM else slice(0))
    past = chosen.without_last(held_of(chosen.months, held_back))
    return AllSeries(
        chosen.ids, global_points(chosen, horizon), global_points(past, held_back), after_first_months(history)
    )


def chunk_with_all(chunk: BaselineChunk, found: AllSeries) -> BaselineChunk:
    """Return the chunk with the model as a member of its regular series and its new series' levels corrected."""
    if len(found.ids):
        chunk = chunk_with_member(
            chunk, GLOBAL, _rows(found, chunk.ids, found.now), _rows(found, chunk.ids, found.past)
        )
    short = chunk.route == SHORT
    factor, tested = (
        np.where(short, found.after[np.clip(months, 1, YOUNG) - 1], 1.0)
        for months in (chunk.months, chunk.months - chunk.held)
    )
    reason = np.where(factor == 1, chunk.reason, np.char.add(chunk.reason, _said(factor)))
    return replace(chunk, now=_scaled(chunk.now, factor), past=_scaled(chunk.past, tested), reason=reason)


def all_series_pack(found: AllSeries) -> bytes:
    """Return it as bytes, to be kept until all chunks are there."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **{each.name: getattr(found, each.name) for each in fields(found)})
    return buffer.getvalue()


def all_series_unpack(data: bytes) -> AllSeries:
    """Return what `all_series_pack` made bytes of."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return AllSeries(**{name: arrays[name] for name in arrays.files})


def _rows(found: AllSeries, ids: TextArray, points: Array) -> Array:
    """Return the forecasts of these series in their order, NaN where the model says nothing of one."""
    at: IntArray = np.minimum(np.searchsorted(found.ids, ids), len(found.ids) - 1)
    return np.where((found.ids[at] == ids)[:, None], points[at], np.nan)


def _scaled(origin: Origin, factor: Array) -> Origin:
    """Return the forecasts with the levels of new series times their factor; the fallback is such a level, too."""
    members = {name: at * factor[:, None] if name in LEVELS else at for name, at in origin.members.items()}
    return replace(origin, members=members, level=origin.level * factor)


def _said(factor: Array) -> TextArray:
    """Return the sentence about each factor."""
    return np.array([f" New series here went on at {share:.0%} of such a level." for share in factor], dtype=np.str_)
