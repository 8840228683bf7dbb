"""Risk: the plan's order-up-to rule played against many drawn demands, lead times and yields (Monte-Carlo)."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from supply.engine.arrays import Array, IntArray, Labels
from supply.engine.error_bars import nothing_bar, share_bar
from supply.engine.plan import SupplyPlan
from supply.engine.problem import SupplyProblem
from supply.engine.risk_draws import RiskRule, Shocks, Streams, normal_quantiles
from supply.engine.risk_levels import levels_of
from supply.engine.risk_lots import LOTS_KINDS, lots_kind
from supply.engine.risk_paths import error_process
from supply.engine.risk_slots import chances_of
from supply.engine.risk_tally import Tally
from supply.engine.risk_walk import BlockDraws, KeptArrays, Walk

BLOCK_PATHS = 64_000
LEAST_DRAWS = 20  # so many items at most stand in a block as if each were drawn so often
DRAWN = np.dtype(np.float32)  # what does not vary is walked once, in double precision


@dataclass(frozen=True, eq=False)
class Risk:
    """What the draws say, items x months (means over the draws, sums in float64).

    stockout: share of draws in which some demand of the month waits or is lost; bars: +-1.96 standard errors.
    demand, lost, late [units]; late: not shipped when wanted, lost or waiting; lost_value [money, at list price].
    backlog [units, at the month's end]. fill: 1 - late / demand, with fill_bar; NaN without demand. The bar of lost
    units or their value is in the proportion of lost to late units. draws: one per item; 1 where nothing varies.
    """

    stockout: Array
    stockout_bar: Array
    demand: Array
    lost: Array
    late: Array
    late_bar: Array
    backlog: Array
    lost_value: Array
    fill: Array
    fill_bar: Array
    draws: Array


class Varies(NamedTuple):
    """What varies of some items, and how their lots are ordered: items of one kind are walked together."""

    demand: bool
    lead: bool
    received: bool
    lots: int


def risk_of(
    plan: SupplyPlan, rule: RiskRule | None = None, *, location: Labels | None = None, supplier: Labels | None = None
) -> Risk:
    """Return the risk of every item and month; location, supplier: one label per item (None: all share one).

    At each release chance of the plan the position (on hand + on order - backlog) is raised to the plan's own level
    of that chance. Without any spread and with backorder share 1 this is exactly the netting plan; with less, netting
    foresees what will be lost and does not order for it, the rule only sees it afterwards. Limits of suppliers hold in
    every draw item by item, see `levels_of`. What should have been released before today is not placed here. Receipts
    set by hand and pre-buys come as agreed.
    Where an item has several lanes, the one whose turn it is in the plan at that chance is ordered from.
    Drawn shortages below a ten-thousandth of a month's demand count as none.
    """
    rule, problem = rule or RiskRule(), plan.problem
    nobody = np.zeros(len(problem.items), dtype=np.int64)
    places, sources = (nobody if label is None else label for label in (location, supplier))
    streams, levels = Streams(rule, problem.months), levels_of(plan)
    sd, carry = error_process(problem.rho)
    tally, kept = Tally.empty(problem.months, len(problem.items)), KeptArrays()
    drawn = np.empty(len(problem.items))
    for kind, members in _kinds(problem):
        count = rule.draws if any(kind[:3]) else 1
        drawn[members] = count
        size = max(BLOCK_PATHS // max(count, LEAST_DRAWS), 1)
        for start in range(0, len(members), size):
            rows = members[start : start + size]
            block = problem.take(rows)
            draws = _draws(block, kind, streams, places[rows], sources[rows])
            walk = Walk(block, [chances_of(slots, rows) for slots in levels], draws, kept)
            tally.put(rows, walk.run(plan.demand[rows], (sd[rows], carry[rows])))
    return _risk(problem, tally, drawn[:, None])


def _risk(problem: SupplyProblem, tally: Tally, draws: Array) -> Risk:
    """Return what was counted, items x months; draws: of each item."""
    counted = {each.name: getattr(tally, each.name).T for each in fields(tally)}
    late, wanted, stockout = counted["late"], counted["demand"], counted["stockout"]
    for name, scale in (("late_bar", wanted), ("fill_bar", 1.0)):
        counted[name] = np.where(stockout > 0, counted[name], nothing_bar(draws) * scale)
    some, lost = wanted > 0, (1.0 - problem.backorder_share)[:, None] * late
    counted["fill_bar"] = np.where(some, counted["fill_bar"], np.nan)
    return Risk(
        **counted,
        stockout_bar=share_bar(stockout, draws),
        lost=lost,
        lost_value=lost * problem.price,
        draws=draws[:, 0],
        fill=np.where(some, 1.0 - late / np.where(some, wanted, 1.0), np.nan),
    )


def _kinds(problem: SupplyProblem) -> list[tuple[Varies, IntArray]]:
    """Return the items of each kind. Nothing varies where nothing is wanted."""
    wanted = (problem.demand > 0).any(axis=1) | (problem.backlog > 0)
    lanes = [problem] + [problem.of_rank(rank) for rank in problem.lanes.ranks]
    errs = wanted & (problem.rho > 0).any(axis=1)
    strays = wanted & np.any([((one.lead_days_sd > 0) & (one.lead_days > 0)).any(axis=1) for one in lanes], axis=0)
    short = wanted & np.any([one.yield_sd > 0 for one in lanes], axis=0)
    varies = errs | strays | short
    kinds = sum(lots_kind(one) * LOTS_KINDS**rank for rank, one in enumerate(lanes))
    lots = np.where(varies, kinds, 0)
    table = np.stack([errs, strays, short, lots], axis=1).astype(np.int64)
    unique, place = np.unique(table, axis=0, return_inverse=True)
    return [
        (Varies(bool(row[0]), bool(row[1]), bool(row[2]), int(row[3])), np.flatnonzero(place == number))
        for number, row in enumerate(unique)
    ]


def _draws(problem: SupplyProblem, kind: Varies, streams: Streams, location: Labels, supplier: Labels) -> BlockDraws:
    """Return the draws of a block of items of one kind."""
    if not any(kind[:3]):
        return BlockDraws(1, np.dtype(np.float64), further=(None,) * len(problem.lanes.ranks))
    rule, lines = streams.rule, np.bincount(problem.firm.item, minlength=len(problem.items))
    own = streams.own(problem.items, lines, lead=kind.lead)
    demand = lead = received = firm = None
    if kind.demand:
        demand = Shocks(
            own.demand, *streams.common("location", location, rule.demand_common, DRAWN), rule.demand_common
        )
    if kind.lead:
        common, place = streams.common("supplier", supplier, rule.supplier_common, DRAWN)
        lead = Shocks(own.lead, common, place, rule.supplier_common)
        order = np.argsort(problem.firm.item, kind="stable")
        firm = common[0][place[problem.firm.item]]
        firm[order] += normal_quantiles(1.0 - rule.supplier_common, DRAWN.str)[own.firm]
    if kind.received:
        nothing = np.empty((problem.months, 0, 0), dtype=DRAWN), np.zeros(0, dtype=np.int64)
        received = Shocks(streams.of_items("received", problem.items), *nothing, 0.0)
    further = _of_further_lanes(problem, streams, supplier) if kind.lead else (None,) * len(problem.lanes.ranks)
    return BlockDraws(rule.draws, DRAWN, demand, lead, received, firm, further)


def _of_further_lanes(problem: SupplyProblem, streams: Streams, supplier: Labels) -> tuple[Shocks, ...]:
    """Return the draws of lead times of further lanes by rank: strays of their own, and their suppliers' common ones.

    supplier: labels of main lanes; a further lane's is its supplier's number.
    """
    share, found = streams.rule.supplier_common, []
    for rank in problem.lanes.ranks:
        at, labels = problem.lanes.of_rank(rank), np.array(supplier)
        rows = problem.lanes.item[at]
        labels[rows] = problem.lanes.supplier[at]
        bits = np.zeros((streams.months, len(labels), streams.rule.draws), dtype=np.uint16)
        bits[:, rows] = streams.of_items(f"lane {rank}", problem.items[rows])
        found.append(Shocks(bits, *streams.common("supplier", labels, share, DRAWN), share))
    return tuple(found)
