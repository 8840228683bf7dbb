"""Lever: hold more or less safety stock."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from reconcile.engine.levers.lever import Applied, Lever
from supply.engine.problem import SupplyProblem


@dataclass(frozen=True, eq=False, kw_only=True)
class SafetyStockLever(Lever):
    """A new service target, or safety stock times a multiplier. A new target replaces what was set by hand."""

    target: float | None = None
    multiplier: float = 1.0
    kind: ClassVar[str] = "safety_stock"
    stage: ClassVar[str] = "safety_stock"

    def apply(self, problem: SupplyProblem) -> Applied:
        """Return the problem with the target or the multiplier in the lever's cells."""
        cells = self.cells(problem)
        changed = replace(problem, safety_factor=np.where(cells, self.multiplier, 1.0) * problem.safety_factor)
        if self.target is None:
            return Applied(changed)
        by_hand = cells & ~np.isnan(problem.safety_override)
        items = int(by_hand.any(axis=1).sum())
        changed = replace(
            changed,
            service_target=np.where(cells, self.target, problem.service_target),
            safety_override=np.where(by_hand, np.nan, problem.safety_override),
        )
        told = f"{self.label}: the new target replaces the safety stock set by hand of {items} items."
        return Applied(changed, (told,) if items else ())
