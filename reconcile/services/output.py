"""A scenario's result as table rows, figures and conflicts; levers from rows to the engine's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from reconcile.models import Scenario
from reconcile.services.conflict import FoundConflict
from supply.frames import SupplyInputs

if TYPE_CHECKING:
    from reconcile.engine.scenario import ScenarioResult

LINE_COLUMNS = ("run_id", "item_id", "bucket")


def levers_of(scenario: Scenario, inputs: SupplyInputs) -> list[Any]:
    """Return the scenario's levers as the engine's."""
    raise NotImplementedError


def line_rows(run_id: int, inputs: SupplyInputs, result: "ScenarioResult") -> Iterator[tuple[Any, ...]]:
    """Yield one row per stock item and month in LINE_COLUMNS' order."""
    raise NotImplementedError


def kpis_of(result: "ScenarioResult") -> dict[str, Any]:
    """Return the totals comparisons show, plain numbers."""
    raise NotImplementedError


def conflicts_of(inputs: SupplyInputs, result: "ScenarioResult") -> list[FoundConflict]:
    """Return what contradicts itself in the base plan."""
    raise NotImplementedError


Numbers = np.ndarray
