"""Spreading a total over its parts, so that the parts add up to the whole, to the unit and the cent.

Many totals are spread in one call: `groups` gives each cell the number (0, 1, ...) of the total it belongs to.
"""

import numpy as np
from numpy.typing import ArrayLike

from sop.engine.arrays import Array, BoolArray, IntArray

ROUNDING = 1e-9  # of a step: smaller differences are binary rounding, not a quantity


class SpreadError(ValueError):
    """A total cannot be spread; the message is a sentence for the person who typed it."""


def largest_remainder(
    weights: ArrayLike, total: ArrayLike, *, step: float = 1.0, groups: IntArray | None = None
) -> Array:
    """Return parts of `total` in proportion to `weights`, each a multiple of `step`, adding up to it exactly.

    Every part is within one step of its exact share: shares are rounded down, then the steps left over go to the
    largest remainders (Hamilton's method); equal remainders go to the larger weight, then to the earlier cell. All
    weights zero: spread evenly. A negative total gives negative parts.

    `weights`: not negative, one per cell. `total`: one, or one per group. `step`: 1 for whole units, 0.01 for cents.
    Raises SpreadError when a weight is negative, a group is empty or a total is no multiple of the step.
    """
    cell_weights, cell_groups, totals = _cells(weights, total, groups)
    if (cell_weights < 0).any():
        raise SpreadError("A share is negative: weights of a spread are zero or more.")
    units = _whole_steps(totals, step)
    parts = _hamilton(_even_where_zero(cell_weights, cell_groups, len(units)), np.abs(units), cell_groups)
    return _in_steps(parts * np.sign(units)[cell_groups], step)


def spread_total(
    current: ArrayLike,
    total: ArrayLike,
    *,
    baseline: ArrayLike | None = None,
    held: ArrayLike | None = None,
    step: float = 1.0,
    groups: IntArray | None = None,
) -> Array:
    """Return the cells after a person typed `total` over them: held cells stay, the others share what is left.

    They share in proportion to what they hold; where that is zero, by baseline; where that is zero too, evenly. Parts
    are multiples of `step` by largest remainder. What held cells leave beyond whole steps goes to the largest part, so
    that the sum is always the total typed.

    `current`, `baseline`: units, one per cell, not negative. `held`: True keeps a cell. `total`: one, or one per group.
    Raises SpreadError when the total is negative or no multiple of the step, when held cells alone hold more than it,
    and when every cell is held.
    """
    cells, cell_groups, totals = _cells(current, total, groups)
    is_held = np.zeros(cells.shape, dtype=np.bool_) if held is None else np.asarray(held, dtype=np.bool_)
    base = np.zeros(cells.shape) if baseline is None else np.asarray(baseline, dtype=np.float64)
    left = _left_by_held(cells, totals, is_held, cell_groups, step)
    free = np.flatnonzero(~is_held)
    free_groups = cell_groups[free]
    weights = _first_not_zero(np.maximum(cells[free], 0), np.maximum(base[free], 0), free_groups, len(totals))
    whole = np.floor(left / step + ROUNDING)
    parts = _in_steps(_hamilton(weights, whole, free_groups), step)
    result = cells.copy()
    result[free] = _with_residue(parts, left - whole * step, weights, free_groups, step)
    return result


def spread_over_time(total: float, weights: ArrayLike, *, step: float = 1.0) -> Array:
    """Return `total` spread over consecutive buckets in multiples of `step`, hits spaced as evenly as the weights ask.

    The running total is rounded, not the single bucket, so the plan is never more than half a step from the exact line.
    """
    cell_weights, cell_groups, totals = _cells(weights, total, None)
    units = float(_whole_steps(totals, step)[0])
    even = _even_where_zero(cell_weights, cell_groups, 1)
    running = np.floor(units * np.cumsum(even) / even.sum() + 0.5 + ROUNDING)
    running[-1] = units
    return _in_steps(np.diff(running, prepend=0.0), step)


def _cells(cells: ArrayLike, total: ArrayLike, groups: IntArray | None) -> tuple[Array, IntArray, Array]:
    """Return cells, their group numbers and the totals as arrays; one group when none are given."""
    values = np.asarray(cells, dtype=np.float64)
    codes = np.zeros(values.shape, dtype=np.int64) if groups is None else np.asarray(groups, dtype=np.int64)
    totals = np.atleast_1d(np.asarray(total, dtype=np.float64))
    if not (np.isfinite(values).all() and np.isfinite(totals).all()):
        raise SpreadError("A spread needs numbers: one of the cells or totals is empty.")
    if (np.bincount(codes, minlength=len(totals)) == 0).any():
        raise SpreadError("There is no cell to spread over.")
    return values, codes, totals


