"""Cutting: what each item may order of a month that is too full, by rule and within every limit of the supplier."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.allocation import fair_share, share_by_priority
from supply.engine.arrays import Array

CutRule = Literal["fair share", "priority", "proportional"]


@dataclass(frozen=True, eq=False)
class CutFacts:
    """What cutting goes by, one per item.

    key: sorts items and breaks ties. held [units]: on hand, less what customers wait for, and on its way. demand
    [units/month]. priority: the lowest number first. margin [money/unit].
    """

    key: Array
    held: Array
    demand: Array
    priority: Array
    margin: Array

    @classmethod
    def build(
        cls,
        key: ArrayLike,
        held: ArrayLike = 0.0,
        demand: ArrayLike = 0.0,
        priority: ArrayLike = 0.0,
        margin: ArrayLike = 0.0,
    ) -> "CutFacts":
        """Return the facts, numbers stretched over the items."""
        keys = np.asarray(key, dtype=np.float64)
        given = [np.broadcast_to(np.asarray(v, dtype=np.float64), keys.shape) for v in (held, demand, priority, margin)]
        return cls(keys, *given)

    def take(self, rows: ArrayLike) -> "CutFacts":
        """Return the facts of some items."""
        at = np.asarray(rows)
        return CutFacts(self.key[at], self.held[at], self.demand[at], self.priority[at], self.margin[at])


def share_within(asked: Array, each: Array, limits: Array, facts: CutFacts, rule: CutRule) -> Array:
    """Return what each item may order so that every limit holds [units]; nobody gets more than it asked for.

    each: limits x items, capacity units per unit. limits: one per row of `each`, inf = none. The limit most asked
    for shares first; what a limit counts nothing of is not touched by it.
    """
    loads = np.array([float(asked @ row) for row in each])
    over = np.divide(loads, limits, out=np.full(len(limits), np.inf), where=limits > 0)
    given = asked
    for at in np.argsort(-np.where(loads > limits, over, 0.0), kind="stable"):
        if float(given @ each[at]) > limits[at]:
            given = _share(given, each[at], float(limits[at]), facts, rule)
    return given


def _share(asked: Array, each: Array, limit: float, facts: CutFacts, rule: CutRule) -> Array:
    """Return what each item may order of an overfull month [units]; what needs no capacity is never cut."""
    load = asked * each
    if rule == "priority":
        worth = np.divide(facts.margin, each, out=np.full(len(each), np.inf), where=each > 0)
        rank = np.empty(len(load))
        rank[np.lexsort((facts.key, -worth, facts.priority))] = np.arange(len(load))
        given = share_by_priority(limit, load, rank)
    elif rule == "fair share":
        given = _equal_days(load, each, limit, facts)
    else:
        given = load * (limit / float(load.sum()))
    total = float(given.sum())
    given = given * (limit / total) if total > limit else given
    return np.where(
        each > 0, np.minimum(np.divide(given, each, out=np.zeros_like(given), where=each > 0), asked), asked
    )


def _equal_days(load: Array, each: Array, limit: float, facts: CutFacts) -> Array:
    """Return the load given so that all last equally long, nobody above what it asked for.

    Who asked for less than its share gets that, and the others share the rest; what nobody's demand can be measured
    by comes last, in proportion.
    """
    given, left = np.zeros(len(load)), limit
    sharing = (load > 0) & (facts.demand > 0)
    while sharing.any() and left > 0:
        at = np.flatnonzero(sharing)
        share = fair_share(left, (facts.held * each)[at], (facts.demand * each)[at])[1]
        full = share >= load[at]
        if not full.any():
            given[at] = share
            return given
        given[at[full]] = load[at[full]]
        left = limit - float(given.sum())
        sharing[at[full]] = False
    rest = np.where(facts.demand > 0, 0.0, load)
    total = float(rest.sum())
    return given + rest * (min(max(left, 0.0) / total, 1.0) if total > 0 else 0.0)
