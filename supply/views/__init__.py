"""Pages of planning supply, one module a screen."""

from supply.views import item, supplier, workbench

__all__ = ["item", "supplier", "workbench"]
