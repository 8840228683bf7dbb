"""Tables of planning supply."""

from supply.models.explained import StockExplained
from supply.models.plan import ReceiptOverride, SupplyFlag, SupplyItem, SupplyLine, SupplyRun
from supply.models.sourcing import Capacity, LeadTimeAssumption, Sourcing
from supply.models.stock import OnHand, PurchaseOrderLine, StockItem
from supply.models.supplier import SupplierRecord

__all__ = [
    "Capacity",
    "LeadTimeAssumption",
    "OnHand",
    "PurchaseOrderLine",
    "ReceiptOverride",
    "Sourcing",
    "StockExplained",
    "StockItem",
    "SupplierRecord",
    "SupplyFlag",
    "SupplyItem",
    "SupplyLine",
    "SupplyRun",
]
