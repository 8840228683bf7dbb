"""Lever: what leadership can pull. Each says exactly what it changes in the supply problem, nothing else."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from supply.engine.arrays import BoolArray
from supply.engine.problem import SupplyProblem

# Levers act in this order, whatever the order they were chosen in: assumptions first, then what demand will be, then
# what is bought, then what protects it.
STAGES = ("stress", "price", "demand", "accept_lost", "cost", "lanes", "capacity", "safety_stock", "expedite")


@dataclass(frozen=True, eq=False)
class Applied:
    """The problem after a lever, what the planner must be told, and the lever's own figures (see each lever)."""

    problem: SupplyProblem
    warnings: tuple[str, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class Lever(ABC):
    """A lever on some items and months. scope: which items (one yes/no each); months first..last, both included.

    label: how the scope is called in sentences ("Roofing").
    """

    scope: BoolArray
    first: int
    last: int
    label: str = ""
    kind: ClassVar[str]
    stage: ClassVar[str]

    @abstractmethod
    def apply(self, problem: SupplyProblem) -> Applied:
        """Return the problem with this lever pulled."""

    def cells(self, problem: SupplyProblem) -> BoolArray:
        """Return the items and months the lever acts on, items x months."""
        month = np.arange(problem.months)
        return self.scope[:, None] & (month >= self.first) & (month <= self.last)

    def concluded(self, figures: dict[str, float], change: dict[str, float]) -> dict[str, float]:
        """Return the lever's figures completed by what it changed in the scenario's key figures."""
        return figures
