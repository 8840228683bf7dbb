"""`python -m bench.supply`: cost of a whole supply plan beside a bare numpy pass and beside rows of a pandas table.

The bare pass walks the same arrays with nothing but the recursion: orders, stock, average cost, revenue, sums by month.
The pandas way does the same row by row on a few items, scaled. Both must give the plan's own figures, or nothing is
printed.
"""

import argparse
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bench.supply_risk import measure_risk, peak_megabytes
from bench.table import Cell, print_table
from reconcile.engine.levers import PreBuyLever, RaisePriceLever, SafetyStockLever
from reconcile.engine.scenario import scenario_compute
from supply.engine.arrays import Array, BoolArray
from supply.engine.flags import flags_find
from supply.engine.kpi import kpi_by
from supply.engine.lanes import Lanes
from supply.engine.ledger import PlannedCost
from supply.engine.plan import SupplyPlan, plan_supply
from supply.engine.problem import SupplyProblem
from supply.engine.projection import stock_to_reach
from supply.engine.receipts import FirmReceipts
from supply.engine.safety_stock import safety_stock_plan

MONTHS, STEPS, FAMILIES = 18, 4, 12
PANDAS_ITEMS = 20  # the row-by-row way costs the same for each
REPEATS = 3


def main() -> None:
    """Print one table per size."""
    parser = argparse.ArgumentParser(prog="python -m bench.supply", description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[1000, 10000], help="stock items (1000 10000)")
    for items in parser.parse_args().items:
        measure(items)


def company(items: int, seed: int = 1) -> SupplyProblem:
    """Return a distributor's items: seasonal demand, lead times of three to twenty weeks, lots, open orders."""
    r = np.random.default_rng(seed)
    level = r.lognormal(5, 1, items)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(MONTHS) / 12 + r.uniform(0, 6, (items, 1)))
    cost = r.uniform(2, 40, items)
    row = r.integers(0, items, 2 * items)
    return SupplyProblem.build(
        items=np.arange(items),
        family=np.array([f"F{number % FAMILIES}" for number in range(items)]),
        first_month="2022-02",
        demand=level[:, None] * season * r.uniform(0.9, 1.1, (items, MONTHS)),
        price=cost * 1.4,
        unit_cost=cost[:, None] * np.where(np.arange(MONTHS) > 5, 1.08, 1.0),
        lead_days=r.choice([21, 56, 90, 140], items)[:, None] + np.where(np.arange(MONTHS) > 8, 14, 0),
        lead_days_sd=14,
        on_hand=level * r.uniform(0, 4, items),
        avg_cost=cost,
        moq=np.round(level * 0.5),
        multiple=np.maximum(1, np.round(level * 0.1)),
        review_days=7,
        payment_days=30,
        carry_rate=0.2,
        rho=np.array([[0.3, 0.25, 0.22, 0.2, 0.19, 0.18]]),
        firm=FirmReceipts.build(
            row, np.round(level[row]), cost[row], np.datetime64("2022-02-01") + r.integers(-20, 80, 2 * items)
        ),
    )


def two_lanes(problem: SupplyProblem, every: int = 10) -> SupplyProblem:
    """Return the items with every tenth bought from a second supplier as well: faster, dearer, three orders of ten."""
    item = np.arange(0, len(problem.items), every)
    terms = {name: getattr(problem, name)[item] for name in ("moq", "multiple", "review_days", "lead_days_sd")}
    lanes = Lanes.build(
        problem.items,
        problem.months,
        item=item,
        share=3.0 / 7.0,
        lead_days=problem.lead_days[item] / 2,
        unit_cost=problem.unit_cost[item] * 1.1,
        payment_days=14.0,
        **terms,
    )
    return replace(problem, lanes=lanes)


def measure(items: int) -> None:
    """Print time and peak memory of the plan of so many items, and the ratios."""
    problem = company(items)
    plan = plan_supply(problem)
    given, in_turn = Given.of(plan), two_lanes(problem)
    check(plan, given)
    bare = best(lambda: bare_pass(given))
    whole, safety = best(lambda: plan_supply(problem)), best(lambda: safety_stock_plan(problem))
    pandas = once(lambda: pandas_rows(given, PANDAS_ITEMS)) / PANDAS_ITEMS * items
    rows: list[tuple[str, float]] = [
        ("bare numpy pass", bare),
        ("plan with money", whole),
        ("  of it safety stock", safety),
        ("  of it orders, stock, money", whole - safety),
        ("plan, every tenth item with two lanes", best(lambda: plan_supply(in_turn))),
        ("flags", best(lambda: flags_find(plan))),
        ("key figures by family", best(lambda: kpi_by(plan, problem.family))),
        ("scenario, three levers on a family", best(lambda: scenario(problem))),
        (f"row by row in pandas, {PANDAS_ITEMS} items scaled", pandas),
    ]
    cells: list[list[Cell]] = [[name, t * 1e3, t / items / MONTHS * 1e9, t / bare, pandas / t] for name, t in rows]
    columns = ("", "ms", "ns per item-month", "x bare pass", "x faster than pandas")
    print_table(f"{items:,} stock items x {MONTHS} months, {STEPS} steps a month", columns, cells)
    measure_risk(plan)
    measure_risk(plan_supply(in_turn), "risk, every tenth item with two lanes")
    print(f"peak memory of the plan's arrays: {peak_megabytes(lambda: plan_supply(problem)):,.0f} MB")


def scenario(problem: SupplyProblem) -> object:
    """Return a scenario with all levers on one family."""
    common = {"scope": problem.family == "F3", "first": 1, "last": MONTHS - 1, "label": "F3"}
    levers = [
        RaisePriceLever(**common, change=0.05, elasticity=-1.2),
        PreBuyLever(**common),
        SafetyStockLever(**common, target=0.98),
    ]
    return scenario_compute(problem, levers)


