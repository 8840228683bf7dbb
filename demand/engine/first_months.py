"""What becomes of a new series: its first months against the year that follows, as all earlier ones show it.

A series is seen for the first time in a month it sells. Of what sells now and then the first months are therefore far
above the rest, and a smoothed level would carry them on. That new products often grow is left to people: on so little
history a factor above 1 raises what is steady already.
"""

import numpy as np

from demand.engine.history import SEASON, History
from demand.engine.smoothing import smoothed_level
from sop.engine.arrays import Array
from sop.engine.months import month_numbers

YOUNG = SEASON - 1  # months: the longest history a level alone is carried on from
SERIES_FROM = 30  # with fewer behind it a factor is chance
LOWEST = 0.01


def after_first_months(history: History) -> Array:
    """Return eleven factors: mean demand of the year after n first months over the level these showed, n = 1 to 11.

    Summed over the series that have that year behind them and did not sell from the first month of the whole history
    on, for nobody knows when those began. 1 where they are fewer than SERIES_FROM; never above 1 nor under LOWEST.
    """
    factors = np.ones(YOUNG)
    history = history.take(history.months > 0)
    if not len(history):
        return factors
    began = month_numbers(history.last) - history.months + 1
    donors = history.take(began > began.min())
    columns = donors.width - donors.months[:, None] + np.arange(YOUNG + SEASON)
    first = np.take_along_axis(donors.values, np.minimum(columns, donors.width - 1), axis=1)
    for months in range(1, YOUNG + 1):
        rows = first[donors.months >= months + SEASON, : months + SEASON]
        level = smoothed_level(rows[:, :months]).sum()
        if len(rows) >= SERIES_FROM and level > 0:
            factors[months - 1] = np.clip(rows[:, months:].mean(axis=1).sum() / level, LOWEST, 1.0)
    return factors
