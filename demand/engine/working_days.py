"""Months counted in working days: a February of twenty is not a March of twenty-three.

What customers order by the day makes months of unequal length look like ups and downs. Demand is brought to a month of
the usual number of working days before it is forecast, and back to each month's own afterwards. It helps one company
and harms the next (who orders by the month does not care), so it is off unless the company chose it.
"""

import numpy as np
import pandas as pd

from sop.engine.arrays import Array, MonthArray
from sop.engine.months import to_months
from sop.engine.panel import BUCKET, VALUE
from sop.engine.public_holidays import YEARS, days_off

USUAL = 365.25 / 12 * 5 / 7  # working days of a month, Monday to Friday, before public holidays


def month_shares(months: MonthArray, calendar: str = "") -> Array:
    """Return each month's working days over the usual number; any shape.

    `calendar`: whose public holidays are no working days (sop.engine.public_holidays), "" = none are known.
    """
    first, off = months.astype("datetime64[M]"), days_off(calendar)
    days = np.busday_count(first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]"), holidays=off)
    # No month is without any: demand of one would have nothing to be divided by.
    return np.maximum(days, 1).astype(np.float64) / (USUAL - len(off) / (12 * len(YEARS)))


def in_usual_months(panel: pd.DataFrame, calendar: str = "") -> pd.DataFrame:
    """Return the panel with demand as it would be in months of the usual number of working days."""
    shares = month_shares(to_months(panel[BUCKET]), calendar)
    return panel.assign(**{VALUE: panel[VALUE].to_numpy(np.float64) / shares})
