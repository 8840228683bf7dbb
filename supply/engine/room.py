"""Room: what single orders may be where a supplier's limits leave less than is asked."""

import numpy as np

from supply.engine.arrays import Array, IntArray
from supply.engine.constrain import Lots, constrain_releases
from supply.engine.cutting import CutFacts
from supply.engine.lanes import Lanes
from supply.engine.problem import SupplyProblem


def orders_in_room(problem: SupplyProblem, release: IntArray, quantity: Array) -> Array:
    """Return one order per item cut to what its supplier accepts in the month of its release, in whole lots [units].

    release: step, one per item; quantity: one per item [units]. What was bought before already takes its room first.
    Orders too many for a month are cut in proportion.
    """
    if problem.limits is None:
        return quantity
    month, given = np.maximum(release, 0) // problem.steps_per_month, quantity.copy()
    held = _by_month(problem.pre_buys.item, problem.pre_buys.release, problem.pre_buys.quantity, problem)
    for limit, members, _ in problem.limits.groups(Lanes.build()):  # single orders are placed with main lanes
        rows = members[np.argsort(problem.items[members], kind="stable")]
        each = np.ascontiguousarray(problem.limits.per_unit[:, rows])
        taken = np.einsum("kim,im->km", each, np.ascontiguousarray(held[rows]))
        wanted = np.zeros((len(rows), problem.months))
        wanted[np.arange(len(rows)), month[rows]] = quantity[rows]
        found = constrain_releases(
            wanted,
            each,
            np.maximum(limit.quantity - taken, 0.0),
            CutFacts.build(np.arange(len(rows))),
            rule="proportional",
            lots=Lots(problem.moq[rows], problem.multiple[rows]),
            first_open=month[rows],
        )
        given[rows] = found.kept.sum(axis=1)
    return given


def _by_month(item: IntArray, release: IntArray, quantity: Array, problem: SupplyProblem) -> Array:
    total = np.zeros(problem.demand.shape)
    inside = (release >= 0) & (release < problem.steps)
    np.add.at(total, (item[inside], release[inside] // problem.steps_per_month), quantity[inside])
    return total
