"""Supply problems for tests: one plain item with trade defaults, and random ones of every kind."""

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np

from supply.engine.lanes import TERMS, Lanes
from supply.engine.limits import SupplierLimit, SupplierLimits
from supply.engine.lines import PlanLines
from supply.engine.orders import releases_of
from supply.engine.plan import plan_supply
from supply.engine.problem import SupplyProblem
from supply.engine.projection import Flows
from supply.engine.receipts import FirmReceipts
from supply.engine.time import DAYS_PER_MONTH

FIRST = "2022-02"
START = np.datetime64("2022-02-01")
CUT_RULES = ("fair share", "priority", "proportional")


def problem(months=6, **changed):
    """Return one item: 100 a month, 100 on hand, one month of lead time, no error, no safety stock."""
    given = {
        "items": ["GYP"],
        "family": ["Gypsum"],
        "first_month": FIRST,
        "demand": np.full((1, months), 100.0),
        "price": 15.0,
        "unit_cost": 10.0,
        "lead_days": DAYS_PER_MONTH,
        "on_hand": 100.0,
        "avg_cost": 10.0,
        "rho": 0.0,
        "carry_rate": 0.24,
    }
    return SupplyProblem.build(**{**given, **changed})


def random_problem(seed, *, items=6, months=8, **changed):
    """Return items of all kinds: fast and slow, dear and cheap, lots and none, backlog or lost, late orders."""
    r = np.random.default_rng(seed)
    level = np.round(r.lognormal(4, 1.2, items), 1) + 1
    demand = np.round(level[:, None] * r.uniform(0.3, 1.8, (items, months)), 1) * (r.random((items, months)) > 0.1)
    cost = np.round(r.uniform(2, 40, items), 2)
    lines = 2 * items
    row = r.integers(0, items, lines)
    given = {
        "items": [f"I{number}" for number in range(items)],
        "family": [f"F{number % 3}" for number in range(items)],
        "first_month": FIRST,
        "demand": demand,
        "price": np.round(cost * r.uniform(1.0, 2.0, items), 2),
        "unit_cost": cost[:, None] * np.cumprod(1 + 0.1 * (r.random((items, months)) > 0.8), axis=1),
        "lead_days": r.choice([5, 21, 56, 100], items)[:, None] + r.choice([0, 0, 30], (items, months)),
        "lead_days_sd": r.choice([0, 7, 20], items),
        "on_hand": np.round(level * r.uniform(0, 3, items), 1),
        "avg_cost": np.round(cost * r.uniform(0.7, 1.1, items), 2),
        "backlog": np.round(level * r.choice([0, 0, 0.3], items), 1),
        "backlog_price": cost,
        "moq": np.round(level * r.choice([0, 0.5, 3], items)),
        "multiple": r.choice([0, 1, 12], items),
        "max_order": np.where(r.random(items) > 0.8, np.round(level * 4) + 24, np.inf),
        "review_days": r.choice([0, 7, 30], items),
        "late_days": r.choice([0, 10, 40], items),
        "payment_days": r.choice([0, 30, 45], items),
        "backorder_share": r.choice([0, 0.4, 1], items),
        "carry_rate": 0.2,
        "service_target": r.choice([0.9, 0.95, 0.98], items),
        "service_by_fill": r.random(items) > 0.8,
        "rho": np.stack([r.uniform(0.1, 0.6, items), r.uniform(0.1, 0.4, items)], axis=1),
        "firm": FirmReceipts.build(
            row, np.round(level[row] * r.uniform(0.2, 2, lines)), cost[row], START + r.integers(-40, 30 * months, lines)
        ),
    }
    return SupplyProblem.build(**{**given, **changed})


def figures(plan):
    """Return every figure of a plan that has a row per item, by month and, of stock and orders, by step."""
    found = {row.name: getattr(plan.months, row.name) for row in fields(PlanLines)}
    found |= {f"{row.name} by step": getattr(plan.orders.flows, row.name) for row in fields(Flows)}
    return found | {"cover": np.nan_to_num(plan.cover, nan=-1.0), "excess": plan.excess}


def same(plan, other, rows=slice(None)):
    """Return whether two plans give some items the same figures, bit for bit."""
    pairs = zip(figures(plan).values(), figures(other).values(), strict=True)
    return all(np.array_equal(one[rows], two[rows]) for one, two in pairs)


