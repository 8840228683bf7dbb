"""Levers of a scenario. A new one is one more class in one more file; applying them needs no change."""

from reconcile.engine.levers.apply import apply_levers, levers_in_order, levers_pull
from reconcile.engine.levers.lever import STAGES, Applied, Lever
from reconcile.engine.levers.pre_buy import PreBuyLever
from reconcile.engine.levers.raise_price import RaisePriceLever
from reconcile.engine.levers.safety_stock import SafetyStockLever

__all__ = [
    "STAGES",
    "Applied",
    "Lever",
    "PreBuyLever",
    "RaisePriceLever",
    "SafetyStockLever",
    "apply_levers",
    "levers_in_order",
    "levers_pull",
]
