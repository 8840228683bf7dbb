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
from supply.engine.orders import Extra, Limited, Orders, agreed_releases
from supply.engine.placing import Calendar, in_sight, place_orders
from supply.engine.problem import SupplyProblem
from supply.engine.projection import Chances, Flows, Netted, project, stock_to_reach
from supply.engine.receipts import PreBuys, by_step
from supply.engine.time import roll_up, steps_of_days


@dataclass(frozen=True, eq=False)
class _Supplier:
    """One limited supplier's items, sorted by label, and everything their orders are fitted by; arrays of its rows."""

    problem: SupplyProblem
    agreed: Agreed
    demand: Array
    safety_stock: Array
    orders: Orders
    limit: SupplierLimit
    calendar: Calendar
    lots: Lots
    facts: CutFacts


@dataclass(frozen=True, eq=False)
class _Fitted:
    """One supplier's orders after its limits: by step of receipt as planned, those placed anew, and by month."""

    ordered: Array
    anew: PreBuys
    moved: Array
    cut: Array
    late: Array


def orders_within_limits(
    problem: SupplyProblem, safety_stock: Array, demand: Array, agreed: Agreed, orders: Orders
) -> Orders:
    """Return the orders that keep to the limits of suppliers; the same ones where no limit is asked for too much.

    safety_stock, demand: items x steps. Without limits, and in unconstrained mode, nothing changes.
    """
    if problem.limits is None or problem.policy.plan_mode == "unconstrained":
        return orders
    moved, cut, late = (np.zeros(problem.demand.shape) for _ in range(3))
    ordered, touched, anew = orders.flows.ordered.copy(order="K"), [], [PreBuys.build()]
    for limit, members in problem.limits.groups():
        rows = members[np.argsort(problem.items[members], kind="stable")]
        fitted = _fit(_supplier(problem, safety_stock, demand, agreed, orders, limit, rows))
        if fitted is None:
            continue
        changed = np.flatnonzero((fitted.moved + fitted.cut + fitted.late > 0).any(axis=1))
        moved[rows], cut[rows], late[rows] = fitted.moved, fitted.cut, fitted.late
        ordered[rows[changed]] = fitted.ordered[changed]
        anew.append(replace(fitted.anew, item=rows[fitted.anew.item]))
        touched.append(rows[changed])
    if not touched:
        return orders
    placed = PreBuys.build()
    for each in anew:
        placed = placed.joined(each)
    return _carried_out(
        problem, demand, agreed, orders, ordered, placed, np.concatenate(touched), Limited(moved, cut, late)
    )


def _supplier(  # noqa: PLR0917  (private, called once above)
    problem: SupplyProblem,
    safety_stock: Array,
    demand: Array,
    agreed: Agreed,
    orders: Orders,
    limit: SupplierLimit,
    rows: IntArray,
) -> _Supplier:
    part, own = problem.take(rows), agreed.of_rows(rows)
    per_month = problem.steps_per_month
    lead, release = orders.lead[rows], orders.chances.release[rows]
    review = np.maximum(steps_of_days(part.review_days, per_month), 1)
    first_open = steps_of_days(part.frozen_days, per_month)
    assert part.limits is not None
    facts = CutFacts.build(
        np.arange(len(rows)),
        demand=np.ascontiguousarray(part.demand).mean(axis=1),
        priority=part.limits.priority,
        margin=np.ascontiguousarray(part.price - part.unit_cost).mean(axis=1),
    )
    return _Supplier(
        part,
        own,
        demand[rows],
        safety_stock[rows],
        Orders(lead, orders.chances.of_rows(rows), orders.flows.of_rows(rows)),
        limit,
        Calendar(release, lead, first_open, review, own.fixed, per_month),
        Lots(part.moq, part.multiple),
        facts,
    )


def _fit(one: _Supplier) -> _Fitted | None:
    """Return one supplier's orders within its limits; None where they keep to them already."""
    limits = one.problem.limits
    assert limits is not None
    standing = roll_up(agreed_releases(one.problem, one.agreed, one.orders), one.problem.steps_per_month, "sum")
    room = _left(one.limit.quantity, limits.per_unit, standing)
    planned = one.calendar.by_month(one.orders.flows.ordered)
    known = one.orders.flows, one.agreed.total
    found = _constrained(one, planned, room, one.calendar.first_month, known)
    if not (found.moved.any() or found.cut.any()):
        return None
    ordered, anew = place_orders(one.orders.flows.ordered, found, one.calendar, one.lots)
    fitted = _Fitted(ordered, anew, found.moved, found.cut, np.zeros_like(found.cut))
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


def _catch_up(one: _Supplier, fitted: _Fitted, room: Array) -> _Fitted:
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


def _asked_again(one: _Supplier, fitted: _Fitted, waits: BoolArray, month: int) -> tuple[Flows, Array]:
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


def _carried_out(  # noqa: PLR0917  (private, called once above)
    problem: SupplyProblem,
    demand: Array,
    agreed: Agreed,
    orders: Orders,
    ordered: Array,
    anew: PreBuys,
    rows: IntArray,
    limited: Limited,
) -> Orders:
    """Return the orders with the flows they lead to: stock projected with every receipt given, in the rows touched."""
    part = problem.take(rows)
    own, extra = ordered[rows] * part.yield_mean[:, None], _extra_units(problem, anew)
    supply = agreed.of_rows(rows).total + own + extra[rows]
    flows = project(part.on_hand, part.backlog, demand[rows], supply, part.backorder_share)
    flows = replace(flows, ordered=ordered[rows], receipts=own)
    month = np.minimum(np.where(problem.cost_at_order[anew.item], anew.release, anew.arrival), problem.steps - 1)
    priced = replace(anew, unit_cost=problem.unit_cost[anew.item, month // problem.steps_per_month])
    value = by_step(
        priced.item,
        priced.arrival,
        priced.quantity * problem.yield_mean[priced.item] * priced.unit_cost,
        len(problem.items),
        problem.steps,
    )
    return replace(
        orders,
        flows=orders.flows.with_rows(rows, flows),
        before=orders.flows,
        extra=Extra(priced, extra, value),
        limited=limited,
    )
