"""Within limits: planned orders of limited suppliers fitted into what those accept, and the plan carried out anew.

Each limited supplier by itself: orders above its limits go a month earlier, what fits nowhere in time is cut; what was
cut is asked for again in the months that follow, as far as they have room. Then stock is projected with all receipts.
"""

from dataclasses import dataclass, replace

import numpy as np

from supply.engine.agreed import Agreed
from supply.engine.arrays import Array, BoolArray, IntArray
from supply.engine.constrain import Constrained, Lots, constrain_releases
from supply.engine.cutting import CutFacts
from supply.engine.limits import SupplierLimit
from supply.engine.orders import Orders, agreed_releases
from supply.engine.placing import Calendar, in_sight, place_orders
from supply.engine.problem import SupplyProblem
from supply.engine.projection import Chances, Flows, Netted, chances_plan, project, stock_to_reach
from supply.engine.receipts import PreBuys, by_step
from supply.engine.standing import Fitted, Standing
from supply.engine.time import steps_of_days


@dataclass(frozen=True, eq=False)
class _Supplier:
    """One limited supplier's lanes, sorted by label of item, and everything their orders are fitted by."""

    problem: SupplyProblem
    agreed: Agreed
    demand: Array
    safety_stock: Array
    orders: Orders
    limit: SupplierLimit
    calendar: Calendar
    lots: Lots
    facts: CutFacts


def orders_within_limits(
    problem: SupplyProblem, safety_stock: Array, demand: Array, agreed: Agreed, orders: Orders
) -> Orders:
    """Return the orders that keep to the limits of suppliers; the same ones where no limit is asked for too much.

    safety_stock: items x months; demand: items x steps. Without limits, and in unconstrained mode, nothing changes. Of
    an item with several lanes a supplier's limits touch only what is bought from it; the rest is given.
    """
    if problem.limits is None or problem.policy.plan_mode == "unconstrained":
        return orders
    standing = Standing(problem, demand, agreed, orders)
    for limit, items, ranks in problem.limits.groups(problem.lanes):
        by_label = np.argsort(problem.items[items], kind="stable")
        lanes = items[by_label], ranks[by_label]
        one = _supplier(problem, (safety_stock, demand), standing, limit, lanes)
        fitted = _fit(one)
        if fitted is not None:
            standing.add_beside(*lanes, fitted.ordered, one.calendar.release)
            standing.put(*lanes, fitted)
    return standing.orders()


def _supplier(
    problem: SupplyProblem,
    levels: tuple[Array, Array],
    standing: Standing,
    limit: SupplierLimit,
    lanes: tuple[IntArray, IntArray],
) -> _Supplier:
    """Return one limited supplier's lanes (rows of items, ranks) with what is given of their items."""
    (rows, ranks), per_month = lanes, problem.steps_per_month
    part, own = problem.of_lanes(rows, ranks), standing.given(rows, ranks)
    if ranks.any():  # what was bought ahead is bought from main lanes
        kept = part.pre_buys.of_rows(np.flatnonzero(ranks == 0), len(rows))
        part = replace(part, pre_buys=replace(kept, item=np.flatnonzero(ranks == 0)[kept.item]))
    lead, chances = chances_plan(part, own.fixed)
    review = np.maximum(steps_of_days(part.review_days, per_month), 1)
    first_open = steps_of_days(part.frozen_days, per_month)
    assert part.limits is not None
    facts = CutFacts.build(
        np.arange(len(rows)),
        demand=np.ascontiguousarray(part.demand).mean(axis=1),
        priority=part.limits.priority,
        margin=np.ascontiguousarray(part.price - part.unit_cost).mean(axis=1),
    )
    flows = replace(standing.flows.of_rows(rows), ordered=standing.ordered(rows, ranks))
    return _Supplier(
        part,
        own,
        levels[1][rows],
        levels[0][rows],
        Orders(lead, chances, flows),
        limit,
        Calendar(chances.release, lead, first_open, review, own.fixed, per_month),
        Lots(part.moq, part.multiple),
        facts,
    )


