"""Flags: what is wrong with the plan, priced, with the month it shows. Flags never change the plan."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from supply.engine.arrays import RESIDUE, Array, BoolArray
from supply.engine.causes import LIMITED, limited_below, short_by_step, shortage_causes, too_late_to_order
from supply.engine.expedite import expedite
from supply.engine.orders import steps_too_late
from supply.engine.plan import SupplyPlan
from supply.engine.projection import Netted, project
from supply.engine.time import DAYS_PER_MONTH, hold_over_steps, roll_up

COLUMNS = [
    *("kind", "row", "item", "family", "month", "bucket", "units", "flow", "money", "margin", "step", "days", "cause"),
]


def flags_find(plan: SupplyPlan) -> pd.DataFrame:
    """Return the flags of a plan, one row per kind, item and month, worst money first.

    Columns: kind; row, item, family of the problem; month (number) and bucket (its first day); units; flow (of the
    units, those that add up over months; the rest stands at the month's end); money at stake [plan currency, never
    negative]; margin lost [plan currency]; step (the first in the month); days; cause.
    Kinds: shortage (units lost or waiting, at price, cause: see `causes`), below_ss (units missing, at cost; cause: a
    supplier's limit or nothing), late_order (units that should have been ordered `days` ago, at price), past_due_po
    (units overdue, `days` the longest, at their cost), no_supply (units short in the whole horizon and nothing can
    come, at price), excess and no_demand (units, at cost; `days` they last, empty if for ever), expedite (units that
    would not be short if orders were hurried to `days`, at the margin they earn after the surcharge).
    """
    makers = (_shortage, _below_safety_stock, _late_order, _past_due, _no_supply, _excess, _expedite)
    found = [table for maker in makers for table in maker(plan)]
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(found, ignore_index=True)
    return table.sort_values(["money", "kind", "row", "month"], ascending=[False, True, True, True], ignore_index=True)


def flags_by_item(flags: pd.DataFrame) -> pd.DataFrame:
    """Return one row per kind and item, worst money first: first and last bucket, units, money, margin, days, cause.

    Flows (lost sales, orders) add up over the months; what stands at a month's end (waiting orders, excess) counts
    with its worst month. The cause is that of the first month.
    """
    rows = flags.sort_values("month", kind="stable")
    share = np.divide(rows["flow"], rows["units"], out=np.zeros(len(rows)), where=rows["units"].to_numpy() > 0)
    rows = rows.assign(standing=rows["units"] - rows["flow"], money_flow=rows["money"] * share)
    rows["money_standing"] = rows["money"] - rows["money_flow"]
    table = rows.groupby(["kind", "row"], sort=False, as_index=False).agg(
        item=("item", "first"),
        family=("family", "first"),
        first_bucket=("bucket", "first"),
        last_bucket=("bucket", "last"),
        flow=("flow", "sum"),
        standing=("standing", "max"),
        money_flow=("money_flow", "sum"),
        money_standing=("money_standing", "max"),
        margin=("margin", "sum"),
        days=("days", "max"),
        cause=("cause", "first"),
    )
    table["units"] = table["flow"] + table["standing"]
    table["money"] = table["money_flow"] + table["money_standing"]
    kept = ["kind", "row", "item", "family", "first_bucket", "last_bucket", "units", "money", "margin", "days", "cause"]
    return table[kept].sort_values(["money", "kind", "row"], ascending=[False, True, True], ignore_index=True)


def flag_rows(plan: SupplyPlan, kind: str, where: BoolArray, **values: Any) -> Iterator[pd.DataFrame]:
    """Yield one row per marked item and month; values: items x months, one per row, or one for all.

    Other modules of flags make theirs with it, too.
    """
    row, month = np.nonzero(where)
    if not len(row):
        return
    problem = plan.problem
    table = {"kind": kind, "row": row, "item": problem.items[row], "family": problem.family[row], "month": month}
    table["bucket"] = problem.buckets.astype("datetime64[ns]")[month]
    usual = {"flow": 0.0, "margin": 0.0, "step": month * problem.steps_per_month, "days": 0.0, "cause": ""}
    for name, value in {**usual, **values}.items():
        table[name] = value[row, month] if np.ndim(value) == 2 else value
    yield pd.DataFrame(table)[COLUMNS]


def _unit_cost(plan: SupplyPlan) -> Array:
    """Return what a unit in stock costs at the end of each month; where there is none, what a new one costs."""
    closing = plan.months.closing
    some = closing > RESIDUE
    return np.where(some, plan.months.value / np.where(some, closing, 1.0), plan.problem.unit_cost)


def _shortage(plan: SupplyPlan) -> Iterator[pd.DataFrame]:
    """Yield units lost in a month or still waiting at its end."""
    months, per_month = plan.months, plan.problem.steps_per_month
    units = months.lost + months.backlog
    where = units > RESIDUE
    row, month = np.nonzero(where)
    in_month = np.stack([short_by_step(plan)[row, month * per_month + step] for step in range(per_month)])
    first = month * per_month + (in_month > RESIDUE).argmax(axis=0)
    money = months.lost_value + months.backlog * plan.problem.price
    values = {"units": units, "flow": months.lost, "money": money, "margin": np.maximum(months.lost_margin, 0.0)}
    yield from flag_rows(plan, "shortage", where, step=first, cause=shortage_causes(plan, row, first), **values)


def _below_safety_stock(plan: SupplyPlan) -> Iterator[pd.DataFrame]:
    """Yield months that close below safety stock without being short."""
    months = plan.months
    missing = np.where(months.lost + months.backlog > RESIDUE, 0.0, months.safety_stock - months.closing)
    money, cause = missing * plan.problem.unit_cost, np.where(limited_below(plan, missing), LIMITED, "")
    yield from flag_rows(plan, "below_ss", missing > RESIDUE, units=missing, money=money, cause=cause)


def _late_order(plan: SupplyPlan) -> Iterator[pd.DataFrame]:
    """Yield what an order before today would have had to bring: what today's orders cannot bring in time."""
    problem, per_month = plan.problem, plan.problem.steps_per_month
    late = too_late_to_order(plan)
    if not late.any():
        return
    fixed = plan.agreed.fixed
    end = -(-int(late.sum(axis=1).max()) // per_month) * per_month
    to_keep = hold_over_steps(plan.safety.quantity[:, : end // per_month], per_month)
    flows = project(
        problem.on_hand,
        problem.backlog,
        plan.demand[:, :end],
        plan.agreed.total[:, :end],
        problem.backorder_share,
        buys=Netted.of(problem, to_keep, (late if fixed is None else late & ~fixed)[:, :end]),
    )
    ordered = flows.ordered + np.where(late, plan.agreed.by_hand, 0.0)[:, :end]
    steps_late = np.where(ordered > RESIDUE, steps_too_late(problem, plan.orders)[:, :end], 0)
    units = roll_up(ordered, per_month, "sum")
    days = np.maximum.reduce([steps_late[:, step::per_month] for step in range(per_month)])
    money = units * problem.price[:, : units.shape[1]]
    values = {"units": units, "flow": units, "money": money, "days": days * DAYS_PER_MONTH / per_month}
    yield from flag_rows(plan, "late_order", units > RESIDUE, **values)


def _past_due(plan: SupplyPlan) -> Iterator[pd.DataFrame]:
    """Yield open order lines whose promised day lies before the plan, summed by item, in the first month."""
    problem, firm = plan.problem, plan.problem.firm
    overdue = (problem.first_month.astype("datetime64[D]") - firm.promised).astype(np.int64)
    lines = (overdue > 0) & (firm.quantity > RESIDUE)
    units, money, days = (np.zeros((len(problem.items), 1)) for _ in range(3))
    np.add.at(units[:, 0], firm.item[lines], firm.quantity[lines])
    np.add.at(money[:, 0], firm.item[lines], (firm.quantity * firm.unit_cost)[lines])
    np.maximum.at(days[:, 0], firm.item[lines], overdue[lines].astype(np.float64))
    yield from flag_rows(plan, "past_due_po", units > 0, units=units, money=money, days=days)


def _no_supply(plan: SupplyPlan) -> Iterator[pd.DataFrame]:
    """Yield items that run short in a horizon in which nothing is on order and nothing ordered now can arrive."""
    months = plan.months
    cannot = too_late_to_order(plan).all(axis=1) & ~(plan.agreed.total > 0).any(axis=1)
    short = months.lost.sum(axis=1) + months.backlog[:, -1]
    first = ((months.lost + months.backlog) > RESIDUE).argmax(axis=1)
    where = np.zeros(months.lost.shape, dtype=bool)
    hit = np.flatnonzero(cannot & (short > RESIDUE))
    where[hit, first[hit]] = True
    money = short[hit] * plan.problem.price[hit, first[hit]]
    yield from flag_rows(plan, "no_supply", where, units=short[hit], money=money)


def _excess(plan: SupplyPlan) -> Iterator[pd.DataFrame]:
    """Yield stock nothing justifies: excess where there is demand, no_demand where there is none in the horizon."""
    excess, cost = plan.excess, _unit_cost(plan)
    wanted = (plan.problem.demand > 0).any(axis=1, keepdims=True)
    values = {"units": excess, "money": excess * cost, "days": plan.cover * DAYS_PER_MONTH}
    yield from flag_rows(plan, "excess", (excess > 0) & wanted, **values)
    yield from flag_rows(plan, "no_demand", (excess > 0) & ~wanted, **values)


def _expedite(plan: SupplyPlan) -> Iterator[pd.DataFrame]:
    """Yield shortages that hurried orders would serve, where that earns more than it costs."""
    found = expedite(plan)
    days = np.broadcast_to(plan.problem.expedite_days[:, None], found.units.shape)
    values = {"units": found.units, "flow": found.flow, "money": found.margin, "margin": found.margin, "days": days}
    yield from flag_rows(plan, "expedite", found.units > 0, **values)
