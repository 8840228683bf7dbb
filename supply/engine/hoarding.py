"""Stock explained: everything held and on order in one class each, from what is needed to what nothing explains.

Balance = on hand + open order lines, at the first day of the plan. In this order each class takes from what is left:

1 need        demand over measured lead time + review, and the backlog
2 buffer      safety stock for the service target, calculated with the measured lead time and its spread
3 lots        the least order, or one multiple: an order cannot be smaller
4 pre_buy     bought ahead by agreement in a published plan, as far as it is not used up
5 long_lead   what the assumed lead time asks for above the measured one (demand under way and safety stock)
6 stacked     safety stock set by hand or by a factor, above the calculated one
7 early       what is left of the open orders: due before it is needed, or placed before it had to be
8 rest        what is left in the warehouse

1 to 4 explain stock, 5 to 8 leave it unexplained. Where too few receipts were measured, the assumed lead time counts as
measured. What is on hand serves the first classes, then open orders do; 7 is on order only, 8 on hand only.
Order-up-to arithmetic: Silver, Pyke & Thomas, Inventory and Production Management in Supply Chains, chapter 6.
"""

from dataclasses import dataclass, replace

import numpy as np

from supply.engine.arrays import Array
from supply.engine.lane_views import largest_of_lanes
from supply.engine.lots import RATIO_SLACK
from supply.engine.problem import SupplyProblem
from supply.engine.protection import protection_first_month
from supply.engine.safety_stock import SafetyStock, safety_stock_over

CLASSES = ("need", "buffer", "lots", "pre_buy", "long_lead", "stacked", "early", "rest")
EXPLAINED = CLASSES[:4]
UNEXPLAINED = CLASSES[4:]
UNITS_DIGITS, MONEY_DIGITS = 3, 2  # as tables hold them


@dataclass(frozen=True, eq=False)
class Known:
    """What is known beside the problem, per item (n); NaN = not known.

    days, days_sd: measured lead time [days]. earlier, earlier_sd: the lead time a year ago [days]. pre_bought: agreed
    extra units not used up yet (0 = none). held_before: on hand and on order a year ago [units].
    """

    days: Array
    days_sd: Array
    earlier: Array
    earlier_sd: Array
    pre_bought: Array
    held_before: Array


@dataclass(frozen=True, eq=False)
class Explained:
    """The balance of each item by class, n x 8 in the order of CLASSES: units and money [plan currency].

    asked: what the first six classes would take if enough were there, n x 6 [units]. on_hand, on_order (n) [units].
    per_month, months (n): demand a month and the months that need covers. safety_planned, safety_assumed,
    safety_measured (n) [units]: as the plan has it; calculated with the assumed, with the measured lead time.
    lengthened (n x 2: units, money): the part of need and buffer there only because the lead time is longer than a
    year ago; NaN where that is not known. growth, grown_by_lead (n x 2): what is held more than a year ago at today's
    value per unit, and how much of it `lengthened` justifies; NaN where either is not known.
    """

    units: Array
    money: Array
    asked: Array
    on_hand: Array
    on_order: Array
    per_month: Array
    months: Array
    safety_planned: Array
    safety_assumed: Array
    safety_measured: Array
    lengthened: Array
    growth: Array
    grown_by_lead: Array


