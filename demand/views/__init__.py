"""Pages of gathering demand, one module a screen."""

from demand.views import adjust, baseline, progress

__all__ = ["adjust", "baseline", "progress"]
