"""Tables of gathering demand."""

from demand.models.assumption import Assumption, AssumptionCell, AssumptionSum
from demand.models.baseline import Baseline, BaselinePart, BaselineRun, BaselineSeries
from demand.models.choice import BaselineChoice
from demand.models.cleansing import Cleansing
from demand.models.comment import Comment
from demand.models.order_book import OrderBook
from demand.models.override import ChangeSet, ForecastSnapshot, Override
from demand.models.review import ChangeReview
from demand.models.review_mark import ReviewMark
from demand.models.series import Actual, Series
from demand.models.upload import Upload

__all__ = [
    "Actual",
    "Assumption",
    "AssumptionCell",
    "AssumptionSum",
    "Baseline",
    "BaselineChoice",
    "BaselinePart",
    "BaselineRun",
    "BaselineSeries",
    "ChangeReview",
    "ChangeSet",
    "Cleansing",
    "Comment",
    "ForecastSnapshot",
    "OrderBook",
    "Override",
    "ReviewMark",
    "Series",
    "Upload",
]
