"""Orders: what planning decides to buy, and when it must be ordered."""

from dataclasses import dataclass, fields, replace

import numpy as np

from supply.engine.agreed import Agreed
from supply.engine.arrays import Array, IntArray, steps_array
from supply.engine.lane_views import LaneView, bought_from
from supply.engine.problem import PlanMode, SupplyProblem
from supply.engine.projection import Chances, Flows, Netted, chances_plan, project, stock_to_reach
from supply.engine.receipts import PreBuys, by_step
from supply.engine.time import steps_of_days
from supply.engine.turns import InTurn, Turns, orders_in_turn


@dataclass(frozen=True, eq=False)
class Extra:
    """Orders placed at other steps than netting chose, because of a supplier's limits; what arrives of them.

    ranks: of the lanes they are bought from, one per order. receipts [units, after yield], value [money]: items x
    steps.
    """

    orders: PreBuys
    ranks: IntArray
    receipts: Array
    value: Array


@dataclass(frozen=True, eq=False)
class Limited:
    """What the limits of suppliers changed, items x months by month of release [units].

    moved: ordered a month earlier than this month. cut: not ordered in this month nor earlier. late: of what was cut,
    ordered in this month instead. lanes: of it, the part of each further lane, lanes x months; None without any.
    """

    moved: Array
    cut: Array
    late: Array
    lanes: "Limited | None" = None


@dataclass(frozen=True, eq=False)
class Orders:
    """Lead time in steps (items x steps, by step of release), the chances to receive an order, and the flows.

    Where limits of suppliers changed orders: `before`, the flows without limits; `extra` orders; by how much. turns:
    from which lane, where items have several; None where none has. `lead` is of main lanes, `chances` of the lanes
    whose turn it is.
    """

    lead: IntArray
    chances: Chances
    flows: Flows
    before: Flows | None = None
    extra: Extra | None = None
    limited: Limited | None = None
    turns: Turns | None = None

    @property
    def lane(self) -> IntArray | None:
        """Rank of the lane of what is received in each step, items x steps; None: all from main lanes."""
        return None if self.turns is None else self.turns.lane

    @property
    def receipts(self) -> Array:
        """What arrives of all planned orders, items x steps [units]."""
        return self.flows.receipts if self.extra is None else self.flows.receipts + self.extra.receipts


def orders_plan(
    problem: SupplyProblem, safety_stock: Array, demand: Array, agreed: Agreed, mode: PlanMode | None = None
) -> Orders:
    """Return planned orders and flows; safety_stock: items x months; demand: items x steps.

    mode: in place of the policy's.
    """
    unconstrained = (mode or problem.policy.plan_mode) == "unconstrained"
    lead, chances = chances_plan(problem, agreed.fixed, unconstrained=unconstrained)
    supply = agreed.total
    reach = stock_to_reach(safety_stock, demand, supply, chances, agreed.fixed)
    buys = Netted.of(problem, reach, chances.receipt)
    flows = project(problem.on_hand, problem.backlog, demand, supply, problem.backorder_share, buys=buys)
    orders = Orders(lead, chances, flows)
    if not len(problem.lanes):
        return orders
    return _with_turns(
        problem, orders, orders_in_turn(problem, safety_stock, demand, agreed, unconstrained=unconstrained)
    )


def _with_turns(problem: SupplyProblem, orders: Orders, several: InTurn) -> Orders:
    """Return the orders with those of items with several lanes in place of what their main lanes alone would do."""
    rows, chances = several.rows, orders.chances
    chances.receipt[rows], chances.release[rows] = several.chances.receipt, several.chances.release
    turns = Turns(np.zeros(orders.lead.shape, dtype=np.int64), _overdue(problem, orders))
    turns.lane[rows], turns.late[rows] = several.turns.lane, several.turns.late
    return replace(orders, flows=orders.flows.with_rows(rows, several.flows), turns=turns)


def steps_too_late(problem: SupplyProblem, orders: Orders) -> IntArray:
    """Return how many steps ago an order should have been placed to arrive in each step, items x steps; 0 = in time."""
    return _overdue(problem, orders) if orders.turns is None else orders.turns.late


def _overdue(problem: SupplyProblem, orders: Orders) -> IntArray:
    first_open = steps_of_days(problem.frozen_days, problem.steps_per_month)
    steps: IntArray = np.maximum(first_open[:, None] - orders.chances.release, 0)
    return steps


