"""Pages of gathering demand, one module a screen."""

from demand.views import adjust, assumptions, baseline, panel, progress

__all__ = ["adjust", "assumptions", "baseline", "panel", "progress"]
