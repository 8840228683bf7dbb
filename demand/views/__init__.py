"""Pages of gathering demand, one module a screen."""

from demand.views import adjust, assumptions, baseline, choices, cleansing, panel, profiles, progress

__all__ = ["adjust", "assumptions", "baseline", "choices", "cleansing", "panel", "profiles", "progress"]
