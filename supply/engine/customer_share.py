"""Who goes short: what can be delivered of an item shared among its customers, by what they earned and not by asking.

Each customer has a weight (past kept sales) and a limit (what it asks). All get the same multiple of their weight,
nobody more than it asked; what is so released goes to the others: water filling (uniform allocation; Sprumont 1991),
under which nobody gains by asking for more. Cells are customers' months, any number of item-months in one call.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sop.engine.arrays import IntArray
from supply.engine.arrays import RESIDUE, Array, BoolArray


def served_of_demand(demand: ArrayLike, lost: ArrayLike, backlog: ArrayLike) -> Array:
    """Return how much of a month's demand is delivered in that month [units]; backlog: at the month's end.

    Waiting orders of earlier months are served first, so what waits at the end is the month's own, up to its demand:
    served = demand - lost - backlog, never below zero.
    """
    wanted, gone, waits = (np.asarray(value, dtype=np.float64) for value in (demand, lost, backlog))
    return np.clip(wanted - gone - waits, 0.0, wanted)


@dataclass(frozen=True, eq=False)
class Claims:
    """Who wants a part of which quantity, one entry per customer's month; `group` numbers the item-month (0, 1, ...).

    asked [units], weight [units a month earned; 0 = nothing known]: zero or more. supply [units]: one per group.
    """

    group: IntArray
    asked: Array
    weight: Array
    supply: Array

    @classmethod
    def build(cls, group: ArrayLike, asked: ArrayLike, weight: ArrayLike, supply: ArrayLike) -> "Claims":
        """Return the claims as arrays; raises ValueError on anything negative or missing."""
        groups = np.asarray(group, dtype=np.int64)
        wants, weighs = (np.asarray(value, dtype=np.float64) for value in (asked, weight))
        there = np.asarray(supply, dtype=np.float64)
        for name, array in (("asked", wants), ("weight", weighs), ("supply", there)):
            if not (array >= 0).all():
                raise ValueError(f"{name}: a quantity is below zero or missing; give zero or more.")
        # More than is asked cannot be given; sums of floats may miss it by a hair.
        return cls(groups, wants, weighs, np.minimum(there, np.bincount(groups, wants, len(there))))


def share_by_weight(claims: Claims) -> Array:
    """Return what each gets [units], adding up to the supply of each group.

    Those without a weight get what the others leave, all alike: nothing is known of them but what they ask.
    """
    given = np.zeros(len(claims.asked))
    for tier, rows in _tiers(claims):
        given[rows] = np.minimum(tier.asked, _Levels.of(tier).level()[tier.group] * tier.weight)
    return given


def share_asking_more(claims: Claims, factor: float, weight: ArrayLike | None = None) -> Array:
    """Return what each would get if it alone asked `factor` times as much, the supply and all others unchanged [units].

    `weight`: each one's own weight then, where the rule lets asking move it; by default it does not.
    """
    more = claims.weight if weight is None else np.asarray(weight, dtype=np.float64)
    given = np.zeros(len(claims.asked))
    for tier, rows in _tiers(claims):
        known = claims.weight[rows] > 0
        given[rows] = _Levels.of(tier).alone(tier, np.where(known, more[rows], tier.weight), factor)
    return given


def in_whole_units(claims: Claims, given: Array, whole: BoolArray) -> Array:
    """Return what each gets in whole units where `whole` says so, still adding up to the supply of each group.

    Shares are rounded down; the units left go to the largest remainders, nobody above what it asked.
    """
    exact = np.round(given, 6)
    parts = np.where(whole, np.floor(exact), exact)
    left = claims.supply - np.bincount(claims.group, parts, len(claims.supply))
    order = np.lexsort((np.arange(len(parts)), -claims.weight, -(exact - parts), claims.group))
    room = np.where(whole, np.minimum(claims.asked - parts, 1.0), 0.0)[order]
    parts[order] += np.clip(left[claims.group[order]] - _before(room, claims.group[order]), 0.0, room)
    return parts


def _tiers(claims: Claims) -> list[tuple[Claims, IntArray]]:
    """Return those with a weight, then those without sharing alike what the first leave; and where they stand."""
    known = claims.weight > 0
    first, second = np.flatnonzero(known), np.flatnonzero(~known)
    wanted = np.bincount(claims.group[first], claims.asked[first], len(claims.supply))
    left = np.maximum(claims.supply - wanted, 0.0)
    alike = np.ones(len(second))
    return [
        (Claims(claims.group[first], claims.asked[first], claims.weight[first], claims.supply), first),
        (Claims(claims.group[second], claims.asked[second], alike, left), second),
    ]


@dataclass(frozen=True, eq=False)
class _Levels:
    """Claims in the order in which they are full as the level rises: level = what a unit of weight gets.

    Below, per place of that order: `full` the level at which it has all it asked, `asked` the sum asked by those
    before it in its group, `weight` the sum of weights from it on. start, size: each group's places. place: of a claim.
    """

    full: Array
    asked: Array
    weight: Array
    start: IntArray
    size: IntArray
    place: IntArray
    supply: Array

    @classmethod
    def of(cls, claims: Claims) -> "_Levels":
        full = np.divide(claims.asked, claims.weight)
        order = np.lexsort((full, claims.group))
        group, place = claims.group[order], np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        size = np.bincount(group, minlength=len(claims.supply))
        weight, asked = claims.weight[order], claims.asked[order]
        total = np.bincount(group, weight, len(claims.supply))
        rest = total[group] - _before(weight, group)
        return cls(full[order], _before(asked, group), rest, np.cumsum(size) - size, size, place, claims.supply)

    def level(self) -> Array:
        """Return the level of each group at which its supply is given away; infinite where all get all they asked."""
        reached = self.asked + self.full * self.weight >= np.repeat(self.supply, self.size) - RESIDUE
        first = (
            self.start
            + self.size
            - np.bincount(np.repeat(np.arange(len(self.size)), self.size), reached, len(self.size)).astype(np.int64)
        )
        some = first < self.start + self.size
        at = first[some]
        level = np.full(len(self.supply), np.inf)
        level[some] = (self.supply[some] - self.asked[at]) / self.weight[at]
        return level

    def alone(self, claims: Claims, weight: Array, factor: float) -> Array:
        """Return what each gets when it alone asks `factor` times as much and weighs `weight`.

        With the one taken out of the others' curve and its new weight put in, the level is found by bisection among
        the levels at which the others are full; then its own new limit is applied.
        """
        group, own = claims.group, self.place
        low, high = self.start[group], self.start[group] + self.size[group]
        end = high.copy()
        while (open_ := low < high).any():
            middle = np.where(open_, (low + high) // 2, low)
            at = np.minimum(middle, len(self.full) - 1)
            level = self.full[at]
            reached = self.asked[at] + level * self.weight[at]
            reached += level * weight - np.minimum(claims.asked, level * claims.weight)
            enough = reached >= _supply_of(claims)
            high = np.where(open_ & enough, middle, high)
            low = np.where(open_ & ~enough, middle + 1, low)
        at = np.minimum(low, len(self.full) - 1)
        ended, passed = low >= end, own < low
        others = np.where(ended, _sum(claims.asked, group, self.supply), self.asked[at]) - passed * claims.asked
        shares = np.where(ended, 0.0, self.weight[at]) - np.where(passed, 0.0, claims.weight) + weight
        left = np.maximum(_supply_of(claims) - others, 0.0)
        return np.minimum(claims.asked * factor, left / shares * weight)


def _supply_of(claims: Claims) -> Array:
    """Return the supply of each claim's group."""
    return claims.supply[claims.group]


def _sum(values: Array, group: IntArray, supply: Array) -> Array:
    """Return for each claim the sum over its group."""
    sums = np.asarray(np.bincount(group, values, len(supply)), dtype=np.float64)
    return sums[group]


def _before(values: Array, group: IntArray) -> Array:
    """Return the sum of the values before each one in its group; groups lie one after the other."""
    running = np.cumsum(values) - values
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    length = np.diff(begins, append=len(group))
    return running - np.repeat(running[begins], length)
