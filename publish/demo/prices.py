"""Money by date: what suppliers charge, what the list says, what contracts say, plan rates, budget."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from publish.demo.catalogue import FAMILIES
from publish.demo.customers import CUSTOMERS
from publish.demo.demand import Demand
from publish.demo.dice import dice
from publish.demo.span import FIRST, MONTH_COUNT, MONTHS
from publish.demo.suppliers import BY_CODE, RISES, SECOND_LANES, SUPPLIERS
from sop.engine.arrays import Array
from sop.engine.months import month_list

# Every supplier's step, and the wild ride of wood on top of it: from when, times what.
STEPS = ((date(2018, 1, 1), 1.0), (date(2019, 1, 1), 1.02), (date(2020, 1, 1), 1.02), (date(2021, 1, 1), 1.05),
         (date(2021, 7, 1), 1.08), (date(2022, 1, 1), 1.03))  # fmt: skip
WOOD = ("LUMB", "PANL")
WOOD_STEPS = ((date(2020, 8, 1), 1.35), (date(2021, 3, 1), 1.30), (date(2021, 8, 1), 0.66), (date(2021, 12, 1), 1.18))

# The list follows with a lag, which is where margin went; contracts follow once a year.
LIST_DATES = (
    date(2018, 1, 1),
    date(2019, 2, 1),
    date(2020, 2, 1),
    date(2021, 2, 1),
    date(2021, 9, 1),
    date(2022, 1, 1),
)
WOOD_DATES = (*LIST_DATES[:3], date(2020, 9, 1), date(2021, 2, 1), date(2021, 4, 1), date(2021, 9, 1), date(2022, 1, 1))
CONTRACT_DATES = (date(2018, 1, 1), date(2019, 2, 1), date(2020, 2, 1), date(2021, 2, 1), date(2022, 1, 1))
CONTRACT_OFF = (0.03, 0.08)  # below list

RATES = {
    "EUR": (
        ("2018-01-01", 1.18),
        ("2019-01-01", 1.14),
        ("2020-01-01", 1.12),
        ("2021-01-01", 1.20),
        ("2022-01-01", 1.14),
    ),
    "CAD": (
        ("2018-01-01", 0.78),
        ("2019-01-01", 0.75),
        ("2020-01-01", 0.75),
        ("2021-01-01", 0.79),
        ("2022-01-01", 0.79),
    ),
}
BUDGET_FIRST, BUDGET_MONTHS = date(2022, 1, 1), 24
BUDGET_GROWTH = 1.07  # decided in October 2021, when orders looked twice what they were


def rates() -> pd.DataFrame:
    """Return currency, valid_from, rate (US dollars for one unit)."""
    rows = [(currency, day, rate) for currency, steps in RATES.items() for day, rate in steps]
    return pd.DataFrame(rows, columns=["currency", "valid_from", "rate"])


def rate_on(currency: str, day: date) -> float:
    """Return the plan rate of a currency on a day; 1 for the plan currency."""
    return next((r for d, r in reversed(RATES.get(currency, ())) if d <= day.isoformat()), 1.0)


def cost_factor(family: str, day: date) -> float:
    """Return what a supplier's cost of 2018 has become by a day, before announced rises of 2022."""
    steps = (*STEPS, *WOOD_STEPS) if family in WOOD else STEPS
    return float(np.prod([times for valid_from, times in steps if valid_from <= day]))


def costs(products: pd.DataFrame) -> pd.DataFrame:
    """Return product (place), supplier, valid_from, cost in the supplier's currency, announced_on."""
    frames = []
    for supplier in SUPPLIERS:
        own = products[products["supplier"] == supplier.code]
        for family, part in own.groupby("family"):
            for day, told, factor in _cost_steps(str(family), supplier.code):
                cost = (part["cost"] * factor / rate_on(supplier.currency, day)).round(3)
                step = {"product": part.index, "supplier": supplier.code, "valid_from": day, "cost": cost}
                frames.append(pd.DataFrame(step | {"announced_on": told}))
    for lane in SECOND_LANES:
        own = products[products["name"] == lane.product]
        for day, told, factor in _cost_steps(own["family"].item(), lane.supplier):
            cost = (own["cost"] * factor * lane.dearer / rate_on(BY_CODE[lane.supplier].currency, day)).round(3)
            step = {"product": own.index, "supplier": lane.supplier, "valid_from": day, "cost": cost}
            frames.append(pd.DataFrame(step | {"announced_on": told}))
    return pd.concat(frames, ignore_index=True)


def _cost_steps(family: str, supplier: str) -> list[tuple[date, date, float]]:
    """Return from when, announced when, and the factor on the cost of 2018, the announced rises included."""
    days = sorted({day for day, _ in (*STEPS, *(WOOD_STEPS if family in WOOD else ()))})
    steps = [(day, day, cost_factor(family, day)) for day in days]
    for rise in RISES:
        if rise.supplier == supplier:
            steps.append((rise.valid_from, rise.announced_on, steps[-1][2] * (1 + rise.share)))
    return steps


