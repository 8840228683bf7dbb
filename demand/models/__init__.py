"""Tables of gathering demand."""

from demand.models.assumption import Assumption, AssumptionCell
from demand.models.baseline import Baseline, BaselineRun, BaselineSeries
from demand.models.override import ChangeSet, ForecastSnapshot, Override
from demand.models.review_mark import ReviewMark
from demand.models.saved_view import SavedView
from demand.models.series import Actual, Cleansing, Series

__all__ = [
    "Actual",
    "Assumption",
    "AssumptionCell",
    "Baseline",
    "BaselineRun",
    "BaselineSeries",
    "ChangeSet",
    "Cleansing",
    "ForecastSnapshot",
    "Override",
    "ReviewMark",
    "SavedView",
    "Series",
]
