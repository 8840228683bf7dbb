"""Money: what stock, shipments and purchases of the plan are worth, at moving-average cost.

Arrays are items x steps [plan currency]. Moving weighted-average (perpetual) cost: any cost accounting text.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import RESIDUE, Array, BoolArray, IntArray, steps_array
from supply.engine.projection import Flows


@dataclass(frozen=True, eq=False)
class StockValue:
    """Value of stock at the end of each step, cost of goods sold, and average cost per unit, items x steps."""

    value: Array
    cogs: Array
    average_cost: Array


def moving_average_cost(quantity: ArrayLike, cost: ArrayLike, received: ArrayLike, received_cost: ArrayLike) -> Array:
    """Return the cost per unit after a receipt: (quantity * cost + received * its cost) / (quantity + received).

    Units and money per unit, numbers or arrays. Nothing in stock and nothing received keeps the cost.
    """
    had, got = np.asarray(quantity, dtype=np.float64), np.asarray(received, dtype=np.float64)
    old, new = np.asarray(cost, dtype=np.float64), np.asarray(received_cost, dtype=np.float64)
    total = had + got
    some = total > 0
    return np.where(some, (had * old + got * new) / np.where(some, total, 1.0), old)


def value_stock(on_hand: Array, avg_cost: Array, receipts: Array, purchases: Array, closing: Array) -> StockValue:
    """Return value, cost of goods sold and average cost from receipts [units], their value and closing stock [units].

    on_hand, avg_cost: one per item. V1 = V + purchases; cost = V1 / (stock + receipts); what leaves costs that.
    """
    items, steps = receipts.shape
    value, cogs, average = (steps_array(items, steps) for _ in range(3))
    stock, worth, cost = on_hand, on_hand * avg_cost, np.array(avg_cost, dtype=np.float64)
    for step in range(steps):
        there = stock + receipts[:, step]
        worth = worth + purchases[:, step]
        np.divide(worth, there, out=cost, where=there > RESIDUE)
        average[:, step] = cost
        stock = closing[:, step]
        left = np.minimum(stock * cost, worth)
        cogs[:, step] = worth - left
        value[:, step] = worth = left
    return StockValue(value, cogs, average)


def planned_cost(unit_cost: Array, release: IntArray, at_order: BoolArray, steps_per_month: int) -> Array:
    """Return the cost of a unit received in each step: of its month of order or of its month of receipt.

    unit_cost: items x months; release: step of order of what is received in each step; at_order: one per item.
    """
    items, steps = release.shape
    cost = steps_array(items, steps)
    rows = np.arange(items)
    months = np.maximum(release, 0) // steps_per_month
    for step in range(steps):
        at_receipt = unit_cost[:, step // steps_per_month]
        cost[:, step] = np.where(at_order, unit_cost[rows, months[:, step]], at_receipt)
    return cost


def revenue_of(flows: Flows, demand: Array, price: Array, backlog: Array, backlog_price: Array) -> Array:
    """Return revenue: demand ships at the price of its step, backlog at the price of the step it was ordered in.

    demand, price: items x steps; backlog, backlog_price: at the start, one per item. Backlog ships first, at the
    average price of what waits.
    """
    shipped = flows.shipped
    if not backlog.any() and not flows.backlog.any():
        return shipped * price
    revenue = steps_array(*shipped.shape)
    waiting, worth = backlog, backlog * backlog_price
    for step in range(shipped.shape[1]):
        served = np.minimum(shipped[:, step], waiting)
        some = waiting > 0
        old = np.where(some, served * worth / np.where(some, waiting, 1.0), 0.0)
        fresh = shipped[:, step] - served
        kept = np.maximum(demand[:, step] - fresh - flows.lost[:, step], 0.0)
        revenue[:, step] = old + fresh * price[:, step]
        worth = worth - old + kept * price[:, step]
        waiting = flows.backlog[:, step]
    return revenue


def unpaid_purchases(purchases: Array, payment_steps: IntArray) -> Array:
    """Return what is received but not yet paid at the end of each step; payment_steps: one per item."""
    items, steps = purchases.shape
    total = np.zeros((steps + 1, items))
    np.cumsum(purchases.T, axis=0, out=total[1:])
    paid_until = np.maximum(np.arange(1, steps + 1)[:, None] - payment_steps, 0)
    unpaid: Array = total[1:] - np.take_along_axis(total, paid_until, axis=0)
    return unpaid.T


def purchases_for_cover(sales: ArrayLike, next_sales: float, opening_stock: float, share_of_next: float) -> Array:
    """Return what to buy in each period [units] so that it closes with a share of the next period's sales.

    A merchandise purchases budget (Garrison, Noreen & Brewer, Managerial Accounting); never below 0.
    """
    sold = np.asarray(sales, dtype=np.float64)
    target = share_of_next * np.append(sold[1:], next_sales)
    bought = np.zeros(len(sold))
    stock = opening_stock
    for period, demand in enumerate(sold):
        bought[period] = max(target[period] + demand - stock, 0.0)
        stock += bought[period] - demand
    return bought


def cash_paid(purchases: ArrayLike, opening_payables: float = 0.0, pay_same_period: float = 0.0) -> tuple[Array, float]:
    """Return cash paid to suppliers by period and what is still owed at the end [money].

    A share of a period's purchases is paid in it, the rest in the next; opening payables fall due in the first.
    """
    value = np.asarray(purchases, dtype=np.float64)
    later = value * (1.0 - pay_same_period)
    paid: Array = value * pay_same_period + np.concatenate([[opening_payables], later])[:-1]
    return paid, float(later[-1]) if len(later) else opening_payables
