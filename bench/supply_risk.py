"""Cost of the risk of a supply plan, beside its target and a bare numpy pass; printed by `python -m bench.supply`."""

import gc
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from supply.engine.arrays import Array
from supply.engine.plan import SupplyPlan
from supply.engine.risk import BLOCK_PATHS, risk_of
from supply.engine.risk_draws import RiskRule
from supply.engine.time import hold_over_steps

RISK_TARGET = 40.0  # ns per item-month-draw on one core
REPEATS = 3


def measure_risk(plan: SupplyPlan, name: str = "risk") -> None:
    """Print what a draw of an item and month costs, beside the target and a pass with nothing but the recursion."""
    draws = RiskRule().draws
    each = 1e9 / len(plan.problem.items) / plan.problem.months / draws
    spent = min(cpu(lambda: risk_of(plan)) for _ in range(REPEATS)) * each
    bare = min(cpu(lambda: bare_draws(plan, draws)) for _ in range(REPEATS)) * each
    held = peak_megabytes(lambda: risk_of(plan))
    print(
        f"{name}, {draws} draws: {spent:.1f} ns of CPU per item-month-draw, {spent / RISK_TARGET:.2f} x the target of"
        f" {RISK_TARGET:.0f}, {spent / bare:.2f} x a bare pass of {bare:.1f}; {held:,.0f} MB"
    )


def bare_draws(plan: SupplyPlan, draws: int) -> Array:
    """Return the mean backlog of a month by the least that can be called a risk: demand drawn, lead times certain,
    any quantity ordered, everything waits; single precision, blocks of the same size.
    """
    per_month = plan.problem.steps_per_month
    demand, lead = plan.demand.astype(np.float32), plan.orders.lead
    level = (hold_over_steps(plan.safety.order_up_to, per_month) + plan.demand).astype(np.float32)
    rows, size = [], max(BLOCK_PATHS // draws, 1)
    generator = np.random.Generator(np.random.Philox(1))
    for start in range(0, len(demand), size):
        part = slice(start, start + size)
        count, steps = demand[part].shape
        coming = np.zeros((steps + int(lead[part].max()) + 1, count, draws), dtype=np.float32)
        net = np.repeat(plan.problem.on_hand[part, None].astype(np.float32), draws, axis=1)
        position, wish, items = net.copy(), np.empty_like(net), np.arange(count)
        for step in range(steps):
            if step % per_month == 0:
                factor = np.exp(generator.standard_normal(net.shape, dtype=np.float32) * np.float32(0.3))
            np.subtract(level[part, step, None], position, out=wish)
            np.maximum(wish, 0, out=wish)
            position += wish
            coming[step + lead[part, step], items] += wish
            np.multiply(factor, demand[part, step, None], out=wish)
            position -= wish
            net += coming[step]
            net -= wish
            if step % per_month == per_month - 1:
                rows.append(np.minimum(net, 0).sum(axis=1, dtype=np.float64))
    return np.concatenate(rows)


def cpu(run: Callable[[], object]) -> float:
    """Return the seconds of processor time of one run: others may load the machine meanwhile."""
    started = time.process_time()
    run()
    return time.process_time() - started


def peak_megabytes(run: Callable[[], object]) -> float:
    """Return the most memory a run held at once beyond what was there before."""
    gc.collect()
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6
