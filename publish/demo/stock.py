"""The warehouses' story: what was bought, when it came, what could be shipped, what lies there now."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from publish.demo.catalogue import FAMILIES
from publish.demo.demand import Demand
from publish.demo.dice import dice
from publish.demo.prices import cost_months, supplier_cost
from publish.demo.span import CALENDAR_MONTH, FIRST, MONTH_COUNT, MONTHS, at
from publish.demo.suppliers import BY_CODE, CALM_UNTIL, CRISIS_FROM
from sop.engine.arrays import Array, IntArray
from sop.engine.spread import largest_remainder

WAITS = 0.35  # of what could not be shipped; the rest is bought elsewhere
BUFFER_MONTHS = 1.0  # of stock beyond lead time and review
PROMISE_ROOM = 1.12  # what suppliers add to their usual lead time when they promise
PLANNER_LAG = 2  # months until a longer lead time reaches the planner's arithmetic
SCARCE_FROM = at(CALM_UNTIL)

# From autumn 2021 operations bought these ahead "before they run out too", times what the arithmetic asked.
HOARDED = {"SIDE": 2.2, "FAST": 2.0}
HOARD_FROM, HOARD_UNTIL = 43, 48  # August to December 2021


@dataclass(frozen=True)
class Stock:
    """Stock items (product, location: places) month by month, and every purchase order line since 2018."""

    items: pd.DataFrame  # product, location, moq, multiple
    of_series: IntArray  # the item each series is served from
    shipped: Array  # series x months
    closing: Array  # items x months, base units
    average_cost: Array  # items x months, US dollars
    backlog: Array  # items x months
    orders: (
        pd.DataFrame
    )  # item, ordered_on, first_promised_on, promised_on, received_on, ordered, received, unit_cost, number, line


def items_of(products: pd.DataFrame, demand: Demand) -> tuple[pd.DataFrame, IntArray]:
    """Return the stock items, with lot rules worth about the supplier's smallest line, and the item of every series."""
    keys = pd.MultiIndex.from_frame(demand.series[["product", "location"]])
    found = keys.unique().sort_values()
    items = pd.DataFrame(list(found), columns=["product", "location"])
    chosen = products.iloc[items["product"]]
    lot = (
        chosen["supplier"].map({code: s.lot_money for code, s in BY_CODE.items()}).to_numpy()
        / chosen["cost"].to_numpy()
    )
    monthly = np.zeros(len(items))
    of_series = found.get_indexer(keys)
    np.add.at(monthly, of_series, demand.need[:, :24].mean(axis=1))
    items["multiple"] = _nice(np.maximum(1, np.minimum(lot, monthly) / 6))
    items["moq"] = items["multiple"] * np.clip(np.round(np.minimum(lot, 2 * monthly) / items["multiple"]), 1, 12)
    return items, of_series


def lead_days(codes: "pd.Series[str]", month: int) -> tuple[Array, Array]:
    """Return per supplier the real and the quoted lead time of orders placed in a month."""
    calm = codes.map({code: s.calm_days for code, s in BY_CODE.items()}).to_numpy(dtype=float)
    crisis = codes.map({code: s.crisis_days for code, s in BY_CODE.items()}).to_numpy(dtype=float)

    def on(place: float) -> Array:
        share = min(max((place - at(CALM_UNTIL) + 1) / (at(CRISIS_FROM) - at(CALM_UNTIL) + 1), 0.0), 1.0)
        days: Array = calm + share * (crisis - calm)
        return days

    return on(month), on(month - PLANNER_LAG)


def stock(products: pd.DataFrame, demand: Demand) -> Stock:
    """Run the warehouses month by month: receive, ship what is there, order up to a target."""
    items, of_series = items_of(products, demand)
    story = _Warehouses(products, items, _per_item(demand.ordered, of_series, len(items)))
    for month in range(MONTH_COUNT):
        story.live_through(month)
    shipped = _per_series(story.shipped, demand.ordered, of_series)
    orders = _numbered(pd.concat(story.lines, ignore_index=True), products, items)
    suppliers = products["supplier"].iloc[items["product"]].iloc[orders["item"]].to_list()
    orders["unit_cost"] = supplier_cost(suppliers, orders.pop("cost_usd"), orders["month"])
    return Stock(items, of_series, shipped, story.closing, story.average_cost, story.waiting, orders)


