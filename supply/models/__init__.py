"""Tables of planning supply."""

from supply.models.customers import CustomerAsked, CustomerShare, OwnerBias
from supply.models.explained import StockExplained
from supply.models.flag import SupplyFlag
from supply.models.load import SupplierRule, SupplyLoad
from supply.models.plan import ReceiptOverride, SupplyItem, SupplyLane, SupplyLine, SupplyRun
from supply.models.risk import RiskGroup, SupplyRisk
from supply.models.sourcing import Capacity, LeadTimeAssumption, Sourcing
from supply.models.stock import ClassTarget, OnHand, PurchaseOrderLine, StockItem
from supply.models.supplier import SupplierRecord

__all__ = [
    "Capacity",
    "ClassTarget",
    "CustomerAsked",
    "CustomerShare",
    "LeadTimeAssumption",
    "OnHand",
    "OwnerBias",
    "PurchaseOrderLine",
    "ReceiptOverride",
    "RiskGroup",
    "Sourcing",
    "StockExplained",
    "StockItem",
    "SupplierRecord",
    "SupplierRule",
    "SupplyFlag",
    "SupplyItem",
    "SupplyLane",
    "SupplyLine",
    "SupplyLoad",
    "SupplyRisk",
    "SupplyRun",
]
