"""Conflicts: where demand, supply and money contradict each other, priced, with the month it bites."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from supply.engine.arrays import RESIDUE, Array, BoolArray, IntArray, Labels
from supply.engine.kpi import excess_value, ratio
from supply.engine.plan import SupplyPlan

MARGIN_SLACK = 0.001  # a tenth of a point of margin is noise
COLUMNS = [
    *("kind", "level", "label", "first_bucket", "last_bucket", "month", "units", "money", "worst_row"),
    *("lost_margin", "lowest_margin_rate"),
]


@dataclass(frozen=True, eq=False)
class Stake:
    """What is at stake, items x months: flows add up over months, what stands counts with its worst month."""

    flow_units: Array
    standing_units: Array
    flow_money: Array
    standing_money: Array


def conflicts_find(
    plan: SupplyPlan, *, by: Literal["family", "item"] = "family", value_ceiling: ArrayLike | None = None
) -> pd.DataFrame:
    """Return the conflicts of a plan, one row per kind and family (or item), most money first.

    Columns: kind; level ("family", "item" or "total"); label; first_bucket (when it bites), last_bucket; month
    (number of the first); units; money at stake [plan currency]; worst_row (row of the item with most of it);
    lost_margin (shortage); lowest_margin_rate of the months concerned (margin).
    shortage: units lost, and those waiting at the worst month end, at price. cash: stock above what safety stock,
    lead time and lots justify, at cost, at the worst month end; with `value_ceiling` (money, a number or one per
    month) one more row "total": the largest overshoot of all stock. margin: gross margin missing against the month
    before an item's first cost rise in the horizon, while the price has not followed.
    """
    labels = plan.problem.family if by == "family" else plan.problem.items
    names, group = np.unique(labels, return_inverse=True)
    missing = margin_missing(plan)
    lost_margin = _by_group(plan.months.lost_margin, group, len(names)).sum(axis=1)
    lowest = _lowest_margin_rate(plan, missing > 0, group, len(names))
    tables = [
        _rows(plan, "shortage", _shortage(plan), names, group).assign(lost_margin=lambda t: lost_margin[t["place"]]),
        _rows(plan, "cash", _excess(plan), names, group),
        _rows(plan, "margin", _flow(missing), names, group).assign(lowest_margin_rate=lambda t: lowest[t["place"]]),
    ]
    if value_ceiling is not None:
        tables.append(_over_ceiling(plan, value_ceiling))
    found = [table for table in tables if len(table)]
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(found, ignore_index=True)
    table["level"] = table["level"].fillna(by) if "level" in table else by
    table["lost_margin"] = table["lost_margin"].fillna(0.0) if "lost_margin" in table else 0.0
    table = table.reindex(columns=COLUMNS)
    return table.sort_values(["money", "kind", "label"], ascending=[False, True, True], ignore_index=True)


def margin_missing(plan: SupplyPlan) -> Array:
    """Return gross margin missing against the margin rate before the first cost rise, items x months [money].

    The rate before it is that of the month before the rise; moving-average cost delays the bite while old stock sells.
    """
    months, cost = plan.months, plan.problem.unit_cost
    rises = np.zeros(cost.shape, dtype=bool)
    rises[:, 1:] = cost[:, 1:] > cost[:, :-1]
    first = rises.argmax(axis=1)
    since = rises.any(axis=1, keepdims=True) & (np.arange(cost.shape[1]) >= first[:, None])
    before = np.take_along_axis(ratio(months.gross_margin, months.revenue), np.maximum(first - 1, 0)[:, None], axis=1)
    missing = np.nan_to_num(before) * months.revenue - months.gross_margin
    return np.where(
        since & ~np.isnan(before) & (missing > MARGIN_SLACK * months.revenue), np.maximum(missing, 0.0), 0.0
    )


def _flow(money: Array) -> Stake:
    """Return a stake of money that adds up over months."""
    nothing = np.zeros(money.shape)
    return Stake(nothing, nothing, money, nothing)


def _shortage(plan: SupplyPlan) -> Stake:
    """Return units lost and waiting, at price."""
    months = plan.months
    return Stake(months.lost, months.backlog, months.lost_value, months.backlog * plan.problem.price)


def _excess(plan: SupplyPlan) -> Stake:
    """Return stock nothing justifies, at cost."""
    nothing = np.zeros(plan.excess.shape)
    return Stake(nothing, plan.excess, nothing, excess_value(plan))


def _rows(plan: SupplyPlan, kind: str, stake: Stake, names: Labels, group: IntArray) -> pd.DataFrame:
    """Return one row per group with money at stake; `place` is the group's number."""
    flow, standing = (_by_group(part, group, len(names)) for part in (stake.flow_money, stake.standing_money))
    money = flow.sum(axis=1) + standing.max(axis=1)
    bites = flow + standing > RESIDUE
    place = np.flatnonzero(money > RESIDUE)
    first = bites.argmax(axis=1)[place]
    last = bites.shape[1] - 1 - bites[:, ::-1].argmax(axis=1)[place]
    flow_units, standing_units = (
        _by_group(part, group, len(names)) for part in (stake.flow_units, stake.standing_units)
    )
    of_item = stake.flow_money.sum(axis=1) + stake.standing_money.max(axis=1)
    worst = np.zeros(len(names), dtype=np.int64)
    worst_first = np.argsort(of_item, kind="stable")
    worst[group[worst_first]] = worst_first
    buckets = plan.problem.buckets.astype("datetime64[ns]")
    return pd.DataFrame(
        {
            "kind": kind,
            "place": place,
            "label": names[place],
            "first_bucket": buckets[first],
            "last_bucket": buckets[last],
            "month": first,
            "units": (flow_units.sum(axis=1) + standing_units.max(axis=1))[place],
            "money": money[place],
            "worst_row": worst[place],
        }
    )


def _over_ceiling(plan: SupplyPlan, value_ceiling: ArrayLike) -> pd.DataFrame:
    """Return the row "total" when the value of all stock rises above its ceiling."""
    value = plan.months.value
    nothing = np.zeros((1, value.shape[1]))
    over = np.maximum(value.sum(axis=0) - np.asarray(value_ceiling, dtype=np.float64), 0.0)[None, :]
    one = np.zeros(1, dtype=np.int64)
    row = _rows(plan, "cash", Stake(nothing, nothing, nothing, over), np.array(["all stock"], dtype=object), one)
    worst = int(value[:, over[0].argmax()].argmax()) if len(value) else 0
    return row.assign(level="total", worst_row=worst)


def _lowest_margin_rate(plan: SupplyPlan, here: BoolArray, group: IntArray, groups: int) -> Array:
    """Return the lowest monthly margin rate of each group's items and months concerned; NaN where none is."""
    margin = _by_group(np.where(here, plan.months.gross_margin, 0.0), group, groups)
    revenue = _by_group(np.where(here, plan.months.revenue, 0.0), group, groups)
    rate = ratio(margin, revenue)
    lowest: Array = np.where(np.isnan(rate), np.inf, rate).min(axis=1)
    return np.where(np.isinf(lowest), np.nan, lowest)


def _by_group(values: Array, group: IntArray, groups: int) -> Array:
    """Return values summed over the items of each group, groups x months."""
    total = np.zeros((groups, values.shape[1]))
    np.add.at(total, group, values)
    return total