class _Warehouses:
    """All stock items at once, one month after the other."""

    def __init__(self, products: pd.DataFrame, items: pd.DataFrame, asked: Array) -> None:
        chosen = products.iloc[items["product"]].reset_index(drop=True)
        self.items, self.asked, self.codes = items, asked, chosen["supplier"]
        season = {family.code: family.season for family in FAMILIES}
        self.season: Array = np.array([season[family] for family in chosen["family"]])
        self.hoard = chosen["family"].map(HOARDED).fillna(1.0).to_numpy()
        self.delivers = self.codes.map({code: s.delivers for code, s in BY_CODE.items()}).to_numpy()
        accepts = self.codes.map({code: s.accepts for code, s in BY_CODE.items()}).to_numpy()
        luck = dice("allocation").lognormal(0.0, 0.3, len(items))  # what a mill happens to have
        self.most = luck * accepts * asked[:, at(date(2020, 1, 1)) : at(date(2021, 1, 1))].mean(axis=1)
        self.last_month = np.array([at(pd.Timestamp(d).date()) if d else 999 for d in chosen["ended_on"]])
        self.cost = cost_months(products)[items["product"]]
        self.random = dice("warehouses")
        shape = asked.shape
        self.closing, self.waiting, self.average_cost = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.shipped, self.arriving = np.zeros(shape), np.zeros((len(items), MONTH_COUNT + 24))
        self.arriving_value = np.zeros_like(self.arriving)
        self.opening: Array = asked[:, :3].mean(axis=1)
        self.on_hand = np.round(self.opening * 1.4)
        self.average, self.backlog = self.cost[:, 0].copy(), np.zeros(len(items))
        self.lines: list[pd.DataFrame] = []

    def live_through(self, month: int) -> None:
        """Order on the first days, receive, ship, and keep what is left."""
        self._order(month)
        came, value = self.arriving[:, month], self.arriving_value[:, month]
        total = self.on_hand + came
        self.average = np.divide(self.on_hand * self.average + value, total, out=self.average.copy(), where=total > 0)
        owed = self.backlog + self.asked[:, month]
        ship = np.minimum(total, owed)
        self.backlog = np.round((owed - ship) * WAITS)
        self.on_hand = total - ship
        self.shipped[:, month], self.closing[:, month] = ship, self.on_hand
        self.waiting[:, month], self.average_cost[:, month] = self.backlog, self.average

    def _order(self, month: int) -> None:
        """Order each item up to what its lead time, its season and the planner's worry ask for."""
        real, quoted = lead_days(self.codes, month)
        ahead = quoted / 30.4 + 1 + BUFFER_MONTHS
        target = self._expected(month) * ahead
        if HOARD_FROM <= month < HOARD_UNTIL:
            target *= self.hoard
        multiple = self.items["multiple"].to_numpy()
        position = self.on_hand + self.arriving[:, month:].sum(axis=1) - self.backlog
        quantity = np.ceil(np.maximum(target - position, 0) / multiple) * multiple
        if month >= SCARCE_FROM:
            quantity = np.minimum(quantity, np.maximum(self.items["moq"], np.floor(self.most / multiple) * multiple))
        ends_soon = month + ahead - 1 > self.last_month
        due = np.flatnonzero((quantity >= self.items["moq"].to_numpy()) & ~ends_soon)
        if len(due):
            self._place(month, due, quantity[due], real[due], quoted[due])

    def _expected(self, month: int) -> Array:
        """Return monthly demand over the next lead time: recent orders at face value, turned by the season."""
        if month < 3:
            return self.opening
        recent = [(month - n) % 12 for n in (1, 2, 3)]
        coming = [(CALENDAR_MONTH[month] + n) % 12 for n in range(3)]
        turn = self.season[:, coming].mean(axis=1) / self.season[:, recent].mean(axis=1)
        expected: Array = self.asked[:, month - 3 : month].mean(axis=1) * np.clip(turn, 0.5, 2.0)
        return expected

    def _place(self, month: int, due: IntArray, quantity: Array, real: Array, quoted: Array) -> None:
        """Write one purchase order line per item due and let it arrive when it really will."""
        spread = 0.12 if month < SCARCE_FROM else 0.22
        took = np.maximum(5, np.round(real * self.random.gamma(1 / spread**2, spread**2, len(due))))
        first = np.datetime64(FIRST, "D") + np.int64((MONTHS[month] - FIRST).days)
        ordered_on = first + self.random.integers(0, 7, len(due))
        short = (self.random.random(len(due)) < 0.6) & (month >= SCARCE_FROM)
        share = np.where(short, 1 - (1 - self.delivers[due]) / 0.6, 1.0)
        multiple = self.items["multiple"].to_numpy()[due]
        received = np.maximum(multiple, np.round(quantity * share / multiple) * multiple)
        received_on = ordered_on + took.astype(int)
        place = (received_on.astype("datetime64[M]") - np.datetime64(FIRST, "M")).astype(int)
        inside = place < self.arriving.shape[1]
        np.add.at(self.arriving, (due[inside], place[inside]), received[inside])
        np.add.at(self.arriving_value, (due[inside], place[inside]), (received * self.cost[due, month])[inside])
        promise = quoted * PROMISE_ROOM * self.random.normal(1.0, 0.04, len(due))
        promised = ordered_on + np.maximum(5, np.round(promise)).astype(int)
        self.lines.append(
            pd.DataFrame({"item": due, "month": month, "ordered_on": ordered_on, "first_promised_on": promised,
                          "received_on": received_on, "ordered": quantity, "received": received,
                          "cost_usd": self.cost[due, month]})
        )  # fmt: skip


def _per_series(shipped: Array, ordered: Array, of_series: IntArray) -> Array:
    """Return what each series got of its item's shipments: in proportion to its orders, in whole units."""
    months = [
        largest_remainder(ordered[:, month], shipped[:, month], groups=of_series) for month in range(ordered.shape[1])
    ]
    return np.stack(months, axis=1)


def _numbered(orders: pd.DataFrame, products: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Return the lines with number and line: one purchase order per supplier, warehouse and month."""
    supplier = products["supplier"].to_numpy()[items["product"]][orders["item"]]
    by = [orders["month"], supplier, items["location"].to_numpy()[orders["item"]]]
    orders["number"] = "PO-" + (40001 + orders.groupby(by).ngroup()).astype(str)
    orders["line"] = orders.groupby("number").cumcount() + 1
    return orders


def _per_item(values: Array, of_series: IntArray, count: int) -> Array:
    total = np.zeros((count, values.shape[1]))
    np.add.at(total, of_series, values)
    return total


def _nice(quantity: Array) -> Array:
    """Return lot sizes people would choose: 1, 2, 5, 10, 20, 50..."""
    power = 10.0 ** np.floor(np.log10(quantity))
    lead = quantity / power
    return np.where(lead < 1.5, 1, np.where(lead < 3.5, 2, 5)) * power
