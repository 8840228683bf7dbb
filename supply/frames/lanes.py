"""Further lanes of stock items: rows to arrays, and what their tables left out in words."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from supply.constants import DEFAULT_LEAD_TIME_DAYS
from supply.engine.lanes import Lanes
from supply.frames.limits import MEASURES
from supply.frames.queries import LANE_COST_SQL, LANE_LEAD_SQL, LANES_SQL, ORDERED_SQL
from supply.frames.reading import Matrix, Params, Reader, filled, first_known, floats, rows_of, table_of, unknown

TERMS = ("share", "moq", "multiple", "review_days", "frozen_days", "yield_mean", "yield_sd", "payment_days")


class FurtherLanes(NamedTuple):
    """Lanes beside the main ones, what was ordered from main lanes before (n) [units], and notes per stock item."""

    lanes: Lanes
    ordered_before: Matrix
    notes: dict[int, list[str]]


def lanes_of(
    ids: Sequence[int], months: Sequence[date], params: Params, items: pd.DataFrame, main_cost: Matrix
) -> FurtherLanes:
    """Return the lanes beside the main ones that have a share, and what was missing, in words per stock item.

    items: the stock items' own rows, in the order of `ids`. A lane without a cost is taken to cost what the main does.
    """
    rows = table_of(LANES_SQL, params)
    if rows.empty:
        return FurtherLanes(Lanes.build(), np.zeros(len(ids)), {})
    lanes = [int(lane) for lane in rows["id"]]
    read = Reader(lanes, list(months), params | {"lanes": lanes})
    at = pd.Index(ids).get_indexer(pd.Index(rows["item_id"]))
    cost = read.matrix(LANE_COST_SQL)
    lead, lead_sd = read.matrices(LANE_LEAD_SQL, 2)
    unit_cost = np.nan_to_num(first_known(filled(cost), main_cost[at]))
    per_unit = np.ones((len(MEASURES), *unit_cost.shape))
    per_unit[MEASURES.index("m3")] = np.nan_to_num(floats(items["volume_m3"]))[at, None]
    per_unit[MEASURES.index("money")] = unit_cost
    before = _ordered_before(params | {"several": rows["item_id"].unique().tolist()})
    built = Lanes.build(
        ids,
        len(months),
        item=at,
        supplier=rows["supplier_id"].to_numpy(dtype=np.int64),
        per_unit=per_unit,
        lead_days=np.nan_to_num(filled(lead), nan=DEFAULT_LEAD_TIME_DAYS),
        lead_days_sd=np.nan_to_num(filled(lead_sd)),
        unit_cost=unit_cost,
        ordered_before=[before.get(lane, 0.0) for lane in zip(rows["item_id"], rows["supplier_id"], strict=True)],
        max_order=np.nan_to_num(floats(rows["max_order"]), nan=np.inf),
        **{name: floats(rows[name]) for name in TERMS},
    )
    main = np.array([before.get(lane, 0.0) for lane in zip(ids, items["supplier_id"], strict=True)])
    return FurtherLanes(built, main, _notes(rows, lead, cost))


def _ordered_before(params: Params) -> dict[tuple[int, int], float]:
    """Return what was ordered before the plan begins by stock item and supplier, of items with several lanes."""
    return {(item, supplier): units for item, supplier, units in rows_of(ORDERED_SQL, params)}


def _notes(rows: pd.DataFrame, lead: Matrix, cost: Matrix) -> dict[int, list[str]]:
    """Return what was taken where a lane's tables leave something out."""
    notes: dict[int, list[str]] = {}
    facts: Any = zip(rows["item_id"], rows["supplier"], rows["unrated"], unknown(lead), unknown(cost), strict=True)
    for item, supplier, unrated, no_lead, no_cost in facts:
        sentences = {
            f"No lead time of {supplier} is known; {DEFAULT_LEAD_TIME_DAYS} days are assumed.": no_lead,
            f"No cost of {supplier} is known; the main supplier's is used.": no_cost,
            f"No rate of {unrated} is known when the plan begins; 1 is taken.": bool(unrated),
        }
        notes.setdefault(int(item), []).extend(sentence for sentence, holds in sentences.items() if holds)
    return {item: said for item, said in notes.items() if said}
