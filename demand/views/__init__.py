"""Pages of gathering demand, one module a screen."""

from demand.views import (
    adjust,
    assumptions,
    attention,
    baseline,
    baseline_row,
    change_log,
    choices,
    cleansing,
    compare,
    consensus,
    family_what_if,
    panel,
    profiles,
    review,
    saved,
    upload,
)

__all__ = [
    "adjust",
    "assumptions",
    "attention",
    "baseline",
    "baseline_row",
    "change_log",
    "choices",
    "cleansing",
    "compare",
    "consensus",
    "family_what_if",
    "panel",
    "profiles",
    "review",
    "saved",
    "upload",
]
