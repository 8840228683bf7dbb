"""Protection: the demand that stock must cover until the next order can arrive, and how far it may stray.

Demand over the protection time P = lead time + review interval is looked up ahead in the forecast; its spread is the
measured error of the CUMULATIVE forecast over P, never the spread of demand (Silver, Pyke & Thomas, chapter 6).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from supply.engine.arrays import Array, BoolArray, IntArray, picked, running_total, steps_array
from supply.engine.lane_views import LaneView, lane_views, mean_over_lanes
from supply.engine.problem import SupplyProblem
from supply.engine.time import months_of_days


@dataclass(frozen=True, eq=False)
class Protection:
    """Demand to be covered, items x months: months covered, mean per month [units/month], mean and sd [units].

    relative: sd / mean. parts: of relative^2, from demand error, lead time and yield. approximate: the error over this
    many months was not measured and is scaled from the nearest one that was.
    """

    months: Array
    per_month: Array
    mean: Array
    sd: Array
    relative: Array
    parts: tuple[Array, Array, Array]
    approximate: BoolArray


def protection_ahead(problem: SupplyProblem) -> Protection:
    """Return demand over lead time + review interval from the start of each month.

    Of an item with several lanes: mean and variance over each lane's own lead time and review, weighted by share, as
    orders alternate between lanes.
    """
    return _over_lanes(problem, _ahead, lane_views(problem))


def protection_first_month(problem: SupplyProblem) -> Protection:
    """Return demand over lead time + review interval from the start of the first month alone (items x 1)."""
    return _over_lanes(problem, _first_month, lane_views(problem))


def protection_of_lead_time(problem: SupplyProblem, whole: Protection) -> Protection:
    """Return the part of the whole that falls into the lead time alone, with no more spread than the whole.

    Measured errors may say otherwise by chance.
    """
    views = lane_views(problem)
    part = _protection(problem, months_of_days(problem.lead_days), whole.per_month)
    if views:
        own = [
            _protection(view.problem, months_of_days(view.problem.lead_days), whole.per_month[view.rows])
            for view in views
        ]
        part = _replaced(part, views, own)
    return replace(part, sd=np.minimum(part.sd, whole.sd))


def _ahead(problem: SupplyProblem) -> Protection:
    months = months_of_days(problem.lead_days) + review_months(problem)[:, None]
    return _protection(problem, months, demand_ahead(problem.demand, months))


def _first_month(problem: SupplyProblem) -> Protection:
    lead = replace(problem, lead_days=problem.lead_days[:, :1], lead_days_sd=problem.lead_days_sd[:, :1])
    months = months_of_days(lead.lead_days) + review_months(problem)[:, None]
    return _protection(lead, months, demand_ahead(problem.demand, months))


def _over_lanes(problem: SupplyProblem, of: Callable[[SupplyProblem], Protection], views: list[LaneView]) -> Protection:
    """Return the protection of all items, of those with several lanes over all their lanes."""
    whole = of(problem)
    return _replaced(whole, views, [of(view.problem) for view in views]) if views else whole


def _replaced(whole: Protection, views: list[LaneView], own: list[Protection]) -> Protection:
    """Return a protection with that of items with several lanes replaced by its mean over lanes, `own` by view."""
    rows = views[0].rows
    columns = {
        view.rank: np.stack(
            [
                one.months,
                one.per_month,
                one.mean,
                *(part * one.mean**2 for part in one.parts),
                *one.parts,
                one.approximate,
            ],
            axis=2,
        )
        for view, one in zip(views, own, strict=True)
    }
    mean = mean_over_lanes(views, lambda view: columns[view.rank])
    months, per_month, demand, first, second, third, *alone, approximate = np.moveaxis(mean, 2, 0)
    some, long = demand > 0, months > 0
    square = np.where(some, demand, 1.0) ** 2
    parts = tuple(
        np.where(some, units / square, part) for units, part in zip((first, second, third), alone, strict=True)
    )
    relative = np.sqrt(parts[0] + parts[1] + parts[2])
    per_month = np.where(long, demand / np.where(long, months, 1.0), per_month)
    found = (months, per_month, demand, relative * demand, relative, *parts, approximate > 0)
    arrays = (whole.months, whole.per_month, whole.mean, whole.sd, whole.relative, *whole.parts, whole.approximate)
    months, per_month, demand, sd, relative, first, second, third, guessed = (
        _with_rows(array, rows, values) for array, values in zip(arrays, found, strict=True)
    )
    return Protection(months, per_month, demand, sd, relative, (first, second, third), guessed)


def _with_rows(array: Any, rows: IntArray, values: Any) -> Any:
    """Return an array with some rows replaced."""
    changed = np.array(array)
    changed[rows] = values
    return changed


def review_months(problem: SupplyProblem) -> Array:
    """Return the review interval of each item [months], at least one step."""
    return np.maximum(months_of_days(problem.review_days), 1.0 / problem.steps_per_month)


def _protection(problem: SupplyProblem, months: Array, per_month: Array) -> Protection:
    """Return mean and spread of demand over so many months at a demand per month, all items x months.

    sd^2 = (rho * mean)^2 + (demand per month * sd of lead time)^2 + (order quantity * sd of yield)^2; the order
    quantity is the larger of the least order and the demand of a review interval. All taken relative to the mean:
    while lead time and error stay the same, so does the spread, bit for bit.
    """
    mean = per_month * months
    of_demand, approximate = error_over(problem.rho, months)
    of_demand *= of_demand
    of_lead_time = months_of_days(problem.lead_days_sd)
    of_lead_time /= np.where(months > 0, months, 1.0)
    of_lead_time *= of_lead_time
    parts = of_demand, of_lead_time, _of_yield(problem, per_month, mean)
    relative = of_demand + of_lead_time
    relative += parts[2]
    np.sqrt(relative, out=relative)
    return Protection(months, per_month, mean, relative * mean, relative, parts, approximate)


def _of_yield(problem: SupplyProblem, per_month: Array, mean: Array) -> Array:
    """Return the yield's part of the squared relative spread, items x months."""
    if not problem.yield_sd.any():
        return np.zeros(mean.shape)
    order, some = np.maximum(problem.moq[:, None], per_month * review_months(problem)[:, None]), mean > 0
    share: Array = np.where(some, order / np.where(some, mean, 1.0), 0.0) * problem.yield_sd[:, None]
    return share**2


