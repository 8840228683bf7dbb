"""Risk: the plan's order-up-to rule played against many drawn demands, lead times and yields (Monte-Carlo)."""

from dataclasses import dataclass, fields

import numpy as np

from supply.engine.agreed import agreed_receipts
from supply.engine.arrays import RESIDUE, Array, BoolArray, IntArray, Labels
from supply.engine.error_bars import ratio_bar, share_bar
from supply.engine.lots import LotRule
from supply.engine.orders import orders_plan
from supply.engine.plan import SupplyPlan, demand_by_step
from supply.engine.problem import SupplyProblem
from supply.engine.projection import stock_to_reach
from supply.engine.receipts import expected_steps
from supply.engine.risk_draws import Draws, RiskRule, Shocks, demand_factors, firm_shifts, lead_shift, shocks_draw

BLOCK_PATHS = 64_000


@dataclass(frozen=True, eq=False)
class Risk:
    """What the draws say, items x months (means over the draws, sums in float64).

    stockout: share of draws in which some demand of the month waits or is lost; stockout_bar: +-1.96 standard errors.
    demand, lost, late [units]; late: not shipped when wanted, lost or waiting; lost_value [money, at list price].
    backlog [units, at the month's end]. fill: 1 - late / demand, with fill_bar; NaN without demand.
    """

    stockout: Array
    stockout_bar: Array
    demand: Array
    lost: Array
    late: Array
    backlog: Array
    lost_value: Array
    fill: Array
    fill_bar: Array


def risk_of(
    plan: SupplyPlan, rule: RiskRule | None = None, *, location: Labels | None = None, supplier: Labels | None = None
) -> Risk:
    """Return the risk of every item and month; location, supplier: one label per item (None: all share one).

    At each release chance of the plan the position (on hand + on order - backlog) is raised to the plan's own level
    of that chance. Without any spread and with backorder share 1 this is exactly the netting plan; with less, netting
    foresees what will be lost and does not order for it, the rule only sees it afterwards. Orders a plan without
    limits would have released before today are not placed here. Receipts set by hand and pre-buys come as agreed.
    """
    rule = rule or RiskRule()
    count = len(plan.problem.items)
    places = np.zeros(count, dtype=np.int64) if location is None else location
    sources = np.zeros(count, dtype=np.int64) if supplier is None else supplier
    size = max(BLOCK_PATHS // rule.draws, 1)
    parts = []
    for start in range(0, max(count, 1), size):
        rows = np.arange(start, min(start + size, count))
        parts.append(_block(plan.problem.take(rows), plan.steps.safety_stock[rows], rule, places[rows], sources[rows]))
    return Risk(**{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Risk)})


def _block(problem: SupplyProblem, safety: Array, rule: RiskRule, location: Labels, supplier: Labels) -> Risk:
    """Return the risk of one block of items."""
    demand = demand_by_step(problem)
    shocks = shocks_draw(problem, rule, location, supplier)
    targets, lead = _targets(problem, safety, demand)
    walk = _Walk(problem, rule, shocks, targets, lead)
    return walk.run(demand, demand_factors(problem, shocks.demand))


def _targets(problem: SupplyProblem, safety: Array, demand: Array) -> tuple[list[list[Array]], IntArray]:
    """Return, per step, the position each order chance raises to less agreed receipts (-inf: none), and the leads."""
    agreed = agreed_receipts(problem)
    orders = orders_plan(problem, safety, demand, agreed, "feasible")
    chances, known = orders.chances, agreed.total
    reach = stock_to_reach(safety, demand, known, chances, agreed.fixed)
    ahead = reach + np.cumsum(demand, axis=1) - np.cumsum(known, axis=1)
    before = np.cumsum(demand, axis=1) - demand
    found: list[list[Array]] = [[] for _ in range(demand.shape[1])]
    usable: BoolArray = chances.receipt & (chances.release >= 0)
    for arrival in range(demand.shape[1]):
        rows = np.flatnonzero(usable[:, arrival])
        for release in np.unique(chances.release[rows, arrival]):
            these = rows[chances.release[rows, arrival] == release]
            _enter(found[release], these, ahead[these, arrival] - before[these, release], len(demand))
    return found, orders.lead


def _enter(slots: list[Array], rows: IntArray, level: Array, items: int) -> None:
    """Enter levels into the first slot where none of these items stands yet."""
    slot = next((one for one in slots if np.isneginf(one[rows]).all()), None)
    if slot is None:
        slots.append(slot := np.full(items, -np.inf))
    slot[rows] = level


