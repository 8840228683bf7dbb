"""Safety stock of the whole plan: from the forecast's own error, the lead time's spread and the yield's.

Demand over the protection time P = lead time + review interval is looked up ahead in the forecast; its spread is the
measured error of the CUMULATIVE forecast over P, never the spread of demand (Silver, Pyke & Thomas, chapter 6).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from supply.engine.arrays import Array, BoolArray, IntArray
from supply.engine.distributions import Distribution, demand_quantile
from supply.engine.order_up_to import cycle_shortage, order_up_to_level_fill
from supply.engine.problem import SupplyProblem
from supply.engine.time import months_of_days

SLOW_MOVER = 10.0  # below this many units over P demand comes in whole units: negative binomial or Poisson


@dataclass(frozen=True, eq=False)
class Protection:
    """Demand to be covered, items x months: months covered, mean per month [units/month], mean and sd [units].

    variances: demand error, lead time, yield [units^2]. approximate: the error over this many months was not
    measured and is scaled from the nearest one that was.
    """

    months: Array
    per_month: Array
    mean: Array
    sd: Array
    variances: tuple[Array, Array, Array]
    approximate: BoolArray


@dataclass(frozen=True, eq=False)
class SafetyStock:
    """Safety stock, items x months [units], with what explains it.

    quantity: with the planner's override and factor; order_up_to = mean demand over P + quantity; factor: quantity /
    sd ("k"); share_*: parts of the variance (0 where there is none); by_hand: overridden by a planner.
    cover: the demand it protects, over lead time + review; lead: over the lead time alone.
    """

    quantity: Array
    order_up_to: Array
    factor: Array
    share_demand: Array
    share_lead_time: Array
    share_yield: Array
    by_hand: BoolArray
    cover: Protection
    lead: Protection


def safety_stock_plan(problem: SupplyProblem) -> SafetyStock:
    """Return the safety stock of every item and month: the level that meets its target, less mean demand over P."""
    review = review_months(problem)[:, None]
    lead_months = months_of_days(problem.lead_days)
    cover = protection(problem, lead_months + review, demand_ahead(problem.demand, lead_months + review))
    lead = _within(protection(problem, lead_months, cover.per_month), cover)
    calculated = np.maximum(_level(problem, cover, lead) - cover.mean, 0.0)
    by_hand = ~np.isnan(problem.safety_override)
    quantity = np.where(by_hand, problem.safety_override, calculated) * problem.safety_factor
    some = cover.sd > 0
    variance = np.where(some, cover.sd, 1.0) ** 2
    demand_share, lead_share, yield_share = (np.where(some, part / variance, 0.0) for part in cover.variances)
    return SafetyStock(
        quantity=quantity,
        order_up_to=cover.mean + quantity,
        factor=np.where(some, quantity / np.where(some, cover.sd, 1.0), 0.0),
        share_demand=demand_share,
        share_lead_time=lead_share,
        share_yield=yield_share,
        by_hand=by_hand,
        cover=cover,
        lead=lead,
    )


def review_months(problem: SupplyProblem) -> Array:
    """Return the review interval of each item [months], at least one step."""
    return np.maximum(months_of_days(problem.review_days), 1.0 / problem.steps_per_month)


def protection(problem: SupplyProblem, months: Array, per_month: Array) -> Protection:
    """Return mean and spread of demand over so many months at a demand per month, all items x months.

    sd^2 = (rho * mean)^2 + (demand per month * sd of lead time)^2 + (order quantity * sd of yield)^2; the order
    quantity is the larger of the least order and the demand of a review interval.
    """
    mean = per_month * months
    rho, approximate = error_over(problem.rho, months)
    order = np.maximum(problem.moq[:, None], per_month * review_months(problem)[:, None])
    parts = (
        (rho * mean) ** 2,
        (per_month * months_of_days(problem.lead_days_sd)) ** 2,
        (order * problem.yield_sd[:, None]) ** 2,
    )
    return Protection(months, per_month, mean, np.sqrt(parts[0] + parts[1] + parts[2]), parts, approximate)


def _within(part: Protection, whole: Protection) -> Protection:
    """Return the part with no more spread than the whole: measured errors may say otherwise by chance."""
    return replace(part, sd=np.minimum(part.sd, whole.sd))


def demand_ahead(demand: Array, months: Array) -> Array:
    """Return mean demand per month over so many months from the start of each month (items x months).

    A part of a month counts as its part of that month's demand. Beyond the horizon the mean of what lies inside it
    stands for the rest.
    """
    items, horizon = demand.shape
    total = np.zeros((horizon + 1, items)).T
    np.cumsum(demand.T, axis=0, out=total.T[1:])
    start = np.arange(horizon)
    end = np.minimum(start + months, horizon)
    whole = np.minimum(end.astype(np.int64), horizon - 1)
    below = np.take_along_axis(total, whole, axis=1)
    inside = below + (end - whole) * np.take_along_axis(demand, whole, axis=1)
    length = end - start
    some = length > 0
    return np.where(some, (inside - total[:, :-1]) / np.where(some, length, 1.0), demand)


def error_over(rho: Array, months: Array) -> tuple[Array, BoolArray]:
    """Return the relative error of demand cumulated over so many months, and where it is only approximate.

    rho (items x horizons 1..K, NaN from where it is not measured). Between two measured horizons the error is read
    off a straight line; outside them the nearest one is scaled as if errors were independent (error ~ sqrt(P)).
    """
    measured: IntArray = np.maximum((~np.isnan(rho)).cumprod(axis=1).sum(axis=1), 1)[:, None]
    inside = np.clip(months, 1.0, measured)
    below = inside.astype(np.int64)
    above = np.minimum(below + 1, measured)
    first = np.take_along_axis(rho, below - 1, axis=1)
    second = np.take_along_axis(rho, above - 1, axis=1)
    error = first + (inside - below) * (second - first)
    outside = (months < 1.0) | (months > measured)
    scaled: Array = error * np.sqrt(inside / np.where(months > 0, months, 1.0))
    return np.where(outside, scaled, error), outside


def cycle_shortage_plan(problem: SupplyProblem, safety: SafetyStock) -> Array:
    """Return the units expected short in one replenishment cycle, items x months, at the plan's safety stock."""
    short = np.zeros(safety.quantity.shape)
    for distribution, here in _distributions(problem, safety.cover):
        level, cover, lead = safety.order_up_to[here], safety.cover, safety.lead
        short[here] = cycle_shortage(
            level, cover.mean[here], cover.sd[here], lead.mean[here], lead.sd[here], distribution=distribution
        )
    return short


