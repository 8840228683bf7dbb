"""What customers ask and what of it can be delivered as plain rows, one per customer's row and month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, overload

import numpy as np

from sop.models import Customer, Family, Location, Product
from supply.selectors.customer_shares import Shares

CODED: dict[str, Any] = {"family": Family, "product": Product, "customer": Customer, "location": Location}


@dataclass(frozen=True)
class CustomerNeed:
    """One month of one product, customer and warehouse, by codes; units, and money at the price of the first month."""

    family: str
    product: str
    customer: str
    location: str
    bucket: date
    asked: float
    delivered: float
    short: float
    money: float


class CustomerNeeds(Sequence[CustomerNeed]):
    """Every month somebody asks for anything, most money short first; named as they are taken out."""

    def __init__(self, shares: Shares) -> None:
        self.shares = shares
        rows, months = np.nonzero(shares.asked > 0)
        order = np.lexsort((months, rows, -shares.short[rows, months], -shares.money[rows, months]))
        self.rows, self.months = rows[order], months[order]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, at: int) -> CustomerNeed: ...
    @overload
    def __getitem__(self, at: slice) -> list[CustomerNeed]: ...
    def __getitem__(self, at: int | slice) -> CustomerNeed | list[CustomerNeed]:
        """Return one row, or those of a page."""
        if isinstance(at, int):
            return self._need(int(self.rows[at]), int(self.months[at]))
        return [self._need(row, month) for row, month in zip(self.rows[at], self.months[at], strict=True)]

    def _need(self, row: int, month: int) -> CustomerNeed:
        of, codes = self.shares, self._codes
        family, product, customer, location = (codes[name][int(getattr(of, name)[row])] for name in CODED)
        asked, served = float(of.asked[row, month]), float(of.served[row, month])
        short = round(asked - served, 3)
        money = round(short * float(of.price[row]), 2)
        where = (family, product, customer, location, of.months[month])
        return CustomerNeed(*where, round(asked, 3), round(served, 3), short, money)

    @cached_property
    def _codes(self) -> dict[str, dict[int, str]]:
        return {name: dict(model.objects.values_list("pk", "code")) for name, model in CODED.items()}
