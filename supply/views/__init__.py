"""Pages of planning supply, one module a screen."""

from supply.views import item, workbench

__all__ = ["item", "workbench"]
