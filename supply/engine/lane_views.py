"""Views of lanes: items with several lanes as if they had one only, lane after lane, and what comes of all by share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from supply.engine.arrays import Array, BoolArray, IntArray
from supply.engine.problem import SupplyProblem


@dataclass(frozen=True, eq=False)
class LaneView:
    """The lanes of one rank (0 = main) of items with several lanes.

    rows: of the whole problem. place: of these among all items with several lanes. problem: of these items, bought
    from these lanes only. weight: the lanes' shares of their items' orders, all lanes of an item together 1.
    """

    rank: int
    rows: IntArray
    place: IntArray
    problem: SupplyProblem
    weight: Array


def lane_views(problem: SupplyProblem) -> list[LaneView]:
    """Return the lanes of all items with several, the main ones first; nothing where every item has one."""
    lanes = problem.lanes
    several = lanes.items
    if not several.size:
        return []
    total = problem.share[several].copy()
    np.add.at(total, np.searchsorted(several, lanes.item), lanes.share)
    ranks = [(0, several)] + [(rank, lanes.item[lanes.of_rank(rank)]) for rank in lanes.ranks]
    views = []
    for rank, rows in ranks:
        place, of_lane = np.searchsorted(several, rows), problem.of_lanes(rows, rank)
        views.append(LaneView(rank, rows, place, of_lane, of_lane.share / total[place]))
    return views


def mean_over_lanes(views: list[LaneView], of: Callable[[LaneView], Array]) -> Array:
    """Return the mean over lanes by share, per item of the views, of figures whose first axis is the view's rows."""
    mean: Array = np.zeros(0)
    for view in views:
        part = of(view)
        part = part * view.weight.reshape(-1, *(1,) * (part.ndim - 1))
        mean = mean if mean.size else np.zeros((len(views[0].rows), *part.shape[1:]))
        mean[view.place] += part
    return mean


def by_share(problem: SupplyProblem, of: Callable[[SupplyProblem], Array]) -> Array:
    """Return figures of all items, those of items with several lanes the mean over their lanes, weighted by share."""
    found, views = of(problem), lane_views(problem)
    if views:
        found = found.copy(order="K")
        found[views[0].rows] = mean_over_lanes(views, lambda view: of(view.problem))
    return found


def largest_of_lanes(problem: SupplyProblem, of: Callable[[SupplyProblem], Array]) -> Array:
    """Return figures of all items, those of items with several lanes the largest of their lanes."""
    found = of(problem)
    for view in lane_views(problem)[1:]:
        found = found.copy() if view.rank == 1 else found
        found[view.rows] = np.maximum(found[view.rows], of(view.problem))
    return found


def bought_from(problem: SupplyProblem, lane: IntArray | None) -> Iterator[tuple[LaneView, BoolArray]]:
    """Yield the views of further lanes, and where what is received comes from them, rows of the view x steps.

    lane: rank of the lane per item and step of receipt; None: all comes from main lanes.
    """
    for view in lane_views(problem)[1:] if lane is not None else ():
        assert lane is not None
        yield view, lane[view.rows] == view.rank


def yields_by_step(problem: SupplyProblem, lane: IntArray | None) -> Array:
    """Return what share of planned orders arrives, items x steps by step of receipt, or items x 1: the same in all."""
    if lane is None:
        return problem.yield_mean[:, None]
    found = np.repeat(problem.yield_mean[None], problem.steps, axis=0).T
    for view, mine in bought_from(problem, lane):
        found[view.rows] = np.where(mine, view.problem.yield_mean[:, None], found[view.rows])
    return found
