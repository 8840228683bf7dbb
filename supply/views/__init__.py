"""Pages of planning supply, one module a screen."""

from supply.views import customers, explained, flag, item, receipts, risk, rough_cut, supplier, workbench

__all__ = ["customers", "explained", "flag", "item", "receipts", "risk", "rough_cut", "supplier", "workbench"]
