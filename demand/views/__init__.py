"""Pages of gathering demand, one module a screen."""

from demand.views import (
    adjust,
    assumptions,
    baseline,
    change_log,
    choices,
    cleansing,
    consensus,
    panel,
    profiles,
    review,
)

__all__ = [
    "adjust",
    "assumptions",
    "baseline",
    "change_log",
    "choices",
    "cleansing",
    "consensus",
    "panel",
    "profiles",
    "review",
]
