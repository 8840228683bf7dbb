"""Pages of planning supply, one module a screen."""

from supply.views import item, risk, rough_cut, supplier, workbench

__all__ = ["item", "risk", "rough_cut", "supplier", "workbench"]