def cost_months(products: pd.DataFrame) -> Array:
    """Return products x months: cost in US dollars of an order placed in the month."""
    factors = {family.code: [cost_factor(family.code, month) for month in MONTHS] for family in FAMILIES}
    cost: Array = products["cost"].to_numpy()[:, None] * np.array([factors[family] for family in products["family"]])
    return cost


def list_prices(products: pd.DataFrame) -> pd.DataFrame:
    """Return product (place), valid_from, price: cost of the day, the margin wanted, rounded to a nickel."""
    frames = []
    for family, part in products.groupby("family"):
        for day in WOOD_DATES if family in WOOD else LIST_DATES:
            price = part["cost"] * cost_factor(str(family), day) / (1 - part["margin"])
            frames.append(pd.DataFrame({"product": part.index, "valid_from": day, "price": _nickel(price)}))
    return pd.concat(frames, ignore_index=True)


def contract_prices(products: pd.DataFrame, demand: Demand) -> pd.DataFrame:
    """Return product, customer (places), valid_from, price: what key accounts pay for their 40 biggest products."""
    random = dice("contracts")
    frames = []
    for place, customer in enumerate(CUSTOMERS):
        if not customer.key_account:
            continue
        own = demand.series["customer"] == place
        money = demand.need[own].sum(axis=1) * products["cost"].to_numpy()[demand.series["product"][own]]
        chosen = pd.Series(money, demand.series["product"][own]).groupby(level=0).sum().nlargest(40).index
        part = products.loc[chosen]
        off = 1 - random.uniform(*CONTRACT_OFF)
        for day in CONTRACT_DATES:
            factor = part["family"].map({family: cost_factor(family, day) for family in part["family"].unique()})
            price = _nickel(part["cost"] * factor / (1 - part["margin"]) * off)
            frames.append(pd.DataFrame({"product": chosen, "customer": place, "valid_from": day, "price": price}))
    return pd.concat(frames, ignore_index=True)


def price_months(products: pd.DataFrame, demand: Demand) -> Array:
    """Return series x months: the price each series' shipments were invoiced at."""
    by_product = _monthly(list_prices(products), ["product"]).reindex(products.index).to_numpy()
    prices = by_product[demand.series["product"]]
    contract = _monthly(contract_prices(products, demand), ["product", "customer"])
    at_contract = contract.index.get_indexer(pd.MultiIndex.from_frame(demand.series[["product", "customer"]]))
    prices[at_contract >= 0] = contract.to_numpy()[at_contract[at_contract >= 0]]
    return prices


def budget(products: pd.DataFrame, demand: Demand, prices: Array) -> pd.DataFrame:
    """Return family, bucket, units, revenue, margin for 2022 and 2023: last year's need and some hope, by season."""
    families = products["family"].to_numpy()[demand.series["product"]]
    cost = cost_months(products)[:, -1][demand.series["product"]]
    year = demand.need[:, -13:-1].sum(axis=1)
    rows = []
    for family in FAMILIES:
        own = families == family.code
        units, revenue = year[own].sum() / 12, (year * prices[:, -1])[own].sum() / 12
        margin = revenue - (year * cost)[own].sum() / 12
        for n, bucket in enumerate(month_list(BUDGET_FIRST, BUDGET_MONTHS)):
            factor = family.season[n % 12] * BUDGET_GROWTH * (1 + family.growth) ** (n // 12)
            rows.append(
                (family.code, bucket, round(units * factor), round(revenue * factor, -2), round(margin * factor, -2))
            )
    return pd.DataFrame(rows, columns=["family", "bucket", "units", "revenue", "margin"])


def supplier_cost(suppliers: Sequence[str], usd: "pd.Series[float]", months: "pd.Series[int]") -> "pd.Series[float]":
    """Return US dollars turned into each supplier's currency at the rate of the month."""
    currency = [BY_CODE[code].currency for code in suppliers]
    table = {name: np.array([rate_on(name, month) for month in MONTHS]) for name in ("", *RATES)}
    rate = np.array([table[name][month] for name, month in zip(currency, months, strict=True)])
    return pd.Series(np.round(usd.to_numpy() / rate, 3), usd.index)


def _monthly(prices: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return one row per key, one column per month of the history: the price in force."""
    dated = prices.assign(month=[(d.year - FIRST.year) * 12 + d.month - 1 for d in prices["valid_from"]])
    wide = dated.pivot_table(index=by, columns="month", values="price")
    return wide.reindex(columns=range(MONTH_COUNT)).ffill(axis=1)


def _nickel(price: "pd.Series[float]") -> "pd.Series[float]":
    return (price * 20).round() / 20
