"""What looking through the demo's history finds in its books, and what its customers really needed."""

import numpy as np
import pandas as pd

from demand.engine.cleansing import LOOK_BACK, Orders
from publish.demo.span import MONTH_COUNT
from publish.demo.world import World, world
from sop.engine.arrays import Array, IntArray


def known_need() -> tuple[Array, Orders]:
    """Return series x LOOK_BACK months of true need, NaN before a series' first month, and the orders of them all."""
    made_up = world()
    orders = orders_of(made_up, np.arange(len(made_up.demand.series)), MONTH_COUNT)
    need = np.pad(made_up.demand.need, ((0, 0), (LOOK_BACK - MONTH_COUNT, 0)))
    return np.where(np.isnan(orders.ordered), np.nan, need), orders


def orders_of(world: World, rows: IntArray, months: int) -> Orders:
    """Return what looking through history finds: orders, shipments, cancellations and what the item's others got."""
    demand, shipped = world.demand, world.stock.shipped[:, :months]
    ordered, cancelled = demand.ordered[:, :months], demand.cancelled[:, :months]
    begun = np.logical_or.accumulate((ordered > 0) | (shipped > 0) | (cancelled > 0), axis=1)
    items = demand.series.groupby(["product", "location"]).ngroup().to_numpy()
    of_item = pd.DataFrame(shipped).groupby(items).transform("sum").to_numpy()

    def wide(table: Array) -> Array:
        own = np.where(begun, table, np.nan)[rows]
        return np.pad(own, ((0, 0), (LOOK_BACK - months, 0)), constant_values=np.nan)

    return Orders(
        ordered=wide(ordered),
        shipped=wide(shipped),
        cancelled=wide(cancelled),
        others=np.pad((of_item - shipped)[rows], ((0, 0), (LOOK_BACK - months, 0))),
        whole=np.ones(len(rows), dtype=np.bool_),
    )