def receipts_of_main(problem: SupplyProblem, orders: Orders) -> Array:
    """Return what arrives of planned orders from main lanes, items x steps [units]."""
    if orders.lane is None:
        return orders.receipts
    main = np.where(orders.lane == 0, orders.flows.receipts, 0.0)
    if orders.extra is None:
        return main
    own = np.flatnonzero(orders.extra.ranks == 0)
    extra = PreBuys(**{each.name: getattr(orders.extra.orders, each.name)[own] for each in fields(PreBuys)})
    arriving = extra.quantity * problem.yield_mean[extra.item]
    return main + by_step(extra.item, extra.arrival, arriving, len(problem.items), problem.steps)


def releases_of(problem: SupplyProblem, agreed: Agreed, orders: Orders, *, every: int = 1) -> Array:
    """Return what is ordered by periods of so many steps, items x periods [units, before yield].

    Planned, set by hand, pre-bought. What should have been ordered before the first step is ordered in the first step
    a plan may use: it is late, and flagged so; in unconstrained mode such orders lie outside the table.
    """
    placed = _by_release(problem, agreed, orders, orders.flows.ordered, every)
    return placed if orders.extra is None else placed + _at_release(problem, orders.extra.orders, every)


def releases_of_lanes(problem: SupplyProblem, orders: Orders, *, before_limits: bool = False) -> Array:
    """Return what is ordered from each further lane, lanes x steps [units, before yield], in the order of the lanes.

    before_limits: if suppliers had no limits. The rest of `releases_of` is ordered from main lanes.
    """
    flows = orders.before if before_limits and orders.before is not None else orders.flows
    found = np.zeros((len(problem.lanes), problem.steps))
    for view, mine in bought_from(problem, orders.lane):
        ordered = np.where(mine, flows.ordered[view.rows], 0.0)
        row, step = np.nonzero(ordered)
        release = orders.chances.release[view.rows[row], step]
        placed = by_step(row, release, ordered[row, step], len(view.rows), problem.steps)
        extra = 0.0 if before_limits else extra_by_step(problem, orders, view)
        found[problem.lanes.of_rank(view.rank)] = placed + extra
    return found


def extra_by_step(problem: SupplyProblem, orders: Orders, view: LaneView, *, in_money: bool = False) -> Array:
    """Return what limits made of a view's orders at other steps, rows x steps: ordered [units], or its value received.

    Ordered units stand in the step of release, money [plan currency] in that of receipt.
    """
    if orders.extra is None:
        return np.zeros((len(view.rows), problem.steps))
    mine, all_of_them = orders.extra.ranks == view.rank, orders.extra.orders
    chosen = PreBuys(**{each.name: getattr(all_of_them, each.name)[mine] for each in fields(PreBuys)})
    chosen = chosen.of_rows(view.rows, len(problem.items))
    if not in_money:
        return by_step(chosen.item, chosen.release, chosen.quantity, len(view.rows), problem.steps)
    worth = chosen.quantity * view.problem.yield_mean[chosen.item] * chosen.unit_cost
    return by_step(chosen.item, chosen.arrival, worth, len(view.rows), problem.steps)


def releases_before_limits(problem: SupplyProblem, agreed: Agreed, orders: Orders, *, every: int = 1) -> Array:
    """Return what would be ordered if suppliers had no limits, as `releases_of`."""
    flows = orders.flows if orders.before is None else orders.before
    return _by_release(problem, agreed, orders, flows.ordered, every)


def agreed_releases(problem: SupplyProblem, agreed: Agreed, orders: Orders, *, every: int = 1) -> Array:
    """Return what is ordered without planning deciding it, as `releases_of`: set by hand, pre-bought."""
    return _by_release(problem, agreed, orders, np.zeros_like(orders.flows.ordered), every)


def _by_release(problem: SupplyProblem, agreed: Agreed, orders: Orders, ordered: Array, every: int) -> Array:
    (items, steps), release = ordered.shape, orders.chances.release
    if agreed.fixed is not None:
        ordered = ordered + agreed.by_hand / problem.yield_mean[:, None]
        release = np.where(agreed.by_hand > 0, np.maximum(release, 0), release)
    periods, rows = steps // every, np.arange(items)
    placed = steps_array(items, periods + 1)  # the last one: what lies outside the table
    cells = placed.T.ravel()
    for step in range(steps):
        period = np.where(release[:, step] >= 0, release[:, step] // every, periods)
        cells[period * items + rows] += ordered[:, step]
    placed = placed[:, :periods]
    return placed + _at_release(problem, problem.pre_buys, every) if len(problem.pre_buys.item) else placed


def _at_release(problem: SupplyProblem, bought: PreBuys, every: int) -> Array:
    return by_step(bought.item, bought.release // every, bought.quantity, len(problem.items), problem.steps // every)
