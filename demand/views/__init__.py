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
    cleansing_add,
    compare,
    consensus,
    family_what_if,
    panel,
    profiles,
    review,
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
    "cleansing_add",
    "compare",
    "consensus",
    "family_what_if",
    "panel",
    "profiles",
    "review",
    "upload",
]
