"""Pages of planning supply, one module a screen."""

from supply.views import customers, item, receipts, rough_cut, supplier, workbench

__all__ = ["customers", "item", "receipts", "rough_cut", "supplier", "workbench"]
