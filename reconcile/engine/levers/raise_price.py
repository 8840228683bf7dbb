"""Lever: raise (or lower) the selling price."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from reconcile.engine.levers.lever import Applied, Lever
from reconcile.engine.price import demand_after_price_change
from supply.engine.arrays import Array, BoolArray
from supply.engine.lane_views import by_share
from supply.engine.problem import SupplyProblem


@dataclass(frozen=True, eq=False, kw_only=True)
class RaisePriceLever(Lever):
    """Price * (1 + change) in the lever's months, demand * (1 + change)^elasticity.

    elasticity: in place of the items' own. pull_forward: share of the first month's demand that is bought the month
    before, at the old price. Figures: break_even_volume_change (may be lost before it stops paying, from summed
    parts), volume_change (expected, at old prices).
    """

    change: float
    elasticity: float | None = None
    pull_forward: float = 0.0
    kind: ClassVar[str] = "raise_price"
    stage: ClassVar[str] = "price"

    def apply(self, problem: SupplyProblem) -> Applied:
        """Return the problem with new prices and the demand that follows from them."""
        cells = self.cells(problem)
        elasticity = problem.elasticity if self.elasticity is None else np.full(len(problem.items), self.elasticity)
        demand = np.where(
            cells, demand_after_price_change(problem.demand, self.change, elasticity[:, None]), problem.demand
        )
        warnings = []
        if self.pull_forward:
            if self.first < 1:
                warnings.append(f"{self.label}: there is no month before the first one to pull demand forward into.")
            else:
                pulled = np.where(self.scope, demand[:, self.first] * self.pull_forward, 0.0)
                demand[:, self.first - 1] += pulled
                demand[:, self.first] -= pulled
        price = np.where(cells, problem.price * (1.0 + self.change), problem.price)
        return Applied(
            replace(problem, demand=demand, price=price), tuple(warnings), self._figures(problem, cells, demand)
        )

    def _figures(self, problem: SupplyProblem, cells: BoolArray, demand: Array) -> dict[str, float]:
        """Return break-even and expected volume change over the lever's cells, from summed parts."""
        wanted, cost = np.where(cells, problem.demand, 0.0), by_share(problem, lambda one: one.unit_cost)
        margin = float((wanted * (problem.price - cost)).sum())
        new_margin = float((wanted * (problem.price * (1.0 + self.change) - cost)).sum())
        sales = float((wanted * problem.price).sum())
        new_sales = float((np.where(cells, demand, 0.0) * problem.price).sum())
        return {
            "break_even_volume_change": margin / new_margin - 1.0 if new_margin > 0 else np.nan,
            "volume_change": new_sales / sales - 1.0 if sales > 0 else 0.0,
        }
