"""Constrain: orders to one supplier fitted into what it accepts each month.

Months from last to first: what is above a month's limit is ordered a month earlier, pro rata; what does not fit into
the first open month is cut. Sorted by key inside, so that the order of items changes nothing, bit for bit.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.allocation import fair_share, share_by_priority
from supply.engine.arrays import RESIDUE, Array

CutRule = Literal["fair share", "priority", "proportional"]


@dataclass(frozen=True, eq=False)
class CutFacts:
    """What cutting goes by, one per item.

    key: sorts items and breaks ties. held [units]: on hand and on order. demand [units/month]. priority: the lowest
    number first. margin [money/unit].
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


@dataclass(frozen=True, eq=False)
class Lots:
    """How each item is bought, one per item [units]: minimum order and multiple (0 = any)."""

    moq: Array
    multiple: Array


@dataclass(frozen=True, eq=False)
class Constrained:
    """Orders after the limit, items x months [units]; wanted + moved in = kept + moved out + cut, in every month.

    kept: orders to place. moved: ordered a month earlier than this month. cut: not ordered at all. left_over: the
    part of `cut` that would have fitted, but not as a whole lot.
    """

    kept: Array
    moved: Array
    cut: Array
    left_over: Array


def constrain_releases(
    releases: ArrayLike,
    per_unit: ArrayLike,
    limits: ArrayLike,
    facts: CutFacts,
    *,
    rule: CutRule = "fair share",
    lots: Lots | None = None,
    first_open: int = 0,
) -> Constrained:
    """Return one supplier's orders fitted into its limits.

    releases [units] and per_unit [capacity units per unit, >= 0]: items x months. limits: one per month [capacity
    units], inf = none. first_open: no order is moved into an earlier month. Orders that stay in an overfull month are
    whole lots where there are any; what moves may end below the minimum order. Raises ValueError on a limit below 0.
    """
    wanted = np.asarray(releases, dtype=np.float64)
    room = np.asarray(limits, dtype=np.float64)
    if (room < 0).any() or np.isnan(room).any():
        raise ValueError("A limit is below 0 or missing; give inf where there is none.")
    order = np.argsort(facts.key, kind="stable")
    back = np.argsort(order, kind="stable")
    weight = np.broadcast_to(np.asarray(per_unit, dtype=np.float64), wanted.shape)[order]
    nothing = np.zeros(len(wanted))
    lots = Lots(nothing, nothing) if lots is None else Lots(lots.moq[order], lots.multiple[order])
    facts, kept = facts.take(order), wanted[order].copy()
    moved, cut, left_over = np.zeros_like(kept), np.zeros_like(kept), np.zeros_like(kept)
    for month in range(kept.shape[1] - 1, first_open - 1, -1):
        asked, each, limit = kept[:, month].copy(), weight[:, month], float(room[month])
        if float(asked @ each) <= limit:
            continue
        last = month == first_open
        fits = _share(asked, each, limit, facts, rule if last else "proportional")
        stays = _whole_lots(fits, asked, each, limit, lots)
        kept[:, month] = stays
        if last:
            cut[:, month] = asked - stays
            left_over[:, month] = np.maximum(fits - stays, 0.0)
        else:
            moved[:, month] = asked - stays
            kept[:, month - 1] += moved[:, month]
    return Constrained(kept[back], moved[back], cut[back], left_over[back])


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


def _whole_lots(fits: Array, asked: Array, each: Array, limit: float, lots: Lots) -> Array:
    """Return what is ordered in whole lots: rounded down, then one lot up for who lost most, while there is room."""
    stays = _down(fits, asked, lots)
    up = np.minimum(np.maximum(_up(fits, lots.multiple), _up(lots.moq, lots.multiple)), asked)
    used = float(stays @ each)
    lost = (fits - stays) * each
    for item in np.argsort(-lost, kind="stable"):
        extra = float((up[item] - stays[item]) * each[item])
        if lost[item] > RESIDUE and used + extra <= limit:
            stays[item] = up[item]
            used += extra
    return stays


def _down(quantity: Array, asked: Array, lots: Lots) -> Array:
    """Return quantities as whole multiples and not below the minimum order; who keeps all it asked for keeps it."""
    size = np.where(lots.multiple > 0, lots.multiple, 1.0)
    whole = np.where(lots.multiple > 0, np.floor(quantity / size + RESIDUE) * size, quantity)
    whole = np.where(whole < lots.moq - RESIDUE, 0.0, np.minimum(whole, asked))
    return np.where(quantity >= asked, asked, whole)


def _up(quantity: Array, multiple: Array) -> Array:
    """Return quantities rounded up to whole multiples."""
    size = np.where(multiple > 0, multiple, 1.0)
    return np.where(multiple > 0, np.ceil(quantity / size - RESIDUE) * size, quantity)
