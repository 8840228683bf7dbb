"""The months the demo's history covers, and how dates fall into them."""

from datetime import date

import numpy as np
import pandas as pd

from sop.engine.arrays import IntArray, MonthArray
from sop.engine.months import month_list, to_months

FIRST = date(2018, 1, 1)
MONTH_COUNT = 49  # to January 2022
MONTHS = month_list(FIRST, MONTH_COUNT)
CALENDAR_MONTH = np.arange(MONTH_COUNT) % 12  # 0 = January; the history starts with one


def at(month: date) -> int:
    """Return a month's place in the history, 0 for January 2018; places before and after it exist too."""
    return (month.year - FIRST.year) * 12 + month.month - FIRST.month


def places(days: "pd.Series[pd.Timestamp] | MonthArray") -> IntArray:
    """Return the place of the month each day falls in."""
    return (to_months(days) - np.datetime64(FIRST, "M")).astype(np.int64)
