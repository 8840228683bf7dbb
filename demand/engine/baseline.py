"""The baseline of every series, in three steps that can run on many workers.

1. `baseline_chunk`: some series, any worker, the expensive part. Knows nothing of the other series (but for the family
   seasons, found once by `seasons_find` and handed to every chunk). `chunk_pack` makes bytes of its result.
   `all_series_find`: once, beside the chunks: the one model over all regular series, and what becomes of new ones;
   `chunk_with_all` joins it to each.
2. `baseline_pool` (demand.engine.pool): once, when all chunks are there. What is learnt from all series together: error
   quantiles and rho, and how each is moved so that the sums (family, region, total) say what they foretell themselves.
3. `baseline_finish`: one chunk, or all joined by `chunk_join`, with the pool: ranges, errors, words.

`baseline_make` does all three in one process. The same panel gives the same result to the last bit, however it is cut.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from demand.engine.all_history import Part
from demand.engine.all_series import AllSeries, all_series_of, chunk_with_all
from demand.engine.backtest import errors_of
from demand.engine.baseline_tables import forecast_table, series_table
from demand.engine.chunk import BaselineChunk, Origin, chunk_join, chunk_of
from demand.engine.facts import fact_ids, facts_of
from demand.engine.history import History, history_of
from demand.engine.intermittent import lumpy_quantiles
from demand.engine.pool import BaselinePool, baseline_pool, points_moved
from demand.engine.quantiles import PROBABILITIES, quantiles_apply
from demand.engine.rounding import whole_units
from demand.engine.routes import CHOSEN, ENDED, INTERMITTENT, NONE, routes_find
from demand.engine.short import Donors, donors_of, sibling_seasons, with_siblings
from demand.engine.working_days import in_usual_months, month_shares
from sop.engine.arrays import Array
from sop.engine.panel import check_panel

BLOCK = 1000  # series worked on at a time: keeps the matrices under some 50 MB
NO_WORDS: Mapping[str, str] = {}


@dataclass(frozen=True)
class BaselineOptions:
    """What may be set about a run; the defaults are the measured choice."""

    held_back: int = 12  # months forecast once more as if they had not happened yet
    regular: Sequence[str] = ("theta",)  # members of the regular route, names of demand.engine.members
    working_days: bool = False  # whether months are made alike by their working days
    holidays: str = ""  # calendar of public holidays, which are no working days; sop.engine.public_holidays
    with_all: bool = True  # whether what all series teach is joined: a model over the regular, a factor for the new


@dataclass(frozen=True)
class BaselineResult:
    """The baseline of some or all series."""

    forecast: pd.DataFrame  # unique_id, ds, step, yhat, q0.025 ... q0.975, naive, one column per member
    series: pd.DataFrame  # unique_id, route, reason, months, ..., see `baseline_finish`
    errors: pd.DataFrame  # unique_id, route, step, ds, y, yhat, naive, scale: the months held back
    pool: BaselinePool

    @property
    def rho(self) -> pd.DataFrame:
        """Error of the demand of 1, 2, ... months together, per class: route, months, rho, error, series."""
        return self.pool.rho


DEFAULTS = BaselineOptions()


def baseline_make(
    panel: pd.DataFrame,
    *,
    horizon: int,
    as_of: date | None = None,
    facts: pd.DataFrame | None = None,
    options: BaselineOptions = DEFAULTS,
) -> BaselineResult:
    """Return the baseline of every series for `horizon` months, in one process.

    `panel`: unique_id, ds, y (base units a month). A month without a row is unknown and is filled; a month without
    sales has a row with 0. `as_of`: the last month of history, later rows are not seen; None: each series' own last.
    `facts`: unique_id and any of the columns of demand.engine.facts; a series in facts alone gets the route "none".
    Raises PanelError (a ValueError) with a sentence for a table of the wrong shape.
    """
    if options.working_days:
        panel = in_usual_months(check_panel(panel), options.holidays)
    seasons = seasons_find(panel, facts, as_of=as_of)
    chunk = baseline_chunk(panel, horizon=horizon, as_of=as_of, facts=facts, seasons=seasons, options=options)
    if not options.with_all:
        return baseline_finish(
            chunk, baseline_pool([chunk]), working_days=options.working_days, holidays=options.holidays
        )
    found = all_series_find(panel, horizon=horizon, as_of=as_of, facts=facts, options=options)
    chunk = chunk_with_all(chunk, found)
    return baseline_finish(
        chunk, baseline_pool([chunk], found.sums), working_days=options.working_days, holidays=options.holidays
    )


def seasons_find(panel: pd.DataFrame, facts: pd.DataFrame | None, *, as_of: date | None = None) -> pd.DataFrame:
    """Return each family's season for the chunks to borrow: family, siblings, agreement, agree, m1..m12. Run once."""
    return seasons_over([(panel, facts)], as_of=as_of)


def seasons_over(parts: Iterable[Part], *, as_of: date | None = None) -> pd.DataFrame:
    """Return what `seasons_find` does of the series of all parts; only one part is held at a time."""
    return sibling_seasons(_donors(panel, facts, as_of) for panel, facts in parts)


