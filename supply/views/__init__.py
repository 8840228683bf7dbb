"""Pages of planning supply, one module a screen."""

from supply.views import customers, item, rough_cut, supplier, workbench

__all__ = ["customers", "item", "rough_cut", "supplier", "workbench"]
