"""Constrain: orders to one supplier fitted into what it accepts each month.

Months from last to first: what is above a month's limits is ordered a month earlier, pro rata; what does not fit into
an item's first open month, or would come later from the month before, is cut. Sorted by key inside, so that the order
of items changes nothing, bit for bit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from supply.engine.arrays import RESIDUE, Array, BoolArray
from supply.engine.cutting import CutFacts, CutRule, share_within

__all__ = ["Constrained", "CutFacts", "CutRule", "Lots", "constrain_releases"]


@dataclass(frozen=True, eq=False)
class Lots:
    """How each item is bought, one per item [units]: minimum order and multiple (0 = any)."""

    moq: Array
    multiple: Array

    def take(self, rows: ArrayLike) -> "Lots":
        """Return the lots of some items."""
        at = np.asarray(rows)
        return Lots(self.moq[at], self.multiple[at])

    @property
    def least(self) -> Array:
        """The least that is ordered: the minimum order in whole multiples."""
        return _up(self.moq, self.multiple)


@dataclass(frozen=True, eq=False)
class Constrained:
    """Orders after the limits, items x months [units]; wanted + moved in = kept + moved out + cut, in every month.

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
    first_open: ArrayLike = 0,
    sooner: BoolArray | None = None,
) -> Constrained:
    """Return one supplier's orders fitted into its limits, all of which hold together.

    releases [units]: items x months. per_unit [capacity units per unit, >= 0] and limits [capacity units, inf = none]:
    items x months and months of one limit, or limits x items x months and limits x months. first_open: no order is
    moved into an earlier month, one number or one per item; earlier orders stand and take their room. sooner (items x
    months; None: all): whether an order comes sooner from the month before; else it is cut instead. Orders that stay
    are whole lots, and so is what moves. Raises ValueError on a limit below 0.
    """
    wanted = np.asarray(releases, dtype=np.float64)
    room = np.atleast_2d(np.asarray(limits, dtype=np.float64))
    if (room < 0).any() or np.isnan(room).any():
        raise ValueError("A limit is below 0 or missing; give inf where there is none.")
    order = np.argsort(facts.key, kind="stable")
    back = np.argsort(order, kind="stable")
    weight = np.broadcast_to(np.asarray(per_unit, dtype=np.float64), (len(room), *wanted.shape))[:, order]
    nothing = np.zeros(len(wanted))
    lots = Lots(nothing, nothing) if lots is None else lots.take(order)
    first = np.broadcast_to(np.asarray(first_open, dtype=np.int64), nothing.shape)[order]
    may_move = np.ones(wanted.shape, dtype=bool) if sooner is None else sooner[order]
    facts, kept = facts.take(order), wanted[order].copy()
    moved, cut, left_over = np.zeros_like(kept), np.zeros_like(kept), np.zeros_like(kept)
    for month in range(kept.shape[1] - 1, int(first.min(initial=0)) - 1, -1):
        asked, each, limit = kept[:, month].copy(), np.ascontiguousarray(weight[:, :, month]), room[:, month]
        if all(float(asked @ row) <= most for row, most in zip(each, limit, strict=True)):
            continue
        standing = first > month
        limit = np.maximum(limit - each[:, standing] @ asked[standing], 0.0)
        movable = (first < month) & may_move[:, month]
        fits = _fits(np.where(standing, 0.0, asked), each, limit, facts, rule, movable)
        stays = _whole_lots(fits, np.where(standing, 0.0, asked), each, limit, lots)
        stays = np.where(movable, _whole_moves(stays, asked, kept[:, month - 1] if month else nothing, lots), stays)
        stays = np.where(standing, asked, stays)
        gone = asked - stays
        kept[:, month] = stays
        moved[:, month], cut[:, month] = np.where(movable, gone, 0.0), np.where(movable, 0.0, gone)
        left_over[:, month] = np.where(movable, 0.0, np.maximum(np.where(standing, 0.0, fits - stays), 0.0))
        if month:
            kept[:, month - 1] += moved[:, month]
    return Constrained(kept[back], moved[back], cut[back], left_over[back])


def _fits(  # noqa: PLR0917  (private, called once above)
    asked: Array, each: Array, limit: Array, facts: CutFacts, rule: CutRule, movable: BoolArray
) -> Array:
    """Return what may stay in an overfull month: pro rata of what can move, by the rule of what cannot.

    Where a month holds both, each kind gets its part of every limit by what it asks for.
    """
    if movable.all():
        return share_within(asked, each, limit, facts, "proportional")
    if not movable.any():
        return share_within(asked, each, limit, facts, rule)
    kinds = [np.where(movable, asked, 0.0), np.where(movable, 0.0, asked)]
    loads = np.array([[float(kind @ row) for row in each] for kind in kinds])
    total = loads.sum(axis=0)
    part = np.divide(loads, total, out=np.ones_like(loads), where=total > 0)
    limits = np.where(np.isinf(limit), np.inf, part * np.where(np.isinf(limit), 0.0, limit))
    given: Array = share_within(kinds[0], each, limits[0], facts, "proportional")
    return given + share_within(kinds[1], each, limits[1], facts, rule)


def _whole_lots(fits: Array, asked: Array, each: Array, limit: Array, lots: Lots) -> Array:
    """Return what is ordered in whole lots: rounded down, then one lot up for who lost most, while there is room."""
    stays = _down(fits, asked, lots)
    up = np.minimum(np.maximum(_up(fits, lots.multiple), lots.least), asked)
    used = np.array([float(stays @ row) for row in each])
    counted = np.isfinite(limit) & (limit > 0)
    lost = (fits - stays) * (each[counted] / limit[counted, None]).sum(axis=0)
    for item in np.argsort(-lost, kind="stable"):
        if lost[item] <= 0:
            break
        extra = (up[item] - stays[item]) * each[:, item]
        if fits[item] - stays[item] > RESIDUE and (used + extra <= limit).all():
            stays[item] = up[item]
            used = used + extra
    return stays


def _whole_moves(stays: Array, asked: Array, before: Array, lots: Lots) -> Array:
    """Return what stays so that what moves is no order below the least one: more of it moves, or all of it."""
    small = (asked - stays > RESIDUE) & (asked - stays + before < lots.least - RESIDUE)
    rest = asked - lots.least
    return np.where(small, np.where(rest >= lots.least - RESIDUE, rest, 0.0), stays)


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
