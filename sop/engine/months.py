"""Month arithmetic: a bucket is a month, named by its first day."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from sop.engine.arrays import IntArray, MonthArray


def month_start(day: date) -> date:
    """Return the first day of the month `day` falls in."""
    return date(day.year, day.month, 1)


def month_add(month: date, months: int) -> date:
    """Return the first day of the month `months` later (earlier when negative)."""
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def months_between(first: date, last: date) -> int:
    """Return how many months `last` lies after `first`: 1 from any day of January to any day of February."""
    return (last.year - first.year) * 12 + last.month - first.month


def month_list(first: date, count: int) -> list[date]:
    """Return `count` month starts in a row, the first one being that of `first`."""
    return [month_add(first, offset) for offset in range(count)]


def days_in_month(month: date) -> int:
    """Return the number of days of the month `month` falls in."""
    return monthrange(month.year, month.month)[1]


def to_months(days: "Sequence[date] | pd.Series[pd.Timestamp] | np.ndarray | date") -> MonthArray:
    """Return dates as datetime64[M]; a single date gives an array of shape ()."""
    return np.asarray(days, dtype="datetime64[ns]").astype("datetime64[M]")


def to_stamps(months: MonthArray) -> MonthArray:
    """Return datetime64[M] as the datetime64[ns] of each month's first day, the form pandas keeps."""
    return months.astype("datetime64[ns]")


def month_numbers(months: MonthArray) -> IntArray:
    """Return whole months since January 1970, so that months can be subtracted and added as integers."""
    return months.astype("datetime64[M]").astype(np.int64)


def calendar_month(months: MonthArray) -> IntArray:
    """Return 0 for January to 11 for December."""
    return month_numbers(months) % 12