def baseline_chunk(
    panel: pd.DataFrame,
    *,
    horizon: int,
    as_of: date | None = None,
    facts: pd.DataFrame | None = None,
    seasons: pd.DataFrame | None = None,
    options: BaselineOptions = DEFAULTS,
) -> BaselineChunk:
    """Return forecasts and back-test of the series in `panel` and `facts`; arguments as in `baseline_make`."""
    if horizon < 1:
        raise ValueError(f"The horizon is {horizon} months; it is at least 1.")
    history = history_of(check_panel(panel), as_of=as_of, ids=fact_ids(facts))
    blocks = [slice(start, start + BLOCK) for start in range(0, max(len(history), 1), BLOCK)]
    return chunk_join([_block(history.take(rows), facts, seasons, horizon, options) for rows in blocks])


def all_series_find(
    panel: pd.DataFrame,
    *,
    horizon: int,
    as_of: date | None = None,
    facts: pd.DataFrame | None = None,
    options: BaselineOptions = DEFAULTS,
) -> AllSeries:
    """Return what one look over all series gives the chunks; arguments as in `baseline_make`, `panel` of the whole run.

    Run once, beside the chunks; `chunk_with_all` joins it to each.
    """
    return all_series_over([(panel, facts)], horizon=horizon, as_of=as_of, options=options)


def all_series_over(
    parts: Iterable[Part], *, horizon: int, as_of: date | None = None, options: BaselineOptions = DEFAULTS
) -> AllSeries:
    """Return what `all_series_find` does of the series of all parts; only one part is held in full at a time."""
    return all_series_of(parts, horizon=horizon, held_back=options.held_back, as_of=as_of)


def baseline_finish(
    chunk: BaselineChunk,
    pool: BaselinePool,
    *,
    working_days: bool = False,
    holidays: str = "",
    words: Mapping[str, str] = NO_WORDS,
) -> BaselineResult:
    """Return the finished baseline of a chunk; `working_days`: its panel was brought to usual months before,
    by this calendar of public `holidays`.

    `words`: what people call the members, for `fallback`.

    Columns of `series`: unique_id, route, reason (sentences), months (of history), filled (months), held (months held
    back), members (names), fallback (what failed, why and what stands in, "" = nothing), range_from (class whose errors
    made the range), scale (base units), pattern, xyz, break_months, break_ratio (demand.engine.profile), and mase,
    naive_mase, wape, bias, fva, noise of `accuracy_of`.
    """
    moved = points_moved(chunk, pool.shift)
    cuts = quantiles_apply(moved, chunk.now.scale, chunk.route, pool.quantiles)
    lumpy = chunk.route == INTERMITTENT
    cuts[lumpy] = lumpy_quantiles(moved[lumpy], chunk.variance[lumpy], chunk.lot[lumpy], np.array(PROBABILITIES))
    cuts[(chunk.route == NONE) | ((chunk.route == CHOSEN) & (chunk.now.scale == 0))] = np.nan
    if working_days:
        share = _shares(chunk, moved.shape[1], holidays)
        moved, cuts = moved * share, cuts * share[:, :, None]
        chunk = replace(chunk, now=_in_own_months(chunk.now, share))
    yhat = np.where(chunk.whole[:, None], whole_units(moved, chunk.ids), moved)
    over = (np.arange(yhat.shape[1]) >= chunk.left[:, None]) | (chunk.route == ENDED)[:, None]
    yhat[over], cuts[over] = 0.0, 0.0
    return BaselineResult(forecast_table(chunk, yhat, cuts), series_table(chunk, pool, words), errors_of(chunk), pool)


def _donors(panel: pd.DataFrame, facts: pd.DataFrame | None, as_of: date | None) -> Donors:
    history = history_of(check_panel(panel), as_of=as_of)
    return donors_of(history, facts_of(facts, history).family)


def _block(
    history: History,
    facts: pd.DataFrame | None,
    seasons: pd.DataFrame | None,
    horizon: int,
    options: BaselineOptions,
) -> BaselineChunk:
    known = facts_of(facts, history)
    history = replace(history, profile=known.profile, ramp=known.ramp)
    if seasons is not None:
        history = with_siblings(history, known.family, seasons)
    routing = routes_find(history, known.left <= 0, known.chosen)
    return chunk_of(history, routing, known, horizon=horizon, held_back=options.held_back, regular=options.regular)


def _shares(chunk: BaselineChunk, horizon: int, holidays: str) -> Array:
    """Return how much longer each month ahead is than usual, n x horizon; a year a person typed is meant as typed."""
    share = month_shares(chunk.until[:, None] + np.arange(1, horizon + 1), holidays)
    return np.where(((chunk.route == CHOSEN) & (chunk.held == 0))[:, None], 1.0, share)


def _in_own_months(origin: Origin, share: Array) -> Origin:
    members = {name: points * share for name, points in origin.members.items()}
    return replace(origin, members=members, naive=origin.naive * share)
