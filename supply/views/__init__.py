"""Pages of planning supply, one module a screen."""

from supply.views import item, receipts, rough_cut, supplier, workbench

__all__ = ["item", "receipts", "rough_cut", "supplier", "workbench"]