def demand_ahead(demand: Array, months: Array) -> Array:
    """Return mean demand per month over so many months from the start of each month; items x months, or the first ones.

    A part of a month counts as its part of that month's demand. Beyond the horizon the mean of what lies inside it
    stands for the rest.
    """
    horizon, total, demand = demand.shape[1], running_total(demand), np.asfortranarray(demand)
    ahead = steps_array(*months.shape)
    for start in range(months.shape[1]):
        end = np.minimum(start + months[:, start], horizon)
        whole = np.minimum(end.astype(np.int64), horizon - 1)
        inside = picked(total, whole) + (end - whole) * picked(demand, whole) - total[:, start]
        length = end - start
        some = length > 0
        ahead[:, start] = np.where(some, inside / np.where(some, length, 1.0), demand[:, start])
    return ahead


def error_over(rho: Array, months: Array) -> tuple[Array, BoolArray]:
    """Return the relative error of demand cumulated over so many months, and where it is only approximate.

    rho (items x horizons 1..K, NaN from where it is not measured). Between two measured horizons the error is read
    off a straight line; outside them the nearest one is scaled as if errors were independent (error ~ sqrt(P)). A
    month like the one before takes its values: months ahead change only with lead times.
    """
    measured: IntArray = np.maximum((~np.isnan(rho)).cumprod(axis=1).sum(axis=1), 1)
    (items, count), rho = months.shape, np.asfortranarray(rho)
    error, outside = steps_array(items, count), np.zeros((count, items), dtype=bool).T
    for month in range(count):
        over = months[:, month]
        if month and np.array_equal(over, months[:, month - 1]):
            error[:, month], outside[:, month] = error[:, month - 1], outside[:, month - 1]
            continue
        inside = np.clip(over, 1.0, measured)
        below = inside.astype(np.int64)
        first, second = picked(rho, below - 1), picked(rho, np.minimum(below, measured - 1))
        between = first + (inside - below) * (second - first)
        outside[:, month] = (over < 1.0) | (over > measured)
        scaled = between * np.sqrt(inside / np.where(over > 0, over, 1.0))
        error[:, month] = np.where(outside[:, month], scaled, between)
    return error, outside
