"""Lots of many drawn needs at once: what `lots.LotRule` orders, in few passes over arrays items x draws."""

from typing import Protocol

import numpy as np

from supply.engine.arrays import Array, IntArray
from supply.engine.lots import LotRule
from supply.engine.problem import SupplyProblem
from supply.engine.risk_draws import Draws
from supply.engine.risk_tally import Room

LOTS_KINDS = 3  # see `lots_kind`
LOT_SLACK = 1e-3  # no lot is ordered for so small a part of one: single precision cannot tell it from nothing


class DrawnLots(Protocol):
    """A way to order: see `drawn_lots`."""

    def orders(self, level: Array, position: Draws, rows: IntArray | slice, room: Room) -> Draws:
        """Return what is ordered to raise positions (rows x draws) to a level (one per row) [units, before yield].

        The answer may lie in `room`.
        """
        ...


def drawn_lots(problem: SupplyProblem, tiny: Array, dtype: np.dtype[np.floating]) -> DrawnLots:
    """Return the rule for items of one kind; tiny (n) [units]: needs up to it are none."""
    part = problem.yield_mean if problem.policy.gross_up else np.ones_like(problem.yield_mean)
    if np.isfinite(problem.max_order).any() or dtype == np.float64:
        return _Exact(problem, part)
    return (_Multiples if (problem.multiple > 0).all() else _AnyQuantity)(problem, part, tiny, dtype)


def lots_kind(problem: SupplyProblem) -> IntArray:
    """Return a number per item: those with the same one can be given to `drawn_lots` together."""
    return np.where(np.isfinite(problem.max_order), 2, problem.multiple > 0).astype(np.int64)


class _Exact:
    """Any lot rule, slowly."""

    def __init__(self, problem: SupplyProblem, part: Array) -> None:
        self._problem, self._part = problem, part

    def orders(self, level: Array, position: Draws, rows: IntArray | slice, room: Room) -> Draws:
        problem = self._problem
        need = np.maximum((level[:, None] - position) / self._part[rows, None], 0.0)
        columns = (each[rows, None] for each in (problem.moq, problem.multiple, problem.max_order))
        ordered: Draws = LotRule(*columns).total(need).astype(position.dtype)
        return ordered


class _Multiples:
    """Whole multiples, at least a least number of them."""

    def __init__(self, problem: SupplyProblem, part: Array, tiny: Array, dtype: np.dtype[np.floating]) -> None:
        self._scale = 1.0 / (problem.multiple * part)
        least = np.ceil(problem.moq / problem.multiple - LOT_SLACK)
        self._less, self._lot, self._least = (
            each[:, None].astype(dtype) for each in (-self._scale, problem.multiple, least)
        )
        self._some_least = bool((least > 1).any())

    def orders(self, level: Array, position: Draws, rows: IntArray | slice, room: Room) -> Draws:
        count = len(position)
        lots = np.multiply(position, self._less[rows], out=room.first[:count])
        lots += (level * self._scale[rows] - LOT_SLACK)[:, None].astype(position.dtype)
        np.ceil(lots, out=lots)
        np.maximum(lots, 0, out=lots)
        if self._some_least:
            some = np.minimum(lots, 1, out=room.second[:count])
            some *= self._least[rows]
            np.maximum(lots, some, out=lots)
        lots *= self._lot[rows]
        return lots


class _AnyQuantity:
    """Any quantity, at least the least order."""

    def __init__(self, problem: SupplyProblem, part: Array, tiny: Array, dtype: np.dtype[np.floating]) -> None:
        self._part = part
        self._least, self._per, self._tiny = (each[:, None].astype(dtype) for each in (problem.moq, 1.0 / part, tiny))

    def orders(self, level: Array, position: Draws, rows: IntArray | slice, room: Room) -> Draws:
        need = np.multiply(position, -self._per[rows], out=room.first[: len(position)])
        need += (level / self._part[rows])[:, None].astype(position.dtype)
        some = need > self._tiny[rows]
        np.maximum(need, self._least[rows], out=need)
        need *= some
        return need
