"""Price: what a price change does to volume, and what volume it may cost before it stops paying."""

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array


def break_even_volume_change(change: ArrayLike, price: ArrayLike, unit_cost: ArrayLike) -> Array:
    """Return the share of volume that may be lost (negative) or must be won before a price change pays.

    change: of the price, as a share (0.05 = +5 %); price, unit_cost [money/unit]. -x / (cm + x), cm = (price - cost) /
    price (Nagle & Müller, The Strategy and Tactics of Pricing). NaN where the new price does not cover its cost.
    """
    x, old = np.asarray(change, dtype=np.float64), np.asarray(price, dtype=np.float64)
    margin = (old - np.asarray(unit_cost, dtype=np.float64)) / old
    pays = margin + x > 0
    return np.where(pays, -x / np.where(pays, margin + x, 1.0), np.nan)


def demand_after_price_change(demand: ArrayLike, change: ArrayLike, elasticity: ArrayLike) -> Array:
    """Return demand after a price change: D * (1 + x)^e; constant elasticity e <= 0, honest within about +-15 %."""
    factor = (1.0 + np.asarray(change, dtype=np.float64)) ** np.asarray(elasticity, dtype=np.float64)
    after: Array = np.asarray(demand, dtype=np.float64) * factor
    return after


def best_price_linear(intercept: ArrayLike, slope: ArrayLike, unit_cost: ArrayLike) -> tuple[Array, Array]:
    """Return the price with the highest margin and its demand, when demand = intercept - slope * price.

    (intercept / slope + cost) / 2 (Chopra & Meindl, Supply Chain Management, sales and operations planning).
    """
    most, per_money = np.asarray(intercept, dtype=np.float64), np.asarray(slope, dtype=np.float64)
    price: Array = (most / per_money + np.asarray(unit_cost, dtype=np.float64)) / 2
    demand: Array = most - per_money * price
    return price, demand
