"""The supply problem: every array the plan is made from, one row per item (a product at a location)."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import Array, BoolArray, DateArray, IntArray, Labels
from supply.engine.columns import COLUMNS, column_checked
from supply.engine.lanes import NOBODY, TERMS, Lanes
from supply.engine.limits import SupplierLimits
from supply.engine.receipts import FirmReceipts, PastDueRule, PreBuys
from supply.engine.time import STEPS_PER_MONTH, buckets_of

PlanMode = Literal["feasible", "unconstrained"]


@dataclass(frozen=True)
class Policy:
    """Rules of the whole plan.

    past_due_rule: when a purchase order past its promise is expected: "now" (first step), "late_mean" (promise plus
    mean lateness, for every open line), "residual" (what remains of the mean lateness).
    plan_mode: "feasible" (no order before today) or "unconstrained" (as a textbook MRP table: releases may lie in the
    past). distribution: "gamma" (slow movers then negative binomial or Poisson) or "normal" for all.
    gross_up: order more where part of an order never arrives.
    """

    past_due_rule: PastDueRule = "residual"
    plan_mode: PlanMode = "feasible"
    distribution: Literal["gamma", "normal"] = "gamma"
    gross_up: bool = True


@dataclass(frozen=True, eq=False)
class SupplyProblem:
    """All inputs of a supply plan; n items, T months from `first_month`, S steps a month. Make it with `build`.

    Labels (n): items, family. Item x month (n x T): demand [units], price and unit_cost [money/unit], lead_days and
    lead_days_sd [days, by month of RELEASE], service_target [share], safety_override [units, NaN = calculated],
    safety_factor [times], receipt_override [units, NaN = calculated: planned receipts of a month as set by a planner,
    arriving in its first step], reference_demand [units, NaN = none: what the last published plan expected].
    Item (n): on_hand, backlog, moq, multiple (0 = any), max_order (inf = none) [units]; avg_cost, backlog_price,
    goodwill and expedite_cost [money/unit]; review_days, frozen_days, late_days (mean lateness), payment_days,
    expedite_days (NaN = cannot be hurried) [days]; share (of the item's orders, relative to those of its further
    lanes; without any it says nothing), ordered_before (from the main lane before the plan begins [units]: counts
    against its share); yield_mean, yield_sd, backorder_share [shares]; cost_at_order (price fixed at order, else at
    receipt), service_by_fill (fill target, else cycle) [yes/no]; elasticity (<= 0); carry_rate [1/year];
    shelf_life_months, max_cover_months.
    rho (n x K): RMSE of the cumulative h-month forecast error / mean cumulative demand, h = 1..K; NaN from where it
    is not measured; the first must be given.
    """

    items: Labels
    family: Labels
    first_month: np.datetime64
    demand: Array
    price: Array
    unit_cost: Array
    lead_days: Array
    lead_days_sd: Array
    on_hand: Array
    avg_cost: Array
    backlog: Array
    backlog_price: Array
    share: Array
    ordered_before: Array
    moq: Array
    multiple: Array
    max_order: Array
    review_days: Array
    frozen_days: Array
    yield_mean: Array
    yield_sd: Array
    late_days: Array
    payment_days: Array
    expedite_days: Array
    expedite_cost: Array
    cost_at_order: BoolArray
    backorder_share: Array
    elasticity: Array
    goodwill: Array
    carry_rate: Array
    shelf_life_months: Array
    max_cover_months: Array
    service_target: Array
    service_by_fill: BoolArray
    rho: Array
    safety_override: Array
    safety_factor: Array
    receipt_override: Array
    reference_demand: Array
    firm: FirmReceipts = field(default_factory=FirmReceipts.build)
    pre_buys: PreBuys = field(default_factory=PreBuys.build)
    steps_per_month: int = STEPS_PER_MONTH
    step_weights: Array | None = None  # months x S: how a month's demand is split, e.g. working days
    policy: Policy = field(default_factory=Policy)
    limits: SupplierLimits | None = None  # what suppliers accept; None = as much as is asked
    lanes: Lanes = field(default_factory=Lanes.build)  # further suppliers of items that are bought from several

    @classmethod
    def build(
        cls,
        *,
        items: ArrayLike,
        first_month: Any,
        demand: ArrayLike,
        family: ArrayLike | None = None,
        firm: FirmReceipts | None = None,
        policy: Policy | None = None,
        limits: SupplierLimits | None = None,
        lanes: Lanes | None = None,
        steps_per_month: int = STEPS_PER_MONTH,
        step_weights: ArrayLike | None = None,
        **columns: ArrayLike,
    ) -> "SupplyProblem":
        """Return a checked problem; numbers and per-item arrays are stretched over items and months.

        `columns`: the arrays above by name; `demand` (n x T) fixes the size. Raises ValueError with a sentence that
        names the array, the item and the month at fault.
        """
        labels = np.asarray(items)
        wanted = np.asarray(demand, dtype=np.float64)
        if wanted.ndim != 2 or len(wanted) != len(labels) or wanted.shape[1] == 0:
            raise ValueError(f"demand: expected {len(labels)} items x at least one month, got {wanted.shape}.")
        if unknown := sorted(set(columns) - set(COLUMNS)):
            raise ValueError(f"There is no array called {', '.join(unknown)}.")
        given = {**columns, "demand": wanted}
        arrays: dict[str, Any] = {name: column_checked(name, given, labels, wanted.shape[1]) for name in COLUMNS}
        for name in ("cost_at_order", "service_by_fill"):
            arrays[name] = arrays[name] > 0
        problem = cls(
            items=labels,
            family=np.full(len(labels), "") if family is None else np.asarray(family),
            first_month=np.datetime64(first_month, "M"),
            firm=firm or FirmReceipts.build(),
            policy=policy or Policy(),
            limits=limits,
            lanes=lanes or Lanes.build(),
            steps_per_month=steps_per_month,
            step_weights=None if step_weights is None else np.asarray(step_weights, dtype=np.float64),
            **arrays,
        )
        _check_firm(problem)
        _check_lanes(problem)
        return problem

    @property
    def months(self) -> int:
        """Number of months T."""
        return int(self.demand.shape[1])

    @property
    def steps(self) -> int:
        """Number of steps H = T x S."""
        return self.months * self.steps_per_month

    @property
    def buckets(self) -> DateArray:
        """First day of each month."""
        return buckets_of(self.first_month, self.months)

    def take(self, rows: ArrayLike) -> "SupplyProblem":
        """Return the problem of some items only: row numbers or a mask.

        Items touch each other's figures only through a supplier's limits: see `linked` for who belongs together.
        """
        chosen = np.asarray(rows)
        chosen = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype(np.int64)
        count = len(self.items)
        arrays = {name: getattr(self, name)[chosen] for name in (*COLUMNS, "items", "family")}
        return replace(
            self,
            **arrays,
            firm=self.firm.of_rows(chosen, count),
            pre_buys=self.pre_buys.of_rows(chosen, count),
            limits=None if self.limits is None else self.limits.take(chosen),
            lanes=self.lanes.of_items(chosen, count),
        )

    def of_lanes(self, rows: IntArray, rank: ArrayLike) -> "SupplyProblem":
        """Return the problem of some items as if each were bought from one of its lanes only.

        rank: of the lane, 0 = the main one; a number or one per item. Stock, demand and what is agreed stay the item's.
        """
        ranks = np.broadcast_to(np.asarray(rank, dtype=np.int64), rows.shape)
        part = replace(self.take(rows), lanes=Lanes.build())
        other = np.flatnonzero(ranks)
        if not other.size:
            return part
        at = self.lanes.find(rows[other], ranks[other])
        for name in TERMS:  # the arrays of `take` are its own; those by month may have been cut to the first ones
            array, own = getattr(part, name), getattr(self.lanes, name)[at]
            array[other] = own if array.ndim == 1 else own[:, : array.shape[1]]
        if part.limits is not None:
            part = replace(part, limits=part.limits.of_lanes(other, self.lanes, at))
        return part

    def of_rank(self, rank: int) -> "SupplyProblem":
        """Return the problem as if every item were bought from its lane of a rank only; who has none, from its main."""
        ranks = np.zeros(len(self.items), dtype=np.int64)
        ranks[self.lanes.item[self.lanes.of_rank(rank)]] = rank
        return self.of_lanes(np.arange(len(ranks)), ranks)

    def term(self, name: str, rows: IntArray, ranks: IntArray) -> Array:
        """Return one of `lanes.TERMS` of some lanes: rows of items and ranks of their lanes, 0 = main."""
        found: Array = getattr(self, name)[rows]
        further = np.flatnonzero(ranks)
        if further.size:
            found[further] = getattr(self.lanes, name)[self.lanes.find(rows[further], ranks[further])]
        return found

    def linked(self, rows: IntArray) -> IntArray:
        """Return some rows and those of all items whose figures depend on them: they share a supplier's limits."""
        return rows if self.limits is None else self.limits.linked(rows, self.lanes)


