"""Writing what happened, up to a day: actuals, stock counts, purchase orders as they were known then."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from django.db import connection

from demand.models import Actual
from publish.demo.dice import dice
from publish.demo.keys import Keys
from publish.demo.span import FIRST, MONTHS, at
from publish.demo.tables import copy, history_write
from publish.demo.world import World
from sop.services.table import statistics_refresh
from supply.models import OnHand, PurchaseOrderLine

COUNTED_FROM = date(2020, 12, 1)  # stock is counted at each month's start; older counts are not kept
BOUGHT_FROM = date(2019, 1, 1)  # older purchase orders are not kept
REPROMISED = 0.72  # of late lines the supplier has given a new date for


@dataclass(frozen=True)
class Period:
    """The months brought in at once: from `first` up to, not including, `until`."""

    first: date
    until: date


def facts_write(world: World, key: Keys, period: Period) -> None:
    """Write what became known in a period; `until` is the first day of the month that is planned next."""
    actuals_write(world, key, period)
    counts_write(world, key, period)
    orders_write(world, key, period)
    statistics_refresh(Actual, OnHand, PurchaseOrderLine)


def actuals_write(world: World, key: Keys, period: Period) -> None:
    """Write the series' months in which anything was ordered, shipped or cancelled."""
    span = slice(at(period.first), at(period.until))
    ordered, shipped = world.demand.ordered[:, span], world.stock.shipped[:, span]
    cancelled, revenue = world.demand.cancelled[:, span], world.revenue[:, span]
    series, month = np.nonzero((ordered > 0) | (shipped > 0) | (cancelled > 0))
    copy(
        Actual,
        pd.DataFrame(
            {
                "series_id": key.series[series],
                "bucket": np.array(MONTHS[span])[month],
                "ordered": ordered[series, month],
                "shipped": shipped[series, month],
                "cancelled": cancelled[series, month],
                "revenue": revenue[series, month],
            }
        ),
    )


def counts_write(world: World, key: Keys, period: Period) -> None:
    """Write stock on hand at each month's start: what the month before left."""
    stock = world.stock
    first = max(at(period.first) + 1, at(COUNTED_FROM))
    for place in range(first, at(period.until) + 1):
        copy(
            OnHand,
            pd.DataFrame(
                {
                    "item_id": key.item,
                    "as_of": period.until if place == at(period.until) else MONTHS[place],
                    "quantity": stock.closing[:, place - 1],
                    "average_cost": stock.average_cost[:, place - 1].round(4),
                    "backlog": stock.backlog[:, place - 1],
                }
            ),
        )


def orders_known(world: World, day: date) -> pd.DataFrame:
    """Return the purchase order lines placed before a day as they stood then: what came, what is still promised."""
    orders = world.stock.orders
    chosen = orders[(orders["ordered_on"] < pd.Timestamp(day)) & (orders["ordered_on"] >= pd.Timestamp(BOUGHT_FROM))]
    today, random = pd.Timestamp(day), dice("promises").random(len(orders))[chosen.index]
    slip = pd.to_timedelta((random * 1000 % 10).astype(int), unit="D")
    came = chosen["received_on"] < today
    late = chosen["received_on"] > chosen["first_promised_on"]
    told = late & (came | ((chosen["first_promised_on"] < today) & (random < REPROMISED)))
    later = (chosen["received_on"] + slip).mask(lambda day: day < today, today + pd.Timedelta(days=3))
    promised = chosen["first_promised_on"].where(~told, chosen["received_on"].where(came, later))
    return pd.DataFrame(
        {
            "number": chosen["number"],
            "line": chosen["line"],
            "place": chosen["item"],
            "ordered_on": chosen["ordered_on"],
            "first_promised_on": chosen["first_promised_on"],
            "promised_on": promised,
            "received_on": chosen["received_on"].where(came),
            "ordered": chosen["ordered"],
            "received": chosen["received"].where(came, 0),
            "unit_cost": chosen["unit_cost"],
            "closed": came,
        }
    )


def orders_write(world: World, key: Keys, period: Period) -> None:
    """Write the lines placed in a period, and bring open older ones up to date."""
    now = _with_keys(world, key, orders_known(world, period.until))
    fresh = now["ordered_on"] >= pd.Timestamp(period.first)
    if period.first > FIRST:
        _orders_update(now[~fresh])
    copy(PurchaseOrderLine, now[fresh | (period.first <= FIRST)])


def _orders_update(known: pd.DataFrame) -> None:
    """Write receipts and new promises of lines that were still open, in one statement, with history."""
    facts = known[["number", "line", "promised_on", "received_on", "received", "closed"]]
    columns = [facts[name].astype(str).replace("NaT", None).to_list() for name in facts.columns]
    statement = """
        update supply_purchaseorderline as o
        set promised_on = n.promised_on, received_on = n.received_on, received = n.received, closed = n.closed
        from unnest(%s::text[], %s::text[], %s::date[], %s::date[], %s::numeric[], %s::boolean[])
            as n (number, line, promised_on, received_on, received, closed)
        where o.number = n.number and o.line = n.line and not o.closed
            and (o.closed <> n.closed or o.promised_on <> n.promised_on)
        returning o.id
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        changed = [key for (key,) in cursor.fetchall()]
    history_write(PurchaseOrderLine, change="~", keys=changed)


def _with_keys(world: World, key: Keys, lines: pd.DataFrame) -> pd.DataFrame:
    place = lines.pop("place").to_numpy()
    supplier = world.products["supplier"].map(key.supplier).to_numpy()[world.stock.items["product"]]
    return lines.assign(item_id=key.item[place], supplier_id=supplier[place])
