"""Pages of planning supply, one module a screen."""

from supply.views import flag, item, rough_cut, supplier, workbench

__all__ = ["flag", "item", "rough_cut", "supplier", "workbench"]
