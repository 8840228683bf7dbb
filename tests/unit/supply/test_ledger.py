"""The plan's money against plain loops, order by order: lanes, limits, set by hand, pre-bought, steps of any length."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from supply.engine.plan import plan_supply
from supply.engine.receipts import PreBuys, expected_steps
from supply.engine.time import steps_of_days
from tests.unit.supply.problems import limited_problem, random_problem, with_lanes


def by_hand(seed, items=6, **changed):
    """Return what a planner set by hand and what else such a problem asks."""
    r = np.random.default_rng(seed)
    own = np.where(r.random((items, 8)) < 0.15, np.round(r.uniform(0, 200, (items, 8))), np.nan)
    terms = {"cost_at_order": r.integers(0, 2, items), "yield_mean": r.choice([1, 0.9], items), "goodwill": 1.5}
    return {"receipt_override": own, "avg_cost": r.choice([0, 5], items), **terms, **changed}


def pre_bought(one):
    """Return a problem with three pre-buys, one of them beyond the plan."""
    return replace(one, pre_buys=PreBuys.build([0, 1, 1], [0, 1, 2], [3, 5, 99], [50, 20, 10], [3, 4, 5]))


def problems():
    """Yield problems of every kind with a name."""
    for seed in range(3):
        for per_month in (1, 2, 4, 5):
            yield f"{per_month} a month-{seed}", random_problem(seed, **by_hand(seed, steps_per_month=per_month))
        yield f"pre-bought-{seed}", pre_bought(random_problem(seed, **by_hand(seed)))
        yield f"lanes-{seed}", with_lanes(pre_bought(random_problem(seed, **by_hand(seed))), seed)
        yield f"limits-{seed}", limited_problem(seed, **by_hand(seed, items=8))
        yield f"limits and lanes-{seed}", limited_problem(seed, lanes=True, **by_hand(seed, items=8))


def term(one, name, row, rank):
    """Return a term of a lane of an item."""
    if rank == 0:
        return getattr(one, name)[row]
    lane = np.flatnonzero((one.lanes.item == row) & (one.lanes.rank == rank))[0]
    return getattr(one.lanes, name)[lane]


def arrivals(plan):
    """Return every receipt of each item as (step, units, money, steps until it is paid)."""
    one, found = plan.problem, defaultdict(list)

    def enter(row, step, units, each, rank=0):
        if 0 <= step < one.steps and units:
            wait = int(steps_of_days(term(one, "payment_days", row, rank), one.steps_per_month))
            found[row].append((step, units, units * each, wait))

    def cost(row, release, step, rank):
        month = (max(release, 0) if one.cost_at_order[row] else min(step, one.steps - 1)) // one.steps_per_month
        return term(one, "unit_cost", row, rank)[month]

    rule = one.policy.past_due_rule
    due = expected_steps(one.firm, one.late_days, one.first_month, one.steps_per_month, rule)
    for row, step, units, each in zip(one.firm.item, due, one.firm.quantity, one.firm.unit_cost, strict=True):
        enter(row, step, units * one.yield_mean[row], each)
    bought = one.pre_buys
    for row, step, units, each in zip(bought.item, bought.arrival, bought.quantity, bought.unit_cost, strict=True):
        enter(row, step, units * one.yield_mean[row], each)
    release, lane = plan.orders.chances.release, plan.orders.lane
    for row in range(len(one.items)):
        for step in range(one.steps):
            rank = 0 if lane is None else lane[row, step]
            each = cost(row, release[row, step], step, rank)
            enter(row, step, plan.orders.flows.receipts[row, step], each, rank)
            own = one.receipt_override[row, step // one.steps_per_month]
            if step % one.steps_per_month == 0 and own > 0:
                enter(row, step, own, cost(row, release[row, step], step, 0))
    if plan.orders.extra is not None:
        extra, ranks = plan.orders.extra.orders, plan.orders.extra.ranks
        for row, placed, step, units, rank in zip(
            extra.item, extra.release, extra.arrival, extra.quantity, ranks, strict=True
        ):
            enter(row, step, units * term(one, "yield_mean", row, rank), cost(row, placed, step, rank), rank)
    return found


def walked(plan, row, came):
    """Return an item's rows by month, in plain numbers."""
    one, flows, per_month = plan.problem, plan.orders.flows, plan.problem.steps_per_month
    stock, cost = one.on_hand[row], one.avg_cost[row]
    value, waiting, owed = stock * cost, one.backlog[row], one.backlog[row] * one.backlog_price[row]
    rows = {name: np.zeros(one.months) for name in ("average_value", "cogs", "purchases", "revenue", "on_time")}
    rows |= {name: np.zeros(one.months) for name in ("value", "unpaid", "lost_margin")}
    for step in range(one.steps):
        month, before = step // per_month, value
        price, now = one.price[row, month], [each for each in came if each[0] == step]
        shipped, lost = flows.shipped[row, step], flows.lost[row, step]
        there, paid = stock + sum(each[1] for each in now), sum(each[2] for each in now)
        value += paid
        cost = value / there if there > 1e-6 else cost
        stock = flows.closing[row, step]
        left = min(stock * cost, value)
        rows["cogs"][month] += value - left
        rows["purchases"][month] += paid
        value = rows["value"][month] = left
        rows["average_value"][month] += (before + value) / 2 / per_month
        release = max(plan.orders.chances.release[row, step], 0) if one.cost_at_order[row] else step
        rank = 0 if plan.orders.lane is None else plan.orders.lane[row, step]
        new = term(one, "unit_cost", row, rank)[release // per_month]
        rows["lost_margin"][month] += lost * (price + one.goodwill[row] - (cost if cost > 0 else new))
        old = min(shipped, waiting)
        earned = owed * old / waiting if waiting > 0 else 0.0
        fresh = shipped - old
        rows["revenue"][month] += earned + fresh * price
        rows["on_time"][month] += fresh
        owed += max(plan.demand[row, step] - fresh - lost, 0) * price - earned
        waiting = flows.backlog[row, step]
    for month in range(one.months):
        end = (month + 1) * per_month
        rows["unpaid"][month] = sum(money for step, _, money, wait in came if end - wait <= step < end)
    return rows


@pytest.mark.parametrize(("name", "one"), list(problems()), ids=lambda value: value if isinstance(value, str) else "")
def test_money_by_month_is_what_single_orders_make_of_it(name, one):
    plan = plan_supply(one)
    came = arrivals(plan)
    for row in range(len(one.items)):
        for figure, expected in walked(plan, row, came[row]).items():
            found = getattr(plan.months, figure)[row]
            assert found == pytest.approx(expected, rel=1e-7, abs=1e-4), (name, row, figure)