def by_step(plan):
    """Return a plan's stock step by step, items x steps: what stands in the rows of its months."""
    flows, agreed, per_month = plan.orders.flows, plan.agreed, plan.problem.steps_per_month
    decided = 0.0 if agreed.decided is None else agreed.decided
    return SimpleNamespace(
        opening=np.concatenate([plan.problem.on_hand[:, None], flows.closing[:, :-1]], axis=1),
        demand=plan.demand,
        firm_receipts=agreed.firm,
        planned_receipts=plan.orders.receipts + decided,
        releases=releases_of(plan.problem, agreed, plan.orders),
        shipped=flows.shipped,
        lost=flows.lost,
        backlog=flows.backlog,
        closing=flows.closing,
        safety_stock=np.repeat(plan.safety.quantity, per_month, axis=1),
    )


def with_lanes(one, seed, **terms):
    """Return a problem whose items have none, one or two further lanes of all kinds, two suppliers at most each."""
    r = np.random.default_rng([seed, 7])
    count = r.choice([0, 1, 1, 2], len(one.items))
    item = np.repeat(np.arange(len(one.items)), count)
    level, lanes = one.demand.mean(axis=1)[item], len(item)
    supplier = np.concatenate([10 + r.permutation(3)[:more] for more in count] + [np.zeros(0)])
    given = {
        "share": r.choice([0.2, 0.5, 1.0], lanes),
        "lead_days": r.choice([5, 21, 56, 100], lanes)[:, None] + r.choice([0, 0, 30], (lanes, one.months)),
        "lead_days_sd": r.choice([0, 7, 20], lanes),
        "unit_cost": one.unit_cost[item] * r.uniform(0.7, 1.2, (lanes, 1)),
        "moq": np.round(level * r.choice([0, 0.5, 2], lanes)),
        "multiple": r.choice([0, 1, 10], lanes),
        "max_order": np.where(r.random(lanes) > 0.8, np.round(level * 4) + 24, np.inf),
        "review_days": r.choice([0, 7, 30], lanes),
        "frozen_days": r.choice([0, 0, 20], lanes),
        "yield_mean": r.choice([1, 1, 0.9], lanes),
        "payment_days": r.choice([0, 30, 60], lanes),
    }
    built = Lanes.build(one.items, one.months, item=item, supplier=supplier, **{**given, **terms})
    return replace(one, lanes=built, share=r.choice([0.5, 1.0, 1.0], len(one.items)))


def limited_problem(seed, *, items=8, months=8, lanes=False, **changed):
    """Return a random problem: two suppliers limited in two measures, one without limits, one item without any.

    lanes: about half of the items are bought from one or both of the other suppliers, too.
    """
    draw = np.random.default_rng(seed)
    free = random_problem(seed, items=items, months=months, frozen_days=draw.choice([0, 0, 20, 40], items), **changed)
    usual = plan_supply(free).months.releases.sum() / months / 3
    quantity = usual * draw.gamma(2.0, 0.5, (2, 2, months))
    quantity = np.where(draw.random(quantity.shape) < 0.25, np.inf, quantity)
    suppliers = {at: SupplierLimit(quantity[at], CUT_RULES[draw.integers(3)]) for at in (0, 1)}
    built = SupplierLimits.build(
        draw.permutation([-1, 0, 0, 0, 1, 1, 1, 2]),
        suppliers,
        months=months,
        per_unit=draw.choice([0.0, 0.5, 1.0, 2.5], (2, items, 1)),
        priority=draw.integers(0, 3, items),
    )
    limited = replace(free, limits=built)
    return _with_lanes_of(limited, seed, draw) if lanes else limited


def _with_lanes_of(limited, seed, draw):
    """Return a limited problem with further lanes from the suppliers each item is not yet bought from."""
    one = with_lanes(limited, seed)
    free = [draw.permutation(np.setdiff1d([0, 1, 2], [main])) for main in limited.limits.supplier]
    supplier = np.array([free[item][rank - 1] for item, rank in zip(one.lanes.item, one.lanes.rank, strict=True)])
    each = draw.choice([0.0, 0.5, 1.0, 2.5], (2, len(supplier), 1)) + np.zeros(one.months)
    terms = {name: getattr(one.lanes, name) for name in TERMS}
    built = Lanes.build(one.items, one.months, item=one.lanes.item, supplier=supplier, per_unit=each, **terms)
    return replace(one, lanes=built)