def _fit(one: _Supplier) -> Fitted | None:
    """Return one supplier's orders within its limits; None where they keep to them already."""
    limits = one.problem.limits
    assert limits is not None
    standing = agreed_releases(one.problem, one.agreed, one.orders, every=one.problem.steps_per_month)
    room = _left(one.limit.quantity, limits.per_unit, standing)
    planned = one.calendar.by_month(one.orders.flows.ordered)
    known = one.orders.flows, one.agreed.total
    found = _constrained(one, planned, room, one.calendar.first_month, known)
    if not (found.moved.any() or found.cut.any()):
        return None
    ordered, anew = place_orders(one.orders.flows.ordered, found, one.calendar, one.lots)
    fitted = Fitted(ordered, anew, found.moved, found.cut, np.zeros_like(found.cut))
    return _catch_up(one, fitted, _left(room, limits.per_unit, found.kept))


def _left(room: Array, per_unit: Array, ordered: Array) -> Array:
    """Return what is left of the room after orders, measures x months; 0 where they take more."""
    taken: Array = np.einsum("kim,im->km", per_unit, np.ascontiguousarray(ordered))
    return np.maximum(room - taken, 0.0)


def _constrained(
    one: _Supplier, releases: Array, room: Array, first_open: IntArray, known: tuple[Flows, Array]
) -> Constrained:
    """Return orders within the room; known: the flows so far, and what arrives without these orders."""
    problem, (flows, supply) = one.problem, known
    assert problem.limits is not None
    start, net = problem.on_hand - problem.backlog, flows.closing - flows.backlog
    return constrain_releases(
        releases,
        problem.limits.per_unit,
        room,
        replace(one.facts, held=in_sight(start, net, supply, first_open, one.calendar)),
        rule=one.limit.rule,
        lots=one.lots,
        first_open=first_open,
        sooner=one.calendar.sooner(),
    )


def _catch_up(one: _Supplier, fitted: Fitted, room: Array) -> Fitted:
    """Return the orders with what was cut ordered later, month by month, as far as it is still needed and fits."""
    assert one.problem.limits is not None
    waits: BoolArray = np.any(fitted.cut > 0, axis=1)
    for month in range(int(one.calendar.first_month.min()) + 1, one.problem.months):
        if not waits.any() or not np.all(room > 0, axis=0)[month:].any():
            break
        flows, supply = _asked_again(one, fitted, waits, month)
        asked = flows.ordered
        wanted = one.calendar.by_month(asked)
        if not wanted.any():
            break
        found = _constrained(one, wanted, room, np.maximum(one.calendar.first_month, month), (flows, supply))
        ordered, anew = place_orders(asked, found, one.calendar, one.lots)
        fitted = replace(
            fitted, ordered=fitted.ordered + ordered, anew=fitted.anew.joined(anew), late=fitted.late + found.kept
        )
        room = _left(room, one.problem.limits.per_unit, found.kept)
        if not found.cut.any():
            break
    return fitted


def _asked_again(one: _Supplier, fitted: Fitted, waits: BoolArray, month: int) -> tuple[Flows, Array]:
    """Return what items that wait would order from a month on, and what arrives without it, by step of receipt."""
    problem, chances = one.problem, one.orders.chances
    supply = one.agreed.total + _receipts(problem, fitted.ordered, fitted.anew)
    later = chances.receipt & (chances.release >= month * problem.steps_per_month) & waits[:, None]
    again = Chances(later, chances.release)
    flows = project(
        problem.on_hand,
        problem.backlog,
        one.demand,
        supply,
        problem.backorder_share,
        buys=Netted.of(problem, stock_to_reach(one.safety_stock, one.demand, supply, again, one.agreed.fixed), later),
    )
    return flows, supply


def _receipts(problem: SupplyProblem, ordered: Array, anew: PreBuys) -> Array:
    """Return what arrives of planned orders and of those placed anew, items x steps."""
    return ordered * problem.yield_mean[:, None] + _extra_units(problem, anew)


def _extra_units(problem: SupplyProblem, anew: PreBuys) -> Array:
    arriving = anew.quantity * problem.yield_mean[anew.item]
    return by_step(anew.item, anew.arrival, arriving, len(problem.items), problem.steps)
