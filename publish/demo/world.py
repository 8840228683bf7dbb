"""The whole made-up company as arrays and frames, before anything is written."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from publish.demo.demand import Demand, demand
from publish.demo.prices import price_months
from publish.demo.products import products
from publish.demo.stock import Stock, stock
from sop.engine.arrays import Array

A_SHARE, B_SHARE = 0.80, 0.95  # of last year's revenue, cumulated


@dataclass(frozen=True)
class World:
    """Everything that happened, by place: products, series, stock items in the order of their frames."""

    products: pd.DataFrame
    demand: Demand
    stock: Stock
    prices: Array  # series x months

    @property
    def revenue(self) -> Array:
        """Return series x months: what was invoiced."""
        return np.round(self.stock.shipped * self.prices, 2)

    def classes(self) -> "pd.Series[str]":
        """Return A, B or C by product code, by revenue of the last twelve months."""
        money = pd.Series(self.revenue[:, -12:].sum(axis=1)).groupby(self.demand.series["product"]).sum()
        ranked = money.reindex(self.products.index, fill_value=0.0).sort_values(ascending=False)
        share = ranked.cumsum() / ranked.sum()
        letters = np.where(share <= A_SHARE, "A", np.where(share <= B_SHARE, "B", "C"))
        return pd.Series(letters.astype(str), self.products["code"].loc[ranked.index], dtype=str)


def world() -> World:
    """Return the demo's world; the same at every call."""
    goods = products()
    wanted = demand(goods)
    return World(goods, wanted, stock(goods, wanted), price_months(goods, wanted))
