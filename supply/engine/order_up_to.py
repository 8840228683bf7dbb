"""Order-up-to level: how much stock and orders together must cover, and what service that gives.

Periodic review: Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains; Cachon & Terwiesch,
Matching Supply with Demand (order-up-to model); newsvendor: Snyder & Shen, Fundamentals of Supply Chain Theory.
All functions take numbers or arrays and broadcast.
"""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array
from supply.engine.distributions import Distribution, demand_loss, demand_quantile

BISECTIONS = 45
WIDEST = 12.0  # no fill target asks for a level more than this many standard deviations above the mean


def demand_deviation(
    mean: ArrayLike, sd: ArrayLike, lead_time: ArrayLike, lead_time_sd: ArrayLike = 0.0, review: ArrayLike = 0.0
) -> Array:
    """Return the sd of demand over lead time + review [units] from demand per period.

    sqrt((L + R) * sd^2 + mean^2 * sdL^2); mean and sd per period, times in periods; periods independent.
    """
    per_period, spread = np.asarray(mean, dtype=np.float64), np.asarray(sd, dtype=np.float64)
    covered = np.asarray(lead_time, dtype=np.float64) + np.asarray(review, dtype=np.float64)
    return np.sqrt(covered * spread**2 + (per_period * np.asarray(lead_time_sd, dtype=np.float64)) ** 2)


def order_up_to_level(
    target: ArrayLike, mean: ArrayLike, sd: ArrayLike, distribution: Distribution = "normal"
) -> Array:
    """Return the level [units] that covers demand with probability `target` (a cycle service target).

    mean, sd: demand over lead time + review [units]. With review 0 this is the reorder point.
    """
    return demand_quantile(distribution, target, mean, sd)


def safety_stock(target: ArrayLike, mean: ArrayLike, sd: ArrayLike, distribution: Distribution = "normal") -> Array:
    """Return the safety stock [units] for a cycle service target: max(0, order-up-to level - mean).

    mean, sd: demand over lead time + review [units]. Normal: Phi^-1(target) * sd.
    """
    level = order_up_to_level(target, mean, sd, distribution)
    return np.maximum(level - np.asarray(mean, dtype=np.float64), 0.0)


def order_up_to_level_fill(
    target: ArrayLike,
    mean: ArrayLike,
    sd: ArrayLike,
    lead_mean: ArrayLike,
    lead_sd: ArrayLike,
    *,
    distribution: Distribution = "normal",
) -> Array:
    """Return the smallest level [units] that serves a share `target` of demand from stock (a fill target).

    mean, sd: demand over lead time + review; lead_mean, lead_sd: over the lead time alone [units]. Smallest U with
    E[(X_P - U)+] - E[(X_L - U)+] <= (1 - target) * demand of one review interval (mean - lead_mean).
    """
    share, mu, spread, mu_lead, spread_lead = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (target, mean, sd, lead_mean, lead_sd))
    )
    allowed = (1.0 - share) * (mu - mu_lead)
    low, high = np.zeros(mu.shape), mu + WIDEST * spread
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        short = cycle_shortage(middle, mu, spread, mu_lead, spread_lead, distribution=distribution)
        enough = short <= allowed
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    if distribution in ("poisson", "negative_binomial"):
        return np.ceil(high - 1e-6)
    return high


def cycle_shortage(
    level: ArrayLike,
    mean: ArrayLike,
    sd: ArrayLike,
    lead_mean: ArrayLike = 0.0,
    lead_sd: ArrayLike = 0.0,
    *,
    distribution: Distribution = "normal",
) -> Array:
    """Return the units expected short in one review cycle at an order-up-to level (0 lead demand: one cycle alone).

    What is short by the end of the cycle less what was short already when its order arrived.
    """
    over_cycle = demand_loss(distribution, level, mean, sd)
    if not np.any(lead_mean):
        return over_cycle
    return np.maximum(over_cycle - demand_loss(distribution, level, lead_mean, lead_sd), 0.0)


def fill_rate_of_cycle(short: ArrayLike, demand: ArrayLike) -> Array:
    """Return the share of demand served from stock: 1 - units short per cycle / demand per cycle (1 without demand).

    For a reorder point and a fixed order Q the demand of a cycle is Q; for a newsvendor it is the mean.
    """
    per_cycle = np.asarray(demand, dtype=np.float64)
    some = per_cycle > 0
    return np.where(some, 1.0 - np.asarray(short, dtype=np.float64) / np.where(some, per_cycle, 1.0), 1.0)


def order_quantity(level: ArrayLike, on_hand: ArrayLike, on_order: ArrayLike, backlog: ArrayLike = 0.0) -> Array:
    """Return what to order now [units]: the level less the inventory position (on hand + on order - backlog)."""
    position = np.asarray(on_hand, dtype=np.float64) + np.asarray(on_order, dtype=np.float64) - np.asarray(backlog)
    missing: Array = np.asarray(level, dtype=np.float64) - position
    return np.maximum(missing, 0.0)


def expected_on_hand(level: ArrayLike, mean: ArrayLike, sd: ArrayLike, distribution: Distribution = "normal") -> Array:
    """Return the stock expected at the end of a cycle [units]: level - mean + units expected short."""
    ahead = np.asarray(level, dtype=np.float64) - np.asarray(mean, dtype=np.float64)
    return ahead + demand_loss(distribution, level, mean, sd)


def newsvendor_level(
    underage: ArrayLike, overage: ArrayLike, mean: ArrayLike, sd: ArrayLike, distribution: Distribution = "normal"
) -> Array:
    """Return the cheapest level [units]: the quantile underage / (underage + overage) of demand.

    underage: cost of a unit short, overage: cost of a unit left [money/unit].
    """
    short, left = np.asarray(underage, dtype=np.float64), np.asarray(overage, dtype=np.float64)
    return demand_quantile(distribution, short / (short + left), mean, sd)


def newsvendor_cost(
    level: ArrayLike,
    underage: ArrayLike,
    overage: ArrayLike,
    mean: ArrayLike,
    sd: ArrayLike,
    *,
    distribution: Distribution = "normal",
) -> Array:
    """Return the cost expected per cycle at a level: overage * units left + underage * units short [money]."""
    left = expected_on_hand(level, mean, sd, distribution)
    short = demand_loss(distribution, level, mean, sd)
    return np.asarray(overage, dtype=np.float64) * left + np.asarray(underage, dtype=np.float64) * short
