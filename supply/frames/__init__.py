"""Rows to arrays and back: the only bridge from the supply tables to the engine (Decimal here, float there)."""

from supply.frames.limits import MEASURES, Limits, Owner, limits_of
from supply.frames.problem import SupplyInputs, supply_inputs

__all__ = ["MEASURES", "Limits", "Owner", "SupplyInputs", "limits_of", "supply_inputs"]
