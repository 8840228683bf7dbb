"""History and facts of every series of a run, as narrow as they are long: what the look over all of them begins with.

Gathered part by part, so that no more than one part of the tables is held in full.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from demand.engine.facts import facts_of
from demand.engine.history import History, history_join, history_of
from demand.engine.routes import routes_find
from sop.engine.arrays import TextArray
from sop.engine.panel import check_panel

Part = tuple[pd.DataFrame, pd.DataFrame | None]  # panel and facts of some series, as `baseline_chunk` takes them


@dataclass(frozen=True)
class AllHistory:
    """What is known of n series, row by row, sorted by series."""

    history: History  # narrowed
    route: TextArray
    keys: Mapping[str, TextArray]  # family, region, ...: those that are known


def all_history_of(parts: Iterable[Part], *, as_of: date | None = None) -> AllHistory:
    """Return what is known of the series of all parts; how they were cut cannot be seen. A part is let go when read."""
    found = [_part(panel, facts, as_of) for panel, facts in parts] or [_part(*_NOTHING, as_of)]
    history = history_join([part.history for part in found])
    order = np.argsort(history.ids, kind="stable")
    known = [name for name in found[0].keys if all(name in part.keys for part in found)]
    return AllHistory(
        history.take(order),
        np.concatenate([part.route for part in found])[order],
        {name: np.concatenate([part.keys[name] for part in found])[order] for name in known},
    )


def _part(panel: pd.DataFrame, facts: pd.DataFrame | None, as_of: date | None) -> AllHistory:
    history = history_of(check_panel(panel), as_of=as_of)
    known = facts_of(facts, history)
    return AllHistory(history.narrowed(), routes_find(history, known.left <= 0, known.chosen).route, known.keys)


_NOTHING: Part = (pd.DataFrame({"unique_id": [], "ds": [], "y": []}), None)