class _Walk:
    """The steps of one block, arrays items x draws."""

    def __init__(
        self, problem: SupplyProblem, rule: RiskRule, shocks: Shocks, targets: list[list[Array]], lead: IntArray
    ) -> None:
        self.problem, self.shocks, self.targets, self.lead = problem, shocks, targets, lead
        size = (len(problem.items), rule.draws)
        self.coming = np.zeros((problem.steps, size[0] * size[1]), dtype=np.float64)
        self.missing = np.zeros_like(self.coming) if (problem.yield_sd > 0).any() else None
        self.stock = np.repeat(problem.on_hand[:, None], rule.draws, axis=1)
        self.owed = np.repeat(problem.backlog[:, None], rule.draws, axis=1)
        self.position = self.stock - self.owed
        self.lots = LotRule(problem.moq[:, None], problem.multiple[:, None], problem.max_order[:, None])
        self._agreed_in(rule)

    def _agreed_in(self, rule: RiskRule) -> None:
        """Put agreed receipts where they arrive: open orders as drawn, the rest as agreed."""
        problem, agreed, draws = self.problem, agreed_receipts(self.problem), rule.draws
        view = self.coming.reshape(problem.steps, len(problem.items), draws)
        view += (agreed.by_hand + agreed.pre_bought).T[:, :, None]
        firm = problem.firm
        due = expected_steps(
            firm, problem.late_days, problem.first_month, problem.steps_per_month, problem.policy.past_due_rule
        )
        arrives = np.maximum(due[:, None] + firm_shifts(problem, rule, self.shocks.lead[0]), 0)
        inside = arrives < problem.steps
        cell = arrives * view[0].size + firm.item[:, None] * draws + np.arange(draws)
        units = np.broadcast_to((firm.quantity * problem.yield_mean[firm.item])[:, None], cell.shape)
        np.add.at(self.coming.reshape(-1), cell[inside], units[inside])

    def run(self, demand: Array, factors: Draws) -> Risk:
        """Return the risk after walking through all steps."""
        problem, per_month = self.problem, self.problem.steps_per_month
        items, months = problem.demand.shape
        rows = {name: np.zeros((months, items)) for name in ("stockout", "demand", "lost", "late", "backlog", "bar")}
        draws = self.stock.shape[1]
        for month in range(months):
            late, wanted = np.zeros_like(self.stock), np.zeros_like(self.stock)
            shift = lead_shift(
                self.shocks.lead[month], problem.lead_days[:, month], problem.lead_days_sd[:, month], per_month
            )
            for step in range(month * per_month, (month + 1) * per_month):
                self._order(step, shift, month)
                asked = demand[:, step, None] * factors[month]
                rows["lost"][month] += self._serve(step, asked, late).sum(axis=1)
                wanted += asked
            rows["stockout"][month] = (late > RESIDUE).sum(axis=1) / draws
            rows["demand"][month], rows["late"][month] = wanted.mean(axis=1), late.mean(axis=1)
            rows["backlog"][month] = self.owed.mean(axis=1)
            rows["bar"][month] = ratio_bar(late, wanted)
        lost = rows["lost"].T / draws
        some = rows["demand"].T > 0
        part = rows["late"].T / np.where(some, rows["demand"].T, 1.0)
        return Risk(
            stockout=rows["stockout"].T,
            stockout_bar=share_bar(rows["stockout"].T, draws),
            demand=rows["demand"].T,
            lost=lost,
            late=rows["late"].T,
            backlog=rows["backlog"].T,
            lost_value=lost * problem.price,
            fill=np.where(some, 1.0 - part, np.nan),
            fill_bar=np.where(some, rows["bar"].T, np.nan),
        )

    def _order(self, step: int, shift: IntArray, month: int) -> None:
        """Place the orders of a step: raise the position to the plan's level, by its lots."""
        problem = self.problem
        part = problem.yield_mean[:, None]
        for level in self.targets[step]:
            need = level[:, None] - self.position
            np.maximum(need, 0.0, out=need)
            order = self.lots.total(need / part if problem.policy.gross_up else need)
            cell = np.flatnonzero(order > 0)
            expected = order * part
            self.position += expected
            lead = np.maximum(self.lead[:, step, None] + shift, np.minimum(self.lead[:, step, None], 1))
            arrival = step + lead.ravel()[cell]
            inside = arrival < problem.steps
            cell, arrival = cell[inside], arrival[inside]
            came = expected.ravel()[cell]
            if self.missing is not None:
                drawn = np.clip(part + problem.yield_sd[:, None] * self.shocks.received[month], 0.0, 1.0)
                actual = (order * drawn).ravel()[cell]
                self.missing[arrival, cell] += came - actual
                came = actual
            self.coming[arrival, cell] += came

    def _serve(self, step: int, asked: Array, late: Array) -> Array:
        """Ship what there is, oldest first; return what is lost and add to `late` what did not come from stock."""
        if self.missing is not None:
            self.position -= self.missing[step].reshape(asked.shape)
        self.stock += self.coming[step].reshape(asked.shape)
        self.owed += asked
        shipped = np.minimum(self.stock, self.owed)
        self.stock -= shipped
        self.owed -= shipped
        unserved = np.minimum(self.owed, asked)
        late += unserved
        self.position -= asked
        unserved *= 1.0 - self.problem.backorder_share[:, None]
        self.owed -= unserved
        self.position += unserved
        return unserved