def stock_explain(problem: SupplyProblem, safety: SafetyStock, known: Known) -> Explained:
    """Return each item's balance by class; `safety` is that of the plan as it is. Classes add up to the balance."""
    count = len(problem.items)
    assumed = _calculated(problem, np.full(count, np.nan), np.full(count, np.nan))
    measured = _calculated(problem, known.days, known.days_sd)
    earlier = _calculated(problem, known.earlier, known.earlier_sd)
    level = measured.order_up_to[:, 0]
    need = measured.cover.mean[:, 0] + problem.backlog
    buffer = measured.quantity[:, 0]
    asked = np.stack(
        [
            need,
            buffer,
            np.where(need + buffer > 0, largest_of_lanes(problem, smallest_order), 0.0),
            known.pre_bought,
            np.maximum(assumed.order_up_to[:, 0] - level, 0.0),
            np.maximum(safety.quantity[:, 0] - np.maximum(assumed.quantity[:, 0], buffer), 0.0),
        ],
        axis=1,
    )
    on_hand, (on_order, order_value) = problem.on_hand, _on_order(problem)
    balance = on_hand + on_order
    ends = np.minimum(np.cumsum(asked, axis=1), balance[:, None])
    units = np.diff(ends, axis=1, prepend=0.0)
    left = balance - ends[:, -1]
    early = np.minimum(left, on_order)
    units = np.column_stack([units, early, left - early])
    worth = _Worth(on_hand, problem.avg_cost, _per_unit(order_value, on_order))
    taken = np.diff(worth.of_first(ends), axis=1, prepend=0.0)
    money = np.column_stack([taken, early * worth.order_cost, (left - early) * problem.avg_cost])
    lengthened = _lengthened(problem, earlier, ends[:, 1], worth, known)
    growth = np.maximum(balance - known.held_before, 0.0)
    growth = np.where(np.isnan(lengthened[:, 0]), np.nan, growth)
    both = np.column_stack([growth, growth * _per_unit(money.sum(axis=1), balance)])
    return Explained(
        units=units,
        money=money,
        asked=asked,
        on_hand=on_hand,
        on_order=on_order,
        per_month=measured.cover.per_month[:, 0],
        months=measured.cover.months[:, 0],
        safety_planned=safety.quantity[:, 0],
        safety_assumed=assumed.quantity[:, 0],
        safety_measured=buffer,
        lengthened=lengthened,
        growth=both,
        grown_by_lead=np.minimum(lengthened, both),
    )


def parts_rounded(parts: Array, digits: int) -> Array:
    """Return parts (n x classes) rounded so that each row still adds up to its rounded sum, none below zero.

    Running sums are rounded and parts are their differences: a part is off by one last digit at most.
    """
    sums = np.round(np.cumsum(parts, axis=1), digits)
    return np.round(np.diff(sums, axis=1, prepend=0.0), digits)


def smallest_order(problem: SupplyProblem) -> Array:
    """Return the smallest order of each item (n) [units]: the least order raised to the multiple; 0 = any quantity."""
    unit = np.where(problem.multiple > 0, problem.multiple, 1.0)
    raised = np.maximum(np.ceil(problem.moq / unit - RATIO_SLACK), 1.0) * unit
    return np.where(problem.multiple > 0, raised, problem.moq)


@dataclass(frozen=True, eq=False)
class _Worth:
    """What units are worth, those on hand first and then those on order (n each)."""

    on_hand: Array
    average_cost: Array
    order_cost: Array

    def of_first(self, units: Array) -> Array:
        """Return the value of the first so many units of each item (n x k)."""
        held = np.minimum(units, self.on_hand[:, None])
        worth: Array = held * self.average_cost[:, None] + (units - held) * self.order_cost[:, None]
        return worth


def _calculated(problem: SupplyProblem, days: Array, days_sd: Array) -> SafetyStock:
    """Return the first month's calculated safety stock with other lead times (NaN: as assumed), none set by hand."""
    given = ~np.isnan(days)
    changed = replace(
        problem,
        lead_days=np.where(given, days, problem.lead_days[:, 0])[:, None],
        lead_days_sd=np.where(given, np.nan_to_num(days_sd), problem.lead_days_sd[:, 0])[:, None],
        service_target=problem.service_target[:, :1],
        safety_override=np.full((len(days), 1), np.nan),
        safety_factor=np.ones((len(days), 1)),
    )
    return safety_stock_over(changed, protection_first_month(changed))


def _on_order(problem: SupplyProblem) -> tuple[Array, Array]:
    """Return units on order and their value, per item."""
    firm, count = problem.firm, len(problem.items)
    units, value = np.zeros(count), np.zeros(count)
    np.add.at(units, firm.item, firm.quantity)
    np.add.at(value, firm.item, firm.quantity * firm.unit_cost)
    return units, value


def _per_unit(value: Array, units: Array) -> Array:
    some = units > 0
    return np.where(some, value / np.where(some, units, 1.0), 0.0)


def _lengthened(problem: SupplyProblem, earlier: SafetyStock, taken: Array, worth: _Worth, known: Known) -> Array:
    """Return what need and buffer take above what they would with the lead time of a year ago: units and money."""
    then = np.minimum(earlier.order_up_to[:, 0] + problem.backlog, taken)
    more = np.column_stack([taken - then, np.diff(worth.of_first(np.column_stack([then, taken])), axis=1)[:, 0]])
    return np.where(np.isnan(known.earlier)[:, None], np.nan, more)
