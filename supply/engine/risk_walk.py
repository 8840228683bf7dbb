"""The walk of the risk: the plan's order-up-to rule step by step over the drawn courses of one block of items."""

from dataclasses import dataclass

import numpy as np

from supply.engine.agreed import agreed_receipts
from supply.engine.arrays import RESIDUE, Array, BoolArray, IntArray
from supply.engine.problem import SupplyProblem
from supply.engine.receipts import expected_steps
from supply.engine.risk_draws import Draws, Shocks
from supply.engine.risk_paths import DemandPath, LeadSteps, firm_spread
from supply.engine.risk_slots import Chance
from supply.engine.risk_source import Source
from supply.engine.risk_tally import Room, Tally

TINY = 1e-4  # of a month's demand: what single precision cannot tell from nothing after so many steps


@dataclass(frozen=True, eq=False)
class BlockDraws:
    """The draws of a block; None where that part does not vary. firm: open order lines x draws, standard normal.

    further: lead times of further lanes, by rank.
    """

    count: int
    dtype: np.dtype[np.floating]
    demand: Shocks | None = None
    lead: Shocks | None = None
    received: Shocks | None = None
    firm: Draws | None = None
    further: tuple[Shocks | None, ...] = ()


class KeptArrays:
    """Large arrays the next block uses again: fresh memory costs more than the arithmetic on it."""

    def __init__(self) -> None:
        self._flat: dict[tuple[str, str], Draws] = {}

    def zeros(self, name: str, shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> Draws:
        """Return an array of zeros; an earlier one of this name is no longer valid."""
        size, key = int(np.prod(shape)), (name, dtype.str)
        if key not in self._flat or self._flat[key].size < size:
            self._flat[key] = np.empty(size, dtype=dtype)
        found = self._flat[key][:size].reshape(shape)
        found.fill(0)
        return found


class Walk:
    """One block: arrays items x draws, `coming` steps x items x draws; position: on hand + on order - backlog."""

    def __init__(
        self,
        problem: SupplyProblem,
        chances: list[list[Chance]],
        draws: BlockDraws,
        kept: "KeptArrays",
    ) -> None:
        self.problem, self.chances, self.draws = problem, chances, draws
        self.size, dtype = (len(problem.items), draws.count), draws.dtype
        exact = dtype == np.float64
        mean = problem.demand.mean(axis=1)
        self.tiny = np.full(len(mean), RESIDUE) if exact else np.maximum(mean * TINY, RESIDUE)
        # what comes after the horizon falls into rows nobody reads
        table = (problem.steps + problem.steps_per_month, *self.size)
        self.coming = kept.zeros("coming", table, dtype)
        self.missing = kept.zeros("missing", table, dtype) if draws.received is not None else None
        self.net: Draws = np.repeat((problem.on_hand - problem.backlog)[:, None], draws.count, axis=1).astype(dtype)
        self.position = self.net.copy()
        self.late, self.shock = (np.empty(self.size, dtype=dtype) for _ in range(2))
        self.room = Room(self.size, dtype)
        lanes = [(problem, draws.lead)] + [
            (problem.of_rank(rank), lead) for rank, lead in enumerate(draws.further, start=1)
        ]
        self.sources = [Source(one, self.tiny, lead, self.size, dtype) for one, lead in lanes]
        lost = 1.0 - problem.backorder_share
        self.keeps = -lost[:, None].astype(dtype) if lost.any() else None
        self.path = np.arange(self.net.size).reshape(self.size)
        self.after: IntArray | None = None
        self._agreed_in()

    def run(self, demand: Array, errors: tuple[Array, Array]) -> Tally:
        """Return what is counted after walking through all steps.

        demand: items x steps [units]; errors: see `risk_paths.error_process`.
        """
        problem, per_month = self.problem, self.problem.steps_per_month
        normal = problem.policy.distribution == "normal"
        paths = DemandPath(errors, self.draws.count, self.draws.dtype, normal=normal)
        tally = Tally.empty(problem.months, self.size[0])
        factor: Draws = np.ones(self.size, dtype=self.draws.dtype)
        for month in range(problem.months):
            for source in self.sources:
                source.draw_leads(month, self.shock, self.room.first, self.path)
            if self.draws.demand is not None:
                factor = paths.month(self.draws.demand.month(month, factor))
            self.late[...] = 0
            for step in range(month * per_month, (month + 1) * per_month):
                for chance in self.chances[step]:
                    self._order(step, month, chance)
                self._serve(step, np.multiply(factor, -demand[:, step, None].astype(factor.dtype), out=self.shock))
            tally.count(month, problem.demand[:, month], self.tiny, (self.late, factor, self.net), self.room)
        return tally

    def _agreed_in(self) -> None:
        """Put agreed receipts where they arrive: open orders as drawn, the rest as agreed."""
        problem, agreed = self.problem, agreed_receipts(self.problem)
        known, firm, steps = agreed.total, problem.firm, problem.steps
        if agreed.fixed is not None:
            self.after = first_free(agreed.fixed, len(self.coming))
        certain = (known if self.draws.firm is None else known - agreed.firm).T
        step, item = np.nonzero(certain)
        self.coming[step, item] += certain[step, item, None].astype(self.draws.dtype)
        if self.draws.firm is None:
            return
        rule, per_month = problem.policy.past_due_rule, problem.steps_per_month
        due = expected_steps(firm, problem.late_days, problem.first_month, per_month, rule)
        drawn = LeadSteps(firm_spread(problem), due, np.zeros_like(due), per_month, self.draws.dtype)
        shock = self.draws.firm.copy()
        arrives = drawn.draw(shock, np.empty_like(shock), steps).astype(np.int64)
        units = (firm.quantity * problem.yield_mean[firm.item])[:, None].astype(self.draws.dtype)
        number, path = _number_among_equals(firm.item), np.arange(self.draws.count)
        for nth in range(number.max(initial=-1) + 1):  # one line of each item at a time: no two meet in a cell
            lines = np.flatnonzero(number == nth)
            self.coming[arrives[lines], firm.item[lines, None], path] += units[lines]

    def _order(self, step: int, month: int, chance: Chance) -> None:
        """Place the orders of a step: raise the position to the plan's level, by its lots and within its limits."""
        rows, source = chance.rows, self.sources[chance.rank]
        order = source.lots.orders(chance.level, self.position[rows], rows, self.room)
        if chance.most is not None:
            np.minimum(order, chance.most[:, None].astype(order.dtype), out=order)
        came = source.came(order, rows, self.room.second)
        if isinstance(rows, slice):
            self.position += came
        else:
            self.position[rows] += came
        if self.missing is not None:
            assert self.draws.received is not None
            self._send(self.missing, step, chance, came)
            share = source.received(month, self.draws.received, np.empty(self.size, dtype=self.draws.dtype))
            came = order * share[rows]
            self._send(self.missing, step, chance, -came)
        self._send(self.coming, step, chance, came)

    def _send(self, table: Draws, step: int, chance: Chance, units: Draws) -> None:
        """Add orders of a step to where they arrive."""
        rows, source = chance.rows, self.sources[chance.rank]
        if self.draws.lead is None:
            items = np.arange(self.size[0])[rows]
            arrival = np.minimum(step + source.lead[items, step], self.problem.steps)
            if self.after is not None:
                arrival = self.after[items, arrival]
            table[arrival, items] += units
            return
        skipped, to = step % self.problem.steps_per_month * self.net.size, source.to[rows]
        if self.after is not None:
            at, path = np.divmod(to + skipped, self.net.size)
            to = self.after[path // self.size[1], at] * self.net.size + path - skipped
        np.add.at(table.reshape(-1)[skipped:], to.reshape(-1), units.reshape(-1))

    def _serve(self, step: int, wish: Draws) -> None:
        """Ship what there is, oldest first; wish: demand of the step, negative, and overwritten.

        Adds to `late` (negative) what did not come from stock, and takes out of the backlog what is lost of it.
        """
        if self.missing is not None:
            self.position -= self.missing[step]
        net, position = self.net, self.position
        net += self.coming[step]
        net += wish
        position += wish
        owed = np.minimum(net, 0, out=self.room.first)
        unserved = np.maximum(owed, wish, out=wish)
        self.late += unserved
        if self.keeps is not None:
            unserved *= self.keeps
            net += unserved
            position += unserved


def first_free(fixed: BoolArray, rows: int) -> IntArray:
    """Return for each step the first one from there on in which an order may arrive, items x rows.

    fixed: items x steps, in which only what a planner set by hand arrives. rows: steps and what lies beyond.
    """
    step = np.arange(rows)
    free = np.broadcast_to(step, (len(fixed), rows)).copy()
    free[:, : fixed.shape[1]][fixed] = rows
    found: IntArray = np.minimum.accumulate(free[:, ::-1], axis=1)[:, ::-1]
    return found


def _number_among_equals(values: IntArray) -> IntArray:
    """Return for each entry how many equal ones stand before it."""
    order = np.argsort(values, kind="stable")
    sorted_ = values[order]
    number = np.empty_like(order)
    number[order] = np.arange(len(order)) - np.searchsorted(sorted_, sorted_)
    return number
