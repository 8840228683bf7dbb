"""Pre-buy: how much to buy before a cost rises, or while a discount lasts.

One-time opportunities: Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains; Tersine,
Principles of Inventory and Materials Management; Chopra & Meindl, Supply Chain Management (forward buying).
"""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array


def cover_worth_buying(cost_now: ArrayLike, cost_later: ArrayLike, carry_rate: ArrayLike) -> Array:
    """Return the months of demand worth buying early, without ordering cost: 12 * (c1 - c0) / (c0 * carry_rate).

    A unit is worth buying while what it saves exceeds what it costs to hold. Costs [money/unit], carry_rate [1/year];
    0 where the cost does not rise, infinite where holding is free.
    """
    now, later, rate = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (cost_now, cost_later, carry_rate))
    )
    rises = later > now
    holding = now * rate
    months = np.where(holding > 0, 12.0 * (later - now) / np.where(holding > 0, holding, 1.0), np.inf)
    return np.where(rises, months, 0.0)


def extra_units(cost_rise: ArrayLike, annual_demand: ArrayLike, holding_cost: ArrayLike) -> Array:
    """Return the extra units worth buying before a permanent rise, without ordering cost: rise * demand / holding.

    cost_rise [money/unit], annual_demand [units/year], holding_cost [money/unit/year] (Muckstadt & Sapra, Principles
    of Inventory Management).
    """
    gain = np.asarray(cost_rise, dtype=np.float64) * np.asarray(annual_demand, dtype=np.float64)
    units: Array = gain / np.asarray(holding_cost, dtype=np.float64)
    return units


def economic_order_quantity(
    annual_demand: ArrayLike, order_cost: ArrayLike, unit_cost: ArrayLike, carry_rate: ArrayLike
) -> Array:
    """Return the order quantity with the lowest ordering and holding cost: sqrt(2 * K * D / (rate * cost)) [units]."""
    ordering = 2 * np.asarray(order_cost, dtype=np.float64) * np.asarray(annual_demand, dtype=np.float64)
    return np.sqrt(ordering / (np.asarray(carry_rate, dtype=np.float64) * np.asarray(unit_cost, dtype=np.float64)))


def one_time_discount(
    regular_cost: float, discount: float, carry_rate: float, annual_demand: float, order_cost: float
) -> tuple[float, float, float]:
    """Return the regular order, the single order at the discount, and the difference, the forward buy [units].

    discount d, regular_cost C [money/unit], order_cost [money]: Q_d = d*D / ((C-d)*h) + C*Q / (C-d).
    """
    regular = float(economic_order_quantity(annual_demand, order_cost, regular_cost, carry_rate))
    reduced = regular_cost - discount
    special = discount * annual_demand / (reduced * carry_rate) + regular_cost * regular / reduced
    return regular, special, special - regular


def last_order_before_rise(
    cost_now: float, cost_later: float, order_cost: float, annual_demand: float, carry_rate: float
) -> tuple[float, float, float]:
    """Return the last order before a cost rise [units], the regular order after it [units], and the gain [money].

    Q = k*D / (i*c) + (c+k)/c * EOQ at the new cost, k the rise. Gain: the cost of buying the same units at the new
    cost in regular orders, less that of this one order and of holding it.
    """
    after = float(economic_order_quantity(annual_demand, order_cost, cost_later, carry_rate))
    rise = cost_later - cost_now
    order = rise * annual_demand / (carry_rate * cost_now) + cost_later / cost_now * after
    regular = order * cost_later + order / annual_demand * carry_rate * cost_later * after
    special = order * cost_now + order_cost + order**2 / (2 * annual_demand) * carry_rate * cost_now
    return order, after, regular - special
