"""Tables of gathering demand."""

from demand.models.assumption import Assumption, AssumptionCell
from demand.models.baseline import Baseline, BaselineRun, BaselineSeries
from demand.models.override import ChangeSet, ForecastSnapshot, Override
from demand.models.review import ChangeReview
from demand.models.series import Actual, Cleansing, Series

__all__ = [
    "Actual",
    "Assumption",
    "AssumptionCell",
    "Baseline",
    "BaselineRun",
    "BaselineSeries",
    "ChangeReview",
    "ChangeSet",
    "Cleansing",
    "ForecastSnapshot",
    "Override",
    "Series",
]
