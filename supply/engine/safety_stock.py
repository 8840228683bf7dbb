"""Safety stock of the whole plan: from the forecast's own error, the lead time's spread and the yield's."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from supply.engine.arrays import Array, BoolArray
from supply.engine.distributions import Distribution, demand_quantile, gamma_quantile
from supply.engine.lane_views import by_share
from supply.engine.order_up_to import cycle_shortage, order_up_to_level_fill
from supply.engine.problem import SupplyProblem
from supply.engine.protection import Protection, protection_ahead, protection_of_lead_time, review_months

SPREADS = np.linspace(1.0, 40.0, 391)  # sd / mean at which a turning point is looked for
SLOW_MOVER = 10.0  # below this many units over P demand comes in whole units: negative binomial or Poisson


@dataclass(frozen=True, eq=False)
class SafetyStock:
    """Safety stock, items x months [units], with what explains it.

    quantity: with the planner's override and factor; order_up_to = mean demand over P + quantity; by_hand: overridden
    by a planner. cover: the demand it protects, over lead time + review.
    """

    quantity: Array
    order_up_to: Array
    by_hand: BoolArray
    cover: Protection

    @property
    def factor(self) -> Array:
        """Quantity / sd ("k"); 0 without spread."""
        some = self.cover.sd > 0
        return np.where(some, self.quantity / np.where(some, self.cover.sd, 1.0), 0.0)

    @property
    def shares(self) -> tuple[Array, Array, Array]:
        """Parts of the variance: from demand error, lead time and yield; 0 without spread."""
        some = self.cover.sd > 0
        whole = np.where(some, self.cover.relative, 1.0) ** 2
        demand, lead, received = (np.where(some, part / whole, 0.0) for part in self.cover.parts)
        return demand, lead, received


def safety_stock_plan(problem: SupplyProblem) -> SafetyStock:
    """Return the safety stock of every item and month: the level that meets its target, less mean demand over P."""
    return safety_stock_over(problem, protection_ahead(problem))


def safety_stock_over(problem: SupplyProblem, cover: Protection) -> SafetyStock:
    """Return the safety stock for a demand to be covered; its months are those of the problem's arrays by month."""
    calculated = np.maximum(_level(problem, cover) - cover.mean, 0.0)
    by_hand = ~np.isnan(problem.safety_override)
    quantity = np.where(by_hand, problem.safety_override, calculated) * problem.safety_factor
    return SafetyStock(quantity, cover.mean + quantity, by_hand, cover)


def cycle_shortage_plan(problem: SupplyProblem, safety: SafetyStock) -> Array:
    """Return the units expected short in one replenishment cycle, items x months, at the plan's safety stock."""
    short = np.zeros(safety.quantity.shape)
    cover, lead = safety.cover, protection_of_lead_time(problem, safety.cover)
    for distribution, here in _distributions(problem, cover):
        level = safety.order_up_to[here]
        short[here] = cycle_shortage(
            level, cover.mean[here], cover.sd[here], lead.mean[here], lead.sd[here], distribution=distribution
        )
    return short


def expected_lost_plan(problem: SupplyProblem, safety: SafetyStock) -> Array:
    """Return the units expected not to be served at once, items x months, at the plan's safety stock.

    Units short per cycle times cycles per month. A cycle lasts a review interval, or the time a least order lasts.
    """
    per_month = safety.cover.per_month
    least = by_share(problem, lambda one: one.moq)
    lasts = np.where(per_month > 0, least[:, None] / np.where(per_month > 0, per_month, 1.0), 0.0)
    cycle = np.maximum(by_share(problem, review_months)[:, None], lasts)
    return np.minimum(cycle_shortage_plan(problem, safety) / cycle, problem.demand)


def _level(problem: SupplyProblem, cover: Protection) -> Array:
    """Return the order-up-to level that meets the service target of each item and month."""
    level = cover.mean.copy()
    target, by_fill = problem.service_target, np.broadcast_to(problem.service_by_fill[:, None], level.shape)
    lead = protection_of_lead_time(problem, cover) if by_fill.any() else cover
    for distribution, here in _distributions(problem, cover):
        cycle, fill = here & ~by_fill, here & by_fill
        if distribution == "gamma":
            factor = _gamma_factor(target, _up_to_turning_point(target, cover.relative), cycle)
            level = np.where(cycle, cover.mean * factor, level)
        else:
            level[cycle] = demand_quantile(distribution, target[cycle], cover.mean[cycle], cover.sd[cycle])
        if fill.any():
            level[fill] = order_up_to_level_fill(
                target[fill],
                cover.mean[fill],
                cover.sd[fill],
                lead.mean[fill],
                lead.sd[fill],
                distribution=distribution,
            )
    return level


def _up_to_turning_point(target: Array, relative: Array) -> Array:
    """Return the relative spread, at most the one from which on the gamma quantile falls again.

    More doubt must not mean less stock.

    A spread of many times the mean (one mistyped year among a supplier's receipts is enough) puts almost all of the
    distribution at zero: the 95 % quantile is highest at 3.3 times the mean and below the mean from 8 times on.
    """
    wide = relative > SPREADS[0]
    if not wide.any():
        return relative
    spread, asked = relative.copy(order="K"), np.broadcast_to(target, relative.shape)
    for one in np.unique(asked[wide]):
        turning = SPREADS[np.argmax(gamma_quantile(one, 1.0, SPREADS))]
        np.minimum(spread, turning, out=spread, where=wide & (asked == one))
    return spread


def _gamma_factor(target: Array, relative: Array, here: BoolArray) -> Array:
    """Return the gamma quantile of demand with mean 1; a month like the one before takes its value.

    The quantile is most of the work of a plan, and its spread changes only with lead time and error.
    """
    factor = np.ones(relative.shape, order="F")
    for month in range(relative.shape[1]):
        asked = here[:, month]
        if month:
            alike = here[:, month - 1] & (relative[:, month] == relative[:, month - 1])
            alike &= target[:, month] == target[:, month - 1]
            factor[:, month] = np.where(alike, factor[:, month - 1], 1.0)
            asked = asked & ~alike
        factor[asked, month] = gamma_quantile(target[asked, month], 1.0, relative[asked, month])
    return factor


def _distributions(problem: SupplyProblem, cover: Protection) -> Iterator[tuple[Distribution, BoolArray]]:
    """Yield each distribution with the items and months it is used for; none without demand or without spread."""
    random = (cover.mean > 0) & (cover.sd > 0)
    if problem.policy.distribution == "normal":
        yield "normal", random
        return
    slow = random & (cover.mean < SLOW_MOVER)
    wide = cover.sd**2 > cover.mean
    yield "gamma", random & ~slow
    yield "negative_binomial", slow & wide
    yield "poisson", slow & ~wide
