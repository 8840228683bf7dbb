"""Random draws of the risk: one stream per stock item, location and supplier, whatever is computed beside it."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from supply.engine.arrays import Array, IntArray, Labels
from supply.engine.problem import SupplyProblem
from supply.engine.time import DAYS_PER_MONTH, step_of_date

Draws = npt.NDArray[np.float32]
CARRY_OVER = np.linspace(0.0, 0.98, 50)  # how much of a month's error the next one inherits: tried values


@dataclass(frozen=True)
class RiskRule:
    """How demand and lead times are drawn.

    draws: paths per item. demand_common: correlation of the demand errors of two items at one location in a month;
    supplier_common: of the lead times of two orders of one supplier in a month. Both are assumptions, not measured.
    """

    draws: int = 200
    seed: int = 1
    demand_common: float = 0.1
    supplier_common: float = 0.3


@dataclass(frozen=True, eq=False)
class Shocks:
    """Standard normal draws, months x items x draws, for demand, lead time and yield of an order month."""

    demand: Draws
    lead: Draws
    received: Draws


def stream(seed: int, kind: str, label: object) -> np.random.Generator:
    """Return the random stream of one item, location or supplier: the same in every scenario and every chunk."""
    name = int.from_bytes(blake2b(f"{kind}:{label}".encode(), digest_size=8).digest(), "big")
    return np.random.Generator(np.random.Philox(key=(seed << 64) + name))


def shocks_draw(problem: SupplyProblem, rule: RiskRule, location: Labels, supplier: Labels) -> Shocks:
    """Return the draws of some items; location, supplier: one label per item, common shocks hang on them."""
    months, draws = problem.months, rule.draws
    own: Draws = np.empty((3, months, len(problem.items), draws), dtype=np.float32)
    for place, item in enumerate(problem.items):
        own[:, :, place] = stream(rule.seed, "item", item).standard_normal((3, months, draws), dtype=np.float32)
    for axis, (kind, labels, share) in enumerate(
        (("location", location, rule.demand_common), ("supplier", supplier, rule.supplier_common))
    ):
        own[axis] *= np.float32(np.sqrt(1 - share))
        for label in np.unique(labels):
            common = stream(rule.seed, kind, label).standard_normal((months, 1, draws), dtype=np.float32)
            own[axis][:, labels == label] += np.float32(np.sqrt(share)) * common
    return Shocks(*own)


def error_process(rho: Array) -> tuple[Array, Array]:
    """Return sd of a month's relative error and how much of it the next month inherits, one per item.

    Cumulated h months of such errors have the variance sd^2 * (h + 2 * sum of (h-k) * carry^k); the pair closest to
    h^2 * rho(h)^2 over the measured horizons (least squares of logarithms) is taken. Without error both are 0.
    """
    measured = ~np.isnan(rho) & (rho > 0)
    horizons = np.arange(1, rho.shape[1] + 1)
    lags = np.arange(rho.shape[1])
    weight = np.maximum(horizons[:, None] - lags, 0) * np.where(lags > 0, 2.0, 1.0)
    grows = np.log(CARRY_OVER[:, None] ** lags @ weight.T)
    wanted = np.log(np.where(measured, rho * horizons, 1.0) ** 2)
    count = np.maximum(measured.sum(axis=1), 1)
    best, level, carry = np.full(len(rho), np.inf), np.zeros(len(rho)), np.zeros(len(rho))
    for inherited, growth in zip(CARRY_OVER, grows, strict=True):
        gap = np.where(measured, wanted - growth, 0.0)
        mean = gap.sum(axis=1) / count
        miss = (np.where(measured, gap - mean[:, None], 0.0) ** 2).sum(axis=1)
        better = miss < best - 1e-12
        best, level, carry = (
            np.where(better, miss, best),
            np.where(better, mean, level),
            np.where(better, inherited, carry),
        )
    some = measured.any(axis=1)
    return np.where(some, np.exp(level / 2), 0.0), np.where(some, carry, 0.0)


def demand_factors(problem: SupplyProblem, shocks: Draws) -> Draws:
    """Return drawn demand / forecast, months x items x draws: mean 1, lognormal (normal if the policy asks)."""
    sd, carry = error_process(problem.rho)
    fresh = np.sqrt(1 - carry**2).astype(np.float32)[:, None]
    kept = carry.astype(np.float32)[:, None]
    path = np.empty_like(shocks)
    path[0] = shocks[0]
    for month in range(1, len(shocks)):
        path[month] = kept * path[month - 1] + fresh * shocks[month]
    if problem.policy.distribution == "normal":
        path *= sd.astype(np.float32)[:, None]
        plain: Draws = np.maximum(path + np.float32(1), np.float32(0))
        return plain
    spread = np.sqrt(np.log1p(sd**2))
    path *= spread.astype(np.float32)[:, None]
    path -= (spread**2 / 2).astype(np.float32)[:, None]
    return np.exp(path, out=path)


def lead_shift(shock: Draws, mean: Array, sd: Array, steps_per_month: int) -> IntArray:
    """Return by how many steps an order comes later than its mean: gamma lead time by Wilson & Hilferty's cube.

    shock: items x draws; mean, sd [days]: one per item.
    """
    ratio = np.where(mean > 0, sd / np.where(mean > 0, mean, 1.0), 0.0)[:, None].astype(np.float32)
    cube = np.maximum(1 - ratio**2 / 9 + shock * (ratio / 3), 0) ** 3 - 1
    shift: IntArray = np.rint(cube * (mean * steps_per_month / DAYS_PER_MONTH)[:, None].astype(np.float32)).astype(
        np.int64
    )
    return np.where(ratio > 0, shift, 0)


def firm_shifts(problem: SupplyProblem, rule: RiskRule, common: Draws) -> IntArray:
    """Return by how many steps each open order line comes later than expected, lines x draws.

    Only what remains of its lead time is uncertain: its spread shrinks with the root of the part still to come.
    common: the first month's lead time draws, items x draws.
    """
    firm = problem.firm
    own = np.zeros((len(firm.item), rule.draws), dtype=np.float32)
    for item in np.unique(firm.item):
        lines = np.flatnonzero(firm.item == item)
        own[lines] = stream(rule.seed, "open order", problem.items[item]).standard_normal(
            (len(lines), rule.draws), dtype=np.float32
        )
    share = np.float32(rule.supplier_common)
    shock = np.sqrt(share) * common[firm.item] + np.sqrt(1 - share) * own
    lead, per_month = problem.lead_days[firm.item, 0], problem.steps_per_month
    to_come = (step_of_date(firm.promised, problem.first_month, per_month) + 1) * DAYS_PER_MONTH / per_month
    part = np.clip(np.maximum(to_come, 0) / np.maximum(lead, 1.0), 0.05, 1.0)
    return lead_shift(shock.astype(np.float32), lead, problem.lead_days_sd[firm.item, 0] * np.sqrt(part), per_month)
