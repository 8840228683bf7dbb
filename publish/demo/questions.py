"""What the three baseline runs will ask of the engine, known from the made-up history before it is in the tables."""

from datetime import date

import numpy as np
import pandas as pd

from demand.constants import BASELINE_CHUNK_SERIES
from demand.models import Series
from publish.demo.ahead import Question
from publish.demo.customers import CUSTOMERS
from publish.demo.keys import Keys
from publish.demo.known import orders_of
from publish.demo.span import MONTHS, at
from publish.demo.story import DECEMBER, FEBRUARY, JANUARY
from publish.demo.world import World
from sop.engine.arrays import IntArray
from sop.engine.months import month_add
from sop.models import Company


def questions(world: World, key: Keys) -> list[Question]:
    """Return one question per cycle, in their order."""
    active = np.array(Series.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
    rows = np.flatnonzero(np.isin(key.series, active))
    horizon = Company.objects.get(pk=1).horizon_months
    parts = [active[n : n + BASELINE_CHUNK_SERIES].tolist() for n in range(0, len(active), BASELINE_CHUNK_SERIES)]
    asked = []
    for bucket in (DECEMBER, JANUARY, FEBRUARY):
        panel, facts = _history(world, key, rows, at(bucket)), _facts(world, key, rows)
        orders = orders_of(world, rows, at(bucket))
        asked.append(Question(panel, orders, facts, month_add(bucket, -1), horizon, parts))
    return asked


def _history(world: World, key: Keys, rows: IntArray, months: int) -> pd.DataFrame:
    """Return each series' net demand from its first month on; series without any month are absent.

    Before a product's own first month stand those of the product it replaces, of the same customer and warehouse.
    """
    ordered, cancelled = world.demand.ordered[:, :months], world.demand.cancelled[:, :months]
    seen = (ordered > 0) | (world.stock.shipped[:, :months] > 0) | (cancelled > 0)
    first = np.where(seen.any(axis=1), seen.argmax(axis=1), months)
    demand = np.maximum(ordered - cancelled, 0)
    for new, old in _replaced(world):
        demand[new, : first[new]] = demand[old, : first[new]]
        first[new] = min(first[new], first[old])
    series, month = np.nonzero(np.arange(months) >= first[rows, None])
    return pd.DataFrame(
        {
            "unique_id": key.series[rows][series],
            "ds": pd.to_datetime(np.array(MONTHS[:months])[month]),
            "y": demand[rows][series, month],
        }
    )


def _replaced(world: World) -> list[tuple[int, int]]:
    """Return the places of each series whose product replaces another, and of that one's series."""
    place = {name: number for number, name in enumerate(world.products["name"])}
    series = world.demand.series
    at = {
        cell: number
        for number, cell in enumerate(zip(series["product"], series["customer"], series["location"], strict=True))
    }
    found = []
    for new in np.flatnonzero(world.products["predecessor"].isin(place)):
        old = place[world.products["predecessor"].iloc[new]]
        own = [(cell, number) for cell, number in at.items() if cell[0] == new]
        found += [(number, at[old, *cell[1:]]) for cell, number in own if (old, *cell[1:]) in at]
    return found


def _facts(world: World, key: Keys, rows: IntArray) -> pd.DataFrame:
    series = world.demand.series.iloc[rows]
    goods = world.products.iloc[series["product"]]
    buyers = [CUSTOMERS[place] for place in series["customer"]]
    return pd.DataFrame(
        {
            "unique_id": key.series[rows],
            "family": goods["family"].to_numpy(),
            "region": [customer.region for customer in buyers],
            "customer": [customer.code for customer in buyers],
            "product": goods["code"].to_numpy(),
            "ends": [date.fromisoformat(day).replace(day=1) if day else None for day in goods["ended_on"]],
            "whole": True,
        }
    )
