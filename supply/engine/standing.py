"""Standing orders: what is ordered from each lane while limited suppliers are fitted one after the other.

An item with several lanes may be bought from two limited suppliers: the second meets what the first left of it.
"""

from dataclasses import dataclass, replace

import numpy as np

from supply.engine.agreed import Agreed
from supply.engine.arrays import RESIDUE, Array, BoolArray, IntArray
from supply.engine.lane_views import yields_by_step
from supply.engine.orders import Extra, Limited, Orders
from supply.engine.problem import SupplyProblem
from supply.engine.projection import project
from supply.engine.receipts import PreBuys, by_step


@dataclass(frozen=True, eq=False)
class Fitted:
    """One supplier's orders after its limits: by step of receipt as planned, those placed anew, and by month."""

    ordered: Array
    anew: PreBuys
    moved: Array
    cut: Array
    late: Array


class Standing:
    """Orders of all items as they stand; rows and ranks name lanes: rows of items and ranks of their lanes."""

    def __init__(self, problem: SupplyProblem, demand: Array, agreed: Agreed, orders: Orders) -> None:
        self._problem, self._demand, self._agreed, self._orders = problem, demand, agreed, orders
        self.flows, self._yields = orders.flows, yields_by_step(problem, orders.lane)
        self._ordered = orders.flows.ordered.copy(order="K")
        self._anew, self._ranks, self._touched = PreBuys.build(), np.zeros(0, dtype=np.int64), [np.zeros(0, np.int64)]
        self._limited, self._of_lanes = _nothing(problem.demand), _nothing(problem.lanes.unit_cost)

    def own(self, rows: IntArray, ranks: IntArray) -> BoolArray:
        """Return where what is planned to be received comes from these lanes, rows x steps."""
        lane = self._orders.lane
        return np.ones((len(rows), 1), dtype=bool) if lane is None else lane[rows] == ranks[:, None]

    def ordered(self, rows: IntArray, ranks: IntArray) -> Array:
        """Return what is ordered from these lanes, by step of receipt."""
        return np.where(self.own(rows, ranks), self._ordered[rows], 0.0)

    def given(self, rows: IntArray, ranks: IntArray) -> Agreed:
        """Return what arrives of the items without these lanes' own planned orders."""
        agreed = self._agreed.of_rows(rows)
        if self._orders.lane is None:
            return agreed
        of_others = np.where(self.own(rows, ranks), 0.0, self._receipts(rows)) + self._extra(rows)
        further = ranks[:, None] > 0  # what is set by hand comes from main lanes
        by_hand = np.where(further, 0.0, agreed.by_hand)
        of_main = agreed.by_hand - by_hand
        decided = None if agreed.decided is None else agreed.decided - of_main
        total, firm = agreed.total + of_others, agreed.firm + of_others + of_main
        return replace(agreed, total=total, firm=firm, decided=decided, by_hand=by_hand)

    def put(self, rows: IntArray, ranks: IntArray, fitted: Fitted) -> None:
        """Put what a supplier accepts in place of what was ordered of its lanes."""
        further = np.flatnonzero(ranks)
        at = self._problem.lanes.find(rows[further], ranks[further])
        for name in ("moved", "cut", "late"):
            getattr(self._limited, name)[rows] += getattr(fitted, name)
            if further.size:
                getattr(self._of_lanes, name)[at] = getattr(fitted, name)[further]
        changed = np.flatnonzero((fitted.moved + fitted.cut + fitted.late > 0).any(axis=1))
        own = self.own(rows, ranks)
        self._ordered[rows[changed]] = np.where(own, fitted.ordered, self._ordered[rows])[changed]
        self._add(rows, ranks, fitted.anew)
        self._touched.append(rows[changed])
        self._again(np.intersect1d(rows[changed], self._problem.lanes.items))

    def add_beside(self, rows: IntArray, ranks: IntArray, ordered: Array, release: IntArray) -> None:
        """Add what is ordered from these lanes for steps in which another lane of the item has its turn."""
        row, step = np.nonzero(np.where(self.own(rows, ranks), 0.0, ordered) > RESIDUE)
        self._add(rows, ranks, PreBuys.build(row, release[row, step], step, ordered[row, step], np.zeros(len(row))))

    def orders(self) -> Orders:
        """Return the orders with the flows they lead to; the ones planned where no limit was asked for too much."""
        rows = np.unique(np.concatenate(self._touched))
        if not rows.size:
            return self._orders
        self._again(rows)
        anew, everyone = self._priced(), np.arange(len(self._problem.items))
        extra = Extra(anew, self._ranks, self._extra(everyone), self._by_arrival(anew, everyone, anew.unit_cost))
        limited = replace(self._limited, lanes=self._of_lanes) if len(self._problem.lanes) else self._limited
        return replace(self._orders, flows=self.flows, before=self._orders.flows, extra=extra, limited=limited)

    def _add(self, rows: IntArray, ranks: IntArray, orders: PreBuys) -> None:
        self._anew = self._anew.joined(replace(orders, item=rows[orders.item]))
        self._ranks = np.concatenate([self._ranks, ranks[orders.item]])

    def _again(self, rows: IntArray) -> None:
        """Project the stock of some items anew, with every receipt given."""
        if not rows.size:
            return
        problem, receipts = self._problem, self._receipts(rows)
        supply = self._agreed.of_rows(rows).total + receipts + self._extra(rows)
        start = problem.on_hand[rows], problem.backlog[rows]
        flows = project(*start, self._demand[rows], supply, problem.backorder_share[rows])
        self.flows = self.flows.with_rows(rows, replace(flows, ordered=self._ordered[rows], receipts=receipts))

    def _receipts(self, rows: IntArray) -> Array:
        """Return what arrives of some items' orders at the steps planned, rows x steps [units]."""
        arriving: Array = self._ordered[rows] * self._yields[rows]
        return arriving

    def _priced(self) -> PreBuys:
        """Return the orders placed anew at the cost of their lanes: of the month of order or of receipt."""
        problem, anew = self._problem, self._anew
        month = np.minimum(np.where(problem.cost_at_order[anew.item], anew.release, anew.arrival), problem.steps - 1)
        cost = problem.term("unit_cost", anew.item, self._ranks)
        return replace(anew, unit_cost=cost[np.arange(len(month)), month // problem.steps_per_month])

    def _extra(self, rows: IntArray) -> Array:
        """Return what arrives of some items' orders placed anew, rows x steps [units]."""
        return self._by_arrival(self._anew, rows, np.ones(len(self._ranks)))

    def _by_arrival(self, anew: PreBuys, rows: IntArray, each: Array) -> Array:
        arriving = anew.quantity * self._problem.term("yield_mean", anew.item, self._ranks) * each
        mine = replace(anew, quantity=arriving).of_rows(rows, len(self._problem.items))
        return by_step(mine.item, mine.arrival, mine.quantity, len(rows), self._problem.steps)


def _nothing(like: Array) -> Limited:
    return Limited(np.zeros(like.shape), np.zeros(like.shape), np.zeros(like.shape))
