"""Pages of gathering demand, one module a screen."""

from demand.views import (
    adjust,
    assumptions,
    attention,
    baseline,
    change_log,
    choices,
    cleansing,
    compare,
    consensus,
    panel,
    profiles,
    review,
    saved,
)

__all__ = [
    "adjust",
    "assumptions",
    "attention",
    "baseline",
    "change_log",
    "choices",
    "cleansing",
    "compare",
    "consensus",
    "panel",
    "profiles",
    "review",
    "saved",
]
