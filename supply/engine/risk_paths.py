"""From standard normal draws to demand and lead times."""

import numpy as np

from supply.engine.arrays import Array, IntArray
from supply.engine.problem import SupplyProblem
from supply.engine.risk_draws import Draws
from supply.engine.time import DAYS_PER_MONTH, step_of_date

CARRY_OVER = np.linspace(0.0, 0.98, 50)  # how much of a month's error the next one inherits: tried values


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


class DemandPath:
    """Drawn demand / forecast of some items, month after month: mean 1, lognormal (normal if the policy asks)."""

    def __init__(
        self, errors: tuple[Array, Array], draws: int, dtype: np.dtype[np.floating], *, normal: bool = False
    ) -> None:
        """Start the paths; errors: see `error_process`."""
        sd, carry = errors
        self._normal = normal
        spread = sd if normal else np.sqrt(np.log1p(sd**2))
        self._spread, self._middle = (part[:, None].astype(dtype) for part in (spread, spread**2 / 2))
        self._kept, self._fresh = (part[:, None].astype(dtype) for part in (carry, np.sqrt(1 - carry**2)))
        self._path = np.zeros((len(sd), draws), dtype=dtype)
        self._started = False

    def month(self, shock: Draws) -> Draws:
        """Return the next month's factors, items x draws, in the array of the draws given."""
        if self._started:
            self._path *= self._kept
            shock *= self._fresh
        self._path += shock
        self._started = True
        np.multiply(self._path, self._spread, out=shock)
        if self._normal:
            shock += 1
            return np.maximum(shock, 0, out=shock)
        shock -= self._middle
        return np.exp(shock, out=shock)


class LeadSteps:
    """Drawn lead times in steps: gamma by Wilson & Hilferty's cube around the planned ones, items x draws.

    mean, sd [days]; planned, least [steps]: one per item.
    """

    def __init__(
        self,
        days: tuple[Array, Array],
        planned: IntArray,
        least: IntArray,
        per_month: int,
        dtype: np.dtype[np.floating],
    ) -> None:
        mean, sd = days
        ratio = np.where(mean > 0, sd / np.where(mean > 0, mean, 1.0), 0.0)
        steps = np.where(ratio > 0, mean * per_month / DAYS_PER_MONTH, 0.0)
        parts = (ratio / 3, 1 - ratio**2 / 9, steps, planned - steps + 0.5, least + 0.5)
        self._slope, self._base, self._mean, self._ahead, self._least = (part[:, None].astype(dtype) for part in parts)

    def draw(self, shock: Draws, cube: Draws, most: int) -> Draws:
        """Return lead times plus a half (cut it off: rounded) in `shock`; none above `most`. cube: room to work in."""
        shock *= self._slope
        shock += self._base
        np.maximum(shock, 0, out=shock)
        np.multiply(shock, shock, out=cube)
        shock *= cube
        shock *= self._mean
        shock += self._ahead
        np.maximum(shock, self._least, out=shock)
        return np.minimum(shock, most + 0.5, out=shock)


def firm_spread(problem: SupplyProblem) -> tuple[Array, Array]:
    """Return mean and sd [days] of what each open order line's arrival strays by, one per line.

    Only what remains of its lead time is uncertain: its spread shrinks with the root of the part still to come.
    """
    firm, per_month = problem.firm, problem.steps_per_month
    lead = problem.lead_days[firm.item, 0]
    to_come = (step_of_date(firm.promised, problem.first_month, per_month) + 1) * DAYS_PER_MONTH / per_month
    part = np.clip(np.maximum(to_come, 0) / np.maximum(lead, 1.0), 0.05, 1.0)
    return lead, problem.lead_days_sd[firm.item, 0] * np.sqrt(part)
