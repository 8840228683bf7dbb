"""Pages of planning supply, one module a screen."""

from supply.views import item, receipts, risk, rough_cut, supplier, workbench

__all__ = ["item", "receipts", "risk", "rough_cut", "supplier", "workbench"]
