"""Levels: what the plan raises the position (on hand + on order - backlog) to at each of its chances to order."""

import numpy as np

from supply.engine.arrays import Array, BoolArray, IntArray
from supply.engine.orders import Orders, orders_plan
from supply.engine.plan import SupplyPlan
from supply.engine.projection import stock_to_reach
from supply.engine.risk_limits import levels_within_limits
from supply.engine.risk_slots import Slot


def levels_of(plan: SupplyPlan) -> list[list[Slot]]:
    """Return the chances of each step; levels are less agreed receipts.

    An item of a limited supplier raises to the level netting would, but orders in no step more than the limited plan
    does and whole lots of what the supplier has left in the month: as if the others took theirs as planned. Where that
    is not what the limited plan orders, because it orders early, the level is the position it leads to.
    """
    problem, safety, demand, agreed = plan.problem, plan.safety.quantity, plan.demand, plan.agreed
    orders = plan.orders
    if problem.policy.plan_mode != "feasible":
        orders = orders_plan(problem, safety, demand, agreed, "feasible")
    chances, known = orders.chances, agreed.total
    reach = stock_to_reach(safety, demand, known, chances, agreed.fixed)
    wanted = np.cumsum(demand, axis=1)
    ahead, before = reach + wanted - np.cumsum(known, axis=1), wanted - demand
    found: list[list[Slot]] = [[] for _ in range(demand.shape[1])]
    usable: BoolArray = chances.receipt & (chances.release >= 0)
    if len(problem.lanes):
        _enter_several(found, problem.lanes.items, orders, usable, (ahead, before))
        usable[problem.lanes.items] = False
    for arrival in range(demand.shape[1]):
        rows = np.flatnonzero(usable[:, arrival])
        for release in np.unique(chances.release[rows, arrival]):
            these = rows[chances.release[rows, arrival] == release]
            _enter(found[release], these, ahead[these, arrival] - before[these, release], len(demand))
    return levels_within_limits(plan, found) if problem.policy.plan_mode == "feasible" else found


def _enter(slots: list[Slot], rows: IntArray, level: Array, items: int) -> None:
    """Enter levels of main lanes into the first slot where none of these items stands yet."""
    slot = next((one for one in slots if one.rank == 0 and np.isneginf(one.level[rows]).all()), None)
    if slot is None:
        slots.append(slot := Slot(np.full(items, -np.inf)))
    slot.level[rows] = level


def _enter_several(
    found: list[list[Slot]], rows: IntArray, orders: Orders, usable: BoolArray, levels: tuple[Array, Array]
) -> None:
    """Enter the chances of items with several lanes (rows), in the order they are placed in.

    What a fast lane brings may be ordered after what a slow one brings later. So the position counts what was placed
    before and arrives after, and does not count yet what is placed after and arrives before: as the plan has it.
    """
    ahead, before = levels
    flows = orders.flows if orders.before is None else orders.before
    came = np.cumsum(flows.receipts[rows], axis=1) - flows.receipts[rows]  # planned to come before each step
    place, arrival = np.nonzero(usable[rows])
    row = rows[place]
    release, rank = orders.chances.release[row, arrival], np.zeros_like(row)
    if orders.lane is not None:
        rank = orders.lane[row, arrival]
    order = np.lexsort((arrival, release, place))
    place, row, arrival, release, rank = (each[order] for each in (place, row, arrival, release, rank))
    nth = np.arange(len(place)) - np.searchsorted(place, place)
    units = np.zeros((len(rows), int(nth.max(initial=0)) + 1))
    units[place, nth] = flows.receipts[row, arrival]
    placed = np.cumsum(units, axis=1) - units
    level = ahead[row, arrival] - before[row, release] + placed[place, nth] - came[place, arrival]
    turn = nth - nth[np.searchsorted(place * len(found) + release, place * len(found) + release)]
    for one in np.unique(turn):  # an item's orders of a step one after the other
        for at in np.unique(release[turn == one]):
            for lane in np.unique(rank[(turn == one) & (release == at)]):
                these = (turn == one) & (release == at) & (rank == lane)
                slot = Slot(np.full(len(ahead), -np.inf), rank=int(lane))
                slot.level[row[these]] = level[these]
                found[at].append(slot)