@dataclass(frozen=True)
class Given:
    """What a pass needs, all items x steps (or one per item): everything that is not the recursion itself."""

    demand: Array
    reach: Array
    firm: Array
    firm_value: Array
    cost: Array
    price: Array
    chance: BoolArray
    on_hand: Array
    avg_cost: Array
    moq: Array
    multiple: Array

    @classmethod
    def of(cls, plan: SupplyPlan) -> "Given":
        """Return the arrays of a plan without backlog, yield or largest orders."""
        problem, demand = plan.problem, plan.demand
        cost = PlannedCost(problem, plan.orders)
        return cls(
            demand=demand,
            reach=stock_to_reach(plan.safety.quantity, demand, plan.agreed.total, plan.orders.chances, None),
            firm=plan.agreed.firm,
            firm_value=plan.agreed.bought,
            cost=np.stack([cost.at(step) for step in range(MONTHS * STEPS)], axis=0).T,
            price=np.repeat(problem.price.T, STEPS, axis=0).T,
            chance=plan.orders.chances.receipt,
            on_hand=problem.on_hand,
            avg_cost=problem.avg_cost,
            moq=problem.moq,
            multiple=problem.multiple,
        )


def bare_pass(given: Given) -> dict[str, Array]:
    """Return the plan's main rows by month: the recursion over steps, nothing else."""
    items, steps = given.demand.shape
    names = ("planned", "shipped", "lost", "closing", "value", "cogs", "revenue", "purchases")
    rows = {name: np.empty((steps, items)).T for name in names}
    stock, value = given.on_hand, given.on_hand * given.avg_cost
    for step in range(steps):
        there, wanted = stock + given.firm[:, step], given.demand[:, step]
        need = given.reach[:, step] + wanted - there
        lot = np.ceil(np.maximum(need, given.moq) / given.multiple - 1e-9) * given.multiple
        planned = np.where(given.chance[:, step] & (need > 1e-6), lot, 0.0)
        there = there + planned
        shipped = np.minimum(there, wanted)
        purchases = given.firm_value[:, step] + planned * given.cost[:, step]
        value = value + purchases
        stock = there - shipped
        left = np.where(there > 1e-6, stock * (value / np.where(there > 1e-6, there, 1.0)), value)
        rows["planned"][:, step], rows["shipped"][:, step], rows["lost"][:, step] = planned, shipped, wanted - shipped
        rows["closing"][:, step], rows["value"][:, step], rows["cogs"][:, step] = stock, left, value - left
        rows["revenue"][:, step], rows["purchases"][:, step] = shipped * given.price[:, step], purchases
        value = left
    by_month = {name: row.T.reshape(-1, STEPS, items) for name, row in rows.items()}
    return {name: (row[:, -1] if name in ("closing", "value") else row.sum(axis=1)).T for name, row in by_month.items()}


def pandas_rows(given: Given, items: int) -> pd.DataFrame:
    """Return the same rows for a few items, the way a spreadsheet is filled: one row at a time."""
    steps = given.demand.shape[1]
    names = ("demand", "reach", "firm", "firm_value", "cost", "price", "chance")
    table = pd.DataFrame({name: getattr(given, name)[:items].ravel() for name in names})
    table["item"] = np.repeat(np.arange(items), steps)
    for name in ("planned", "shipped", "closing", "value", "cogs", "revenue"):
        table[name] = 0.0
    for place, (_, row) in enumerate(table.iterrows()):
        item = int(row["item"])
        first = place % steps == 0
        stock = given.on_hand[item] if first else table.at[place - 1, "closing"]
        value = given.on_hand[item] * given.avg_cost[item] if first else table.at[place - 1, "value"]
        there = stock + row["firm"]
        need = row["reach"] + row["demand"] - there
        if row["chance"] and need > 1e-6:
            lots = np.ceil(max(need, given.moq[item]) / given.multiple[item] - 1e-9)
            table.at[place, "planned"] = lots * given.multiple[item]
        planned = table.at[place, "planned"]
        there += planned
        shipped = min(there, row["demand"])
        value += row["firm_value"] + planned * row["cost"]
        cogs = shipped * value / there if there > 1e-6 else 0.0
        table.at[place, "shipped"], table.at[place, "closing"] = shipped, there - shipped
        table.at[place, "cogs"], table.at[place, "value"] = cogs, value - cogs
        table.at[place, "revenue"] = shipped * row["price"]
    return table


def check(plan: SupplyPlan, given: Given) -> None:
    """Raise unless both plain ways give the plan's figures: otherwise the ratios compare nothing."""
    found, months = bare_pass(given), plan.months
    pairs = {"closing": months.closing, "value": months.value, "cogs": months.cogs, "revenue": months.revenue}
    pairs |= {"planned": months.planned_receipts, "purchases": months.purchases, "lost": months.lost}
    for name, expected in pairs.items():
        np.testing.assert_allclose(found[name], expected, rtol=1e-6, atol=1e-4, err_msg=name)
    rows = pandas_rows(given, 5)
    at_end = rows["value"].to_numpy().reshape(5, -1, STEPS)[:, :, -1]
    np.testing.assert_allclose(at_end, plan.months.value[:5], rtol=1e-6, atol=1e-4)


def best(run: Callable[[], object]) -> float:
    """Return the shortest of a few runs in seconds: the others waited for somebody else's work."""
    return min(once(run) for _ in range(REPEATS))


def once(run: Callable[[], object]) -> float:
    """Return the seconds of one run."""
    gc.collect()
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
