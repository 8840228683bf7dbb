"""Rows to arrays and back: the only bridge from the supply tables to the engine (Decimal here, float there)."""

from supply.frames.problem import SupplyInputs, supply_inputs

__all__ = ["SupplyInputs", "supply_inputs"]
