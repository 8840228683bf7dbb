"""The gap of a lead time in money: what stock would be tied up with another lead time than the one planned with."""

from dataclasses import replace

import numpy as np

from supply.engine.arrays import Array
from supply.engine.lane_views import by_share
from supply.engine.problem import SupplyProblem
from supply.engine.safety_stock import SafetyStock, safety_stock_plan
from supply.engine.time import months_of_days


def stock_gap(problem: SupplyProblem, safety: SafetyStock, lead_days: Array, lead_days_sd: Array) -> Array:
    """Return how much more stock each item needs (n) [money at cost] with other lead times than those planned with.

    lead_days, lead_days_sd (n) [days], of main lanes; NaN gives NaN. Stock is safety stock and what is under way, in
    the first month: `safety` is that of the plan as it is. Below zero: the plan assumes too long a lead time. A safety
    stock set by hand does not move.
    """
    known = ~np.isnan(lead_days)
    gap = np.full(len(problem.items), np.nan)
    if not known.any():
        return gap
    some = problem.take(known)
    months = some.months
    other = replace(
        some,
        lead_days=np.repeat(lead_days[known][:, None], months, axis=1),
        lead_days_sd=np.repeat(lead_days_sd[known][:, None], months, axis=1),
    )
    then = safety_stock_plan(other)
    now_units = safety.quantity[known, 0] + _under_way(some, safety.cover.per_month[known, 0])
    then_units = then.quantity[:, 0] + _under_way(other, then.cover.per_month[:, 0])
    gap[known] = (then_units - now_units) * some.unit_cost[:, 0]
    return gap


def _under_way(problem: SupplyProblem, per_month: Array) -> Array:
    """Return the units on the way on average: demand over the lead time (Little's law)."""
    held: Array = per_month * by_share(problem, lambda one: months_of_days(one.lead_days[:, 0]))
    return held
