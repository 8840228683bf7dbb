"""Pages of planning supply, one module a screen."""

from supply.views import explained, item, rough_cut, supplier, workbench

__all__ = ["explained", "item", "rough_cut", "supplier", "workbench"]
