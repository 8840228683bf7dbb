"""What Harlow's customers have on order on 1 February 2022: what is owed, what they ordered ahead, what is quoted."""

from datetime import date

import numpy as np
import pandas as pd

from demand.models import OrderBook
from publish.demo.demand import Demand
from publish.demo.dice import dice
from publish.demo.keys import Keys
from publish.demo.span import MONTHS
from publish.demo.tables import copy
from publish.demo.world import World
from sop.engine.arrays import Array
from sop.engine.months import month_list
from sop.services.table import statistics_refresh

OWED_BACK = 4  # months an order waits at most before it is bought elsewhere or cancelled
STILL_WAITS = 0.45  # of what was neither shipped nor cancelled; the rest was bought elsewhere
AHEAD = (0.70, 0.48, 0.30, 0.18, 0.08)  # share of a month's orders that is in by now, this month first
QUOTED = (0.0, 0.10, 0.30, 0.35, 0.30, 0.20)  # share of a month's need that is offered for, where anything is
ASKS = 0.12  # of the series have a quote: projects


def order_book_write(world: World, key: Keys, as_of: date) -> None:
    """Write the order book as it stands on the first day of the month that is planned next."""
    owed = _owed(world)
    ahead, quotes = _ahead(world.demand), _quotes(world.demand)
    opened = np.hstack([owed, np.pad(ahead, ((0, 0), (0, len(QUOTED) - len(AHEAD))))])
    quoted = np.hstack([np.zeros_like(owed), quotes])
    months = np.array(MONTHS[-OWED_BACK:] + month_list(as_of, len(QUOTED)))
    series, month = np.nonzero((opened > 0) | (quoted > 0))
    copy(
        OrderBook,
        pd.DataFrame(
            {
                "series_id": key.series[series],
                "bucket": months[month],
                "open_orders": opened[series, month],
                "quotes": quoted[series, month],
                "as_of": as_of,
            }
        ),
    )
    statistics_refresh(OrderBook)


def _owed(world: World) -> Array:
    """Return series x the last months: orders still waiting, the latest ones, as the oldest are shipped first."""
    span = slice(-2 * OWED_BACK, None)
    ordered, cancelled = world.demand.ordered[:, span], world.demand.cancelled[:, span]
    left = np.maximum((ordered - cancelled - world.stock.shipped[:, span]).sum(axis=1), 0)
    waiting = np.round(left * STILL_WAITS)
    last = ordered[:, -OWED_BACK:]
    newer = np.cumsum(last[:, ::-1], axis=1)[:, ::-1] - last  # ordered after each month
    owed: Array = np.clip(waiting[:, None] - newer, 0, last)
    return owed


def _ahead(demand: Demand) -> Array:
    """Return series x the coming months: last year's need of the month, inflated as orders were lately."""
    need = demand.need[:, -11:][:, : len(AHEAD)]  # February 2021 and on
    lately = demand.need[:, -3:].sum(axis=1)
    times = np.divide(demand.ordered[:, -3:].sum(axis=1), lately, out=np.ones_like(lately), where=lately > 0)
    scatter = dice("order book").gamma(9, 1 / 9, need.shape)
    ahead: Array = np.round(need * times[:, None] * np.array(AHEAD) * scatter)
    return ahead


def _quotes(demand: Demand) -> Array:
    """Return series x the coming months: what projects were offered."""
    random = dice("quotes")
    asks = random.random((len(demand.need), 1)) < ASKS
    need = demand.need[:, -11:][:, : len(QUOTED)]
    quotes: Array = np.round(need * np.array(QUOTED) * random.gamma(4, 1 / 4, need.shape)) * asks
    return quotes
