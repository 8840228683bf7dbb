"""Pages of reconcile, one module a screen."""

from reconcile.views import scenario, sheet

__all__ = ["scenario", "sheet"]
