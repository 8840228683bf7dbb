"""Pages of planning supply, one module a screen."""

from supply.views import item, rough_cut, supplier, workbench

__all__ = ["item", "rough_cut", "supplier", "workbench"]