def _check_firm(problem: SupplyProblem) -> None:
    """Refuse open order lines of unknown items, without a quantity, or without a promised day."""
    firm = problem.firm
    if firm.item.size and (firm.item.min() < 0 or firm.item.max() >= len(problem.items)):
        raise ValueError("firm: an open order line names an item that is not in the plan.")
    wrong = ~(firm.quantity >= 0) | ~(firm.unit_cost >= 0) | np.isnat(firm.promised)
    if wrong.any():
        label = problem.items[firm.item[wrong.argmax()]]
        raise ValueError(f"firm: an open order line of item {label} lacks a quantity, a cost or a promised day.")


def _check_lanes(problem: SupplyProblem) -> None:
    """Refuse lanes of unknown items, of other months than the plan's, and those that repeat the main supplier."""
    lanes, limits = problem.lanes, problem.limits
    if not len(lanes):
        return
    if lanes.item.max() >= len(problem.items):
        raise ValueError("lanes: a lane names an item that is not in the plan.")
    if lanes.lead_days.shape[1] != problem.months:
        raise ValueError(f"lanes: expected {problem.months} months, got {lanes.lead_days.shape[1]}.")
    if limits is None:
        return
    if lanes.per_unit is not None and len(lanes.per_unit) != len(limits.per_unit):
        raise ValueError("lanes: capacity per unit is not in the measures of the suppliers' limits.")
    repeats = (lanes.supplier != NOBODY) & (lanes.supplier == limits.supplier[lanes.item])
    if repeats.any():
        label = problem.items[lanes.item[repeats.argmax()]]
        raise ValueError(f"lanes: item {label} has two lanes with one supplier.")
