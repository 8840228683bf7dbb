"""Flags of hoarding: more held or ordered than is explained, forecasts above sales, orders that swing, stock too old.

They say what is there and never who wants what; like all flags they change no plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from supply.engine.arrays import RESIDUE, Array, BoolArray
from supply.engine.flags import COLUMNS, flag_rows
from supply.engine.hoarding import CLASSES, Explained, smallest_order
from supply.engine.lots import LotRule
from supply.engine.plan import SupplyPlan
from supply.engine.problem import SupplyProblem
from supply.engine.time import DAYS_PER_MONTH

YEAR = 12  # months; whole years leave the season out of a comparison
PADDED = 1.25  # forecast over sales from which a forecast is above what sells
LENGTHENED = 1.2  # measured lead time over that of a year ago
BIASED_MONTHS = 3
BULLWHIP = 1.5  # variance of orders over that of shipments
LOT_PARTS = (0.0, 0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class History:
    """What happened to each item, oldest month first; NaN = not known.

    shipped, came, ordered: n x 12, units shipped to customers, asked for by them and not cancelled, and ordered from
    suppliers in the last twelve months over. forecast: n x 3, consensus of the last three of them.
    lengthened (n): measured lead time over that of a year ago.
    """

    shipped: Array
    came: Array
    ordered: Array
    forecast: Array
    lengthened: Array


def flags_hoarding_find(plan: SupplyPlan, explained: Explained, history: History) -> pd.DataFrame:
    """Return the flags in the columns of `flags_find`, all but shelf_life in the first month.

    hoard_stock: early orders and the rest of `explained`: on hand and on order above order-up-to level, one lot and
    what was agreed (units and their value). hoard_orders: open orders due within lead time + review above what stock
    lacks of that level, in lots (at their cost). padded: the next 12 months' forecast is more than 1.25 times what
    the last 12 sold (shipped, or asked for and kept where that is more) while the lead time grew by a fifth, or
    demand came in more than a quarter below forecast three months running (units it asks for over lead time +
    review, at cost). bullwhip: the variance of a year's monthly orders is more than 1.5 times that of shipments and
    of what the item's own lots and review make of them (units: how much further a month's orders stray; at cost).
    shelf_life: closing stock that the following shelf life does not use (units, cost).
    """
    found = [
        *_hoard_stock(plan, explained),
        *_hoard_orders(plan, explained),
        *_padded(plan, history),
        *_bullwhip(plan, history),
        *_shelf_life(plan),
    ]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def variance_of_rule(shipped: Array, problem: SupplyProblem) -> Array:
    """Return the variance of monthly orders that only replace what was shipped, by each item's own lots and review.

    shipped: n x months [units]; n [units^2]. Orders wait for a whole lot: how much of one was in stock when the first
    month began is not known, so none, a quarter, half and three quarters are tried, and their mean is taken.
    """
    rule = LotRule(problem.moq, problem.multiple, problem.max_order)
    lot, every = smallest_order(problem), np.maximum(np.ceil(problem.review_days / DAYS_PER_MONTH), 1).astype(np.int64)
    found = []
    for part in LOT_PARTS:
        lacking, orders = -part * lot, np.zeros(shipped.shape)
        for month in range(shipped.shape[1]):
            lacking = lacking + shipped[:, month]
            orders[:, month] = np.where((month + 1) % every == 0, rule.total(np.maximum(lacking, 0.0)), 0.0)
            lacking = lacking - orders[:, month]
        found.append(orders.var(axis=1))
    return np.asarray(np.mean(found, axis=0))


def _hoard_stock(plan: SupplyPlan, explained: Explained) -> Iterator[pd.DataFrame]:
    left = [CLASSES.index(name) for name in ("early", "rest")]
    units, money = explained.units[:, left].sum(axis=1), explained.money[:, left].sum(axis=1)
    wanted = (plan.problem.demand > 0).any(axis=1)  # stock without any demand has a flag of its own
    yield from _first_month(plan, "hoard_stock", (units > RESIDUE) & wanted, units, money)


def _hoard_orders(plan: SupplyPlan, explained: Explained) -> Iterator[pd.DataFrame]:
    problem, firm = plan.problem, plan.problem.firm
    ahead = np.round(explained.months * DAYS_PER_MONTH).astype("timedelta64[D]")
    due = firm.promised <= problem.first_month.astype("datetime64[D]") + ahead[firm.item]
    units, value = np.zeros(len(problem.items)), np.zeros(len(problem.items))
    np.add.at(units, firm.item[due], firm.quantity[due])
    np.add.at(value, firm.item[due], (firm.quantity * firm.unit_cost)[due])
    level = explained.asked.sum(axis=1) - explained.asked[:, CLASSES.index("lots")]
    lacking = LotRule(problem.moq, problem.multiple, problem.max_order).total(level - explained.on_hand)
    over = np.maximum(units - lacking, 0.0)
    cost = np.where(units > 0, value / np.where(units > 0, units, 1.0), 0.0)
    yield from _first_month(plan, "hoard_orders", over > RESIDUE, over, over * cost)


def _padded(plan: SupplyPlan, history: History) -> Iterator[pd.DataFrame]:
    problem = plan.problem
    ahead = problem.demand[:, :YEAR].sum(axis=1)
    # Where goods were missing, shipments alone would accuse who asks for what is needed.
    sold = np.maximum(history.shipped.sum(axis=1), history.came.sum(axis=1))
    some = (sold > 0) & (problem.months >= YEAR)
    over_sales = np.where(some, ahead / np.where(some, sold, 1.0), 0.0)
    grown = history.lengthened > LENGTHENED
    by_lead = (over_sales > PADDED) & grown
    late = history.came[:, -BIASED_MONTHS:]
    missed, came = np.asarray(history.forecast - late), late.sum(axis=1)
    known = came > 0
    over_demand = np.where(known, history.forecast.sum(axis=1) / np.where(known, came, 1.0), 0.0)
    by_bias = (missed.min(axis=1) > 0) & (over_demand > PADDED)
    ratio = np.where(by_lead, over_sales, np.where(by_bias, over_demand, 1.0))
    units = plan.safety.cover.mean[:, 0] * (1.0 - 1.0 / ratio)
    cause = np.where(
        by_lead,
        [f"{each:.1f} times what the last 12 months sold, while the lead time grew" for each in ratio],
        [f"{each:.1f} times what was asked for, three months running" for each in ratio],
    )
    yield from _first_month(plan, "padded", (by_lead | by_bias) & (units > RESIDUE), units, cause=cause)


def _bullwhip(plan: SupplyPlan, history: History) -> Iterator[pd.DataFrame]:
    ordered, shipped = history.ordered.var(axis=1), history.shipped.var(axis=1)
    allowed = np.maximum(shipped, variance_of_rule(history.shipped, plan.problem))
    whip = (ordered > BULLWHIP * allowed) & (history.shipped.sum(axis=1) > 0) & (ordered > RESIDUE)
    further = np.sqrt(ordered) - np.sqrt(allowed)
    times = np.sqrt(ordered / np.where(allowed > 0, allowed, 1.0))
    said = [f"{each:.1f} times as far as what customers took and lots explain" for each in times]
    cause = np.where(allowed > 0, said, "though customers took the same every month")
    yield from _first_month(plan, "bullwhip", whip, further, cause=cause)


def _shelf_life(plan: SupplyPlan) -> Iterator[pd.DataFrame]:
    """Yield closing stock that will not be used within the shelf life; only where something is ever wanted."""
    problem, closing = plan.problem, plan.months.closing
    wanted = (problem.demand > 0).any(axis=1, keepdims=True)
    short_lived = np.isfinite(problem.shelf_life_months)[:, None] & wanted
    if not short_lived.any():
        return
    units = np.maximum(closing - _used_within(plan, problem.shelf_life_months), 0.0)
    where = short_lived & (units > RESIDUE)
    days = plan.cover * DAYS_PER_MONTH
    yield from flag_rows(plan, "shelf_life", where, units=units, money=units * problem.unit_cost, days=days)


def _used_within(plan: SupplyPlan, months: Array) -> Array:
    """Return the demand of so many months (one number an item) after each month's end, items x months [units]."""
    problem = plan.problem
    tail = problem.demand[:, -YEAR:].mean(axis=1)
    reach = int(np.ceil(months[np.isfinite(months)].max(initial=0.0)))
    demand = np.concatenate([problem.demand, np.repeat(tail[:, None], reach + 1, axis=1)], axis=1)
    total = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(demand, axis=1)], axis=1)
    start = np.arange(1, problem.months + 1)
    end = start[None, :] + np.where(np.isfinite(months), months, 0.0)[:, None]
    whole = end.astype(np.int64)
    part = np.take_along_axis(demand, np.minimum(whole, demand.shape[1] - 1), axis=1) * (end - whole)
    used: Array = np.take_along_axis(total, whole, axis=1) + part - total[:, start]
    return used


def _first_month(
    plan: SupplyPlan, kind: str, items: BoolArray, units: Array, money: Array | None = None, *, cause: ArrayLike = ""
) -> Iterator[pd.DataFrame]:
    """Yield one row per marked item in the first month; money at today's cost unless given."""
    where = np.zeros(plan.problem.demand.shape, dtype=bool)
    where[:, 0] = items
    worth = units * plan.problem.unit_cost[:, 0] if money is None else money
    said = np.asarray(cause)[items] if np.ndim(cause) else cause
    yield from flag_rows(plan, kind, where, units=units[items], money=worth[items], cause=said)