def expected_lost_plan(problem: SupplyProblem, safety: SafetyStock) -> Array:
    """Return the units expected not to be served at once, items x months, at the plan's safety stock.

    Units short per cycle times cycles per month. A cycle lasts a review interval, or the time a least order lasts.
    """
    per_month = safety.cover.per_month
    lasts = np.where(per_month > 0, problem.moq[:, None] / np.where(per_month > 0, per_month, 1.0), 0.0)
    cycle = np.maximum(review_months(problem)[:, None], lasts)
    return np.minimum(cycle_shortage_plan(problem, safety) / cycle, problem.demand)


def _level(problem: SupplyProblem, cover: Protection, lead: Protection) -> Array:
    """Return the order-up-to level that meets the service target of each item and month."""
    level = cover.mean.copy()
    by_fill = np.broadcast_to(problem.service_by_fill[:, None], level.shape)
    for distribution, here in _distributions(problem, cover):
        cycle, fill = here & ~by_fill, here & by_fill
        level[cycle] = demand_quantile(distribution, problem.service_target[cycle], cover.mean[cycle], cover.sd[cycle])
        if fill.any():
            level[fill] = order_up_to_level_fill(
                problem.service_target[fill],
                cover.mean[fill],
                cover.sd[fill],
                lead.mean[fill],
                lead.sd[fill],
                distribution=distribution,
            )
    return level


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
