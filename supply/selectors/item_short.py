"""Who goes short of one stock item in its worst month."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sop.models import Customer, User
from supply.frames.reading import Ids
from supply.models import StockItem, SupplyRun
from supply.selectors.customer_shares import Shares, item_shares

MOST_ROWS = 8
LEAST = 0.5  # units; below it a whole number says 0


@dataclass(frozen=True)
class CustomerShort:
    """One customer in one month [units, money]."""

    name: str
    asked: float
    served: float
    short: float
    money: float


@dataclass(frozen=True)
class ItemShort:
    """The month in which customers go shortest of an item, and who, most short first; `more` are left out."""

    bucket: date
    rows: list[CustomerShort]
    more: int


def item_short(run: SupplyRun, item: StockItem, user: User) -> ItemShort | None:
    """Return who of the customers in sight goes short in their worst month; None where nobody does."""
    shares = item_shares(run, item, user)
    by_month = shares.short.sum(axis=0)
    if not len(shares.series) or by_month.max() < LEAST:
        return None
    month = int(by_month.argmax())
    asking = np.flatnonzero(shares.asked[:, month] > 0)
    order = asking[np.lexsort((shares.customer[asking], -shares.short[asking, month]))]
    return ItemShort(shares.months[month], _rows(shares, order[:MOST_ROWS], month), max(len(order) - MOST_ROWS, 0))


def _rows(shares: Shares, rows: Ids, month: int) -> list[CustomerShort]:
    names = Customer.objects.in_bulk(shares.customer[rows].tolist())
    found = []
    for row in rows:
        numbers = (table[row, month] for table in (shares.asked, shares.served, shares.short, shares.money))
        asked, served, short, money = (float(number) for number in numbers)
        found.append(CustomerShort(names[int(shares.customer[row])].name, asked, served, max(short, 0.0), money))
    return found
