"""What is known of each series beside its history: what it belongs to, when it ends, what a person chose for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from demand.engine.history import SEASON, History
from sop.engine.arrays import Array, BoolArray, IntArray, TextArray
from sop.engine.months import month_numbers, to_months
from sop.engine.panel import SERIES

FAMILY = "family"
GROUPS = (FAMILY, "region", "customer", "product")  # columns whose sums the series agree with
ENDS = "ends"  # last month of sale
WHOLE = "whole"  # True: counted in whole units
CHOSEN = "chosen"  # a person's choice: the name of a member; "" = the route decides
ALSO = "also"  # a member beside those every regular series has; "" = none
SAID = "said"  # who chose it and why, in a sentence
RAMP = "ramp"  # months until a profile is reached in full
PROFILE = tuple(f"p{month}" for month in range(1, SEASON + 1))  # January to December of the member "profile", units
NEVER = 10**6  # months: ends after every horizon


@dataclass(frozen=True)
class Facts:
    """Facts of n series, row by row as their history."""

    family: TextArray
    keys: Mapping[str, TextArray]  # of GROUPS, those that are known
    left: IntArray  # months of sale left after the last month of history; at most 0: ended
    whole: BoolArray
    chosen: TextArray
    also: TextArray
    profile: Array  # n x 12, January to December; NaN where there is none
    ramp: IntArray
    said: TextArray


def facts_of(table: pd.DataFrame | None, history: History) -> Facts:
    """Return the facts in a table of unique_id and any of the columns above, for the series of `history`."""
    ids = history.ids
    known = pd.DataFrame(index=pd.Index(ids)) if table is None else table.drop(columns=SERIES).set_axis(fact_ids(table))
    known = known[~known.index.duplicated()].reindex(ids)
    ends = pd.to_datetime(known[ENDS], errors="coerce") if ENDS in known else pd.Series(pd.NaT, index=ids)
    last = month_numbers(history.last + history.behind)
    left = np.where(ends.isna(), NEVER, month_numbers(to_months(ends.fillna(pd.Timestamp(0)))) - last)
    return Facts(
        family=_texts(known, FAMILY),
        keys={name: _texts(known, name) for name in GROUPS if name in known},
        left=left.astype(np.int64),
        whole=np.equal(known[WHOLE].to_numpy(dtype=object), True) if WHOLE in known else np.zeros(len(ids), np.bool_),
        chosen=_texts(known, CHOSEN),
        also=_texts(known, ALSO),
        profile=np.column_stack([_numbers(known, name) for name in PROFILE]),
        ramp=np.nan_to_num(_numbers(known, RAMP)).astype(np.int64),
        said=_texts(known, SAID),
    )


def fact_ids(table: pd.DataFrame | None) -> TextArray:
    """Return the series named in the table, as text."""
    return np.array([], dtype=np.str_) if table is None else table[SERIES].to_numpy().astype(np.str_)


def _texts(known: pd.DataFrame, column: str) -> TextArray:
    """Return one text per series, "" where there is none."""
    if column not in known:
        return np.full(len(known), "", dtype=np.str_)
    return known[column].astype(object).where(known[column].notna(), "").to_numpy(dtype=object).astype(np.str_)


def _numbers(known: pd.DataFrame, column: str) -> Array:
    if column not in known:
        return np.full(len(known), np.nan)
    return pd.to_numeric(known[column], errors="coerce").to_numpy(dtype=np.float64)