def _whole_steps(totals: Array, step: float) -> Array:
    """Return each total counted in steps."""
    steps = np.round(totals / step)
    wrong = np.abs(totals / step - steps) > np.maximum(1e-6, np.abs(steps) * 1e-12)
    if wrong.any():
        raise SpreadError(f"{totals[wrong][0]:,.6g} is not a multiple of {step:g}, the smallest step here.")
    return steps


def _left_by_held(cells: Array, totals: Array, held: BoolArray, groups: IntArray, step: float) -> Array:
    """Return what each total leaves for the cells that are not held."""
    _whole_steps(totals, step)
    if (totals < 0).any():
        raise SpreadError(f"{totals[totals < 0][0]:,.6g} is below zero: a quantity is zero or more.")
    kept = np.bincount(groups, weights=np.where(held, cells, 0.0), minlength=len(totals))
    left = totals - kept
    left = np.where(np.abs(left) < step * 1e-6, 0.0, left)
    if (left < 0).any():
        worst = int(np.argmin(left))
        raise SpreadError(f"Held cells alone hold {kept[worst]:,.6g}; the total cannot be {totals[worst]:,.6g}.")
    free = np.bincount(groups[~held], minlength=len(totals))
    stuck = (free == 0) & (left > 0)
    if stuck.any():
        raise SpreadError(f"Every cell is held: the total stays at {kept[stuck][0]:,.6g}.")
    return left


def _first_not_zero(current: Array, baseline: Array, groups: IntArray, count: int) -> Array:
    """Return what the cells of each group hold, or their baseline, or ones: the first that is not zero."""
    nothing = np.bincount(groups, weights=current, minlength=count) <= 0
    return _even_where_zero(np.where(nothing[groups], baseline, current), groups, count)


def _even_where_zero(weights: Array, groups: IntArray, count: int) -> Array:
    nothing = np.bincount(groups, weights=weights, minlength=count) <= 0
    return np.where(nothing[groups], 1.0, weights)


def _hamilton(weights: Array, units: Array, groups: IntArray) -> Array:
    """Return whole units per cell by largest remainder; `units` per group, not negative."""
    sums = np.bincount(groups, weights=weights, minlength=len(units))
    quota = units[groups] * (weights / sums[groups])
    parts = np.floor(quota + ROUNDING)
    short = units - np.bincount(groups, weights=parts, minlength=len(units))
    remainder = np.round(quota - parts, 9)
    order = np.lexsort((np.arange(len(weights)), -weights, -remainder, groups))
    sorted_groups = groups[order]
    rank = np.arange(len(order)) - np.searchsorted(sorted_groups, sorted_groups)
    parts[order] += rank < short[sorted_groups]
    return _exact(parts, units, weights, groups)


def _exact(parts: Array, units: Array, weights: Array, groups: IntArray) -> Array:
    """Return the parts after giving the largest weight what float64 lost on totals beyond some 10^9 steps."""
    lost = units - np.bincount(groups, weights=parts, minlength=len(units))
    lost[np.bincount(groups, minlength=len(units)) == 0] = 0
    if lost.any():
        parts[_largest(weights, groups)] += lost[np.unique(groups)]
    return parts


def _with_residue(parts: Array, residue: Array, weights: Array, groups: IntArray, step: float) -> Array:
    """Return the parts with each group's residue below one step on its largest part."""
    extra = np.where(np.abs(residue) < step * 1e-6, 0.0, residue)
    if extra.any():
        largest = _largest(weights, groups)
        parts[largest] = np.round(parts[largest] + extra[np.unique(groups)], 9)
    return parts


def _largest(weights: Array, groups: IntArray) -> IntArray:
    """Return, per group that has cells and in its order, where its largest weight stands."""
    order = np.lexsort((np.arange(len(weights)), -weights, groups))
    _, first = np.unique(groups[order], return_index=True)
    return order[first]


def _in_steps(units: Array, step: float) -> Array:
    """Return units as quantities; 3334 / 100 is the float64 nearest to 33.34, 3334 * 0.01 is not."""
    per_unit = float(round(1.0 / step))
    if step < 1 and abs(per_unit * step - 1.0) < ROUNDING:
        return units / per_unit
    return units * step
