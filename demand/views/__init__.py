"""Pages of gathering demand, one module a screen."""

from demand.views import adjust, assumptions, attention, baseline, progress, saved

__all__ = ["adjust", "assumptions", "attention", "baseline", "progress", "saved"]
