"""What customers wanted, what they ordered while goods were short, and what they cancelled later."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from publish.demo.catalogue import FAMILIES
from publish.demo.customers import CUSTOMERS, LOCATIONS, SERVED_FROM, TASTES
from publish.demo.dice import dice
from publish.demo.products import life
from publish.demo.span import CALENDAR_MONTH, FIRST, MONTH_COUNT, at
from sop.engine.arrays import Array, BoolArray
from sop.engine.months import month_list

MAIN = "JOL"  # the warehouse that holds everything
WANTED_SHARE = 0.55  # of the (product, customer) pairs a trade's taste allows, before popularity

# The spring of 2020 against trend, then the housing boom; 1 = its full height.
DIP = {"2020-03": 0.92, "2020-04": 0.70, "2020-05": 0.80, "2020-06": 0.96}
BOOM = {"2020-07": 0.2, "2020-10": 0.5, "2021-01": 0.75, "2021-04": 0.95, "2021-08": 1.0, "2022-01": 0.85}

# How far orders stood above need while customers asked twice to get once; times the family's scarcity and their greed.
INFLATION = {"2021-05": 0.0, "2021-06": 0.10, "2021-08": 0.28, "2021-10": 0.36, "2021-12": 0.34, "2022-01": 0.30}
SCARCITY = {"GYPS": 1.2, "INSU": 1.25, "WIND": 1.0, "DOOR": 0.8, "SIDE": 0.95, "FAST": 0.9, "ROOF": 0.6, "DECK": 0.7,
            "LUMB": 0.45, "PANL": 0.5, "ADHS": 0.5, "GUTT": 0.45}  # fmt: skip
CANCELLED_AFTER = ((2, 0.20), (3, 0.12))  # months later, share of what was ordered above need

# Accounts whose level moved for good: customer, from, factor, families.
SHIFTS = (
    ("E06", "2020-10", 0.35, ("ROOF", "SIDE")),  # Brightwater moved roofing to a competitor
    ("W01", "2019-07", 2.1, ("LUMB", "PANL", "GYPS")),  # Prairie Crest opened a second site
)


@dataclass(frozen=True)
class Demand:
    """Series (product, customer, location: places in the lists of master data) and their months, in base units."""

    series: pd.DataFrame
    need: Array
    ordered: Array
    cancelled: Array


def held(products: pd.DataFrame) -> dict[str, BoolArray]:
    """Return per warehouse which products it holds: the main one all, the others no special orders."""
    common = ~products["seldom"].to_numpy() & (products["rank"].to_numpy() < 4)
    return {code: np.ones(len(products), bool) if code == MAIN else common for code, _, _ in LOCATIONS}


def series_of(products: pd.DataFrame) -> pd.DataFrame:
    """Return who buys what from where: product, customer, location (places), weight."""
    random = dice("series")
    holds = held(products)
    places = {code: n for n, (code, _, _) in enumerate(LOCATIONS)}
    families = products["family"].to_numpy()
    popularity = 0.93 ** products["rank"].to_numpy() * np.where(products["seldom"], 0.55, 1.0)
    rows = []
    for n, customer in enumerate(CUSTOMERS):
        taste = np.array([TASTES[customer.trade].get(family, 0.0) for family in families])
        keen = np.clip(taste * popularity * WANTED_SHARE * (1.25 if customer.key_account else 0.95), 0, 0.95)
        bought = np.flatnonzero(random.random(len(products)) < keen)
        first, second = SERVED_FROM[customer.region]
        here = np.where(
            holds[first][bought], places[first], np.where(holds[second][bought], places[second], places[MAIN])
        )
        weight = customer.size * taste[bought] * random.lognormal(0.0, 0.45, len(bought))
        rows.append(pd.DataFrame({"product": bought, "customer": n, "location": here, "weight": weight}))
        shared = bought[(random.random(len(bought)) < 0.04) & (here == places[first]) & holds[second][bought]]
        rows.append(
            pd.DataFrame({"product": shared, "customer": n, "location": places[second], "weight": customer.size * 0.15})
        )
    return pd.concat(rows, ignore_index=True).sort_values(["product", "customer", "location"], ignore_index=True)


def demand(products: pd.DataFrame) -> Demand:
    """Return all series with need, orders and cancellations for every month of the history."""
    series = series_of(products)
    expected = _expected(products, series)
    need = _rounded(_noisy(expected, products, series), products, series)
    above = need * _inflation(products, series)
    ordered = np.round(need + above)
    cancelled = np.zeros_like(ordered)
    for months, share in CANCELLED_AFTER:
        cancelled[:, months:] += share * above[:, :-months]
    return Demand(series, need, ordered, np.minimum(np.round(cancelled), ordered + cancelled))


def path(points: dict[str, float], before: float) -> Array:
    """Return a value per month of the history: straight lines between the points, level before and after them."""
    known = [at(pd.Timestamp(month).date()) for month in points]
    return np.interp(np.arange(MONTH_COUNT), known, list(points.values()), left=before)


def _expected(products: pd.DataFrame, series: pd.DataFrame) -> Array:
    chosen = products.iloc[series["product"]]
    share = series["weight"] / series.groupby("product")["weight"].transform("sum")
    level = (share.to_numpy() * chosen["monthly"].to_numpy())[:, None]
    at_family = chosen["family"].map({family.code: n for n, family in enumerate(FAMILIES)}).to_numpy()
    season = np.array([family.season for family in FAMILIES])[:, CALENDAR_MONTH]
    growth = np.array([(1 + family.growth) ** (np.arange(MONTH_COUNT) / 12) for family in FAMILIES])
    height = path(BOOM, 0.0)
    boom = np.array([1 + (family.boom - 1) * height for family in FAMILIES])
    dip = np.array([DIP.get(f"{month:%Y-%m}", 1.0) for month in month_list(FIRST, MONTH_COUNT)])
    shape = (season * growth * boom * dip)[at_family]
    expected: Array = level * shape * life(products)[series["product"]]
    return expected * _shifts(series, chosen["family"].to_numpy())


def _shifts(series: pd.DataFrame, families: np.ndarray) -> Array:
    """Return series x months: 1, and another level from the month an account changed."""
    factor: Array = np.ones((len(series), MONTH_COUNT))
    codes = np.array([customer.code for customer in CUSTOMERS])[series["customer"]]
    for code, month, level, moved in SHIFTS:
        rows = np.flatnonzero((codes == code) & np.isin(families, moved))
        factor[rows, at(pd.Timestamp(month).date()) :] = level
    return factor


def _noisy(expected: Array, products: pd.DataFrame, series: pd.DataFrame) -> Array:
    """Return expected demand times chance: the customer's month, the family's month, the series' own."""
    random = dice("noise")
    customer = random.lognormal(0, 0.06, (len(CUSTOMERS), MONTH_COUNT))[series["customer"]]
    codes = pd.Categorical(products.iloc[series["product"]]["family"]).codes
    family = random.lognormal(0, 0.035, (len(FAMILIES), MONTH_COUNT))[codes]
    noisy: Array = expected * customer * family * random.gamma(34, 1 / 34, expected.shape)
    return noisy


def _rounded(mean: Array, products: pd.DataFrame, series: pd.DataFrame) -> Array:
    """Return whole units: small quantities by chance, seldom products in a few bigger orders."""
    random = dice("units")
    seldom = products["seldom"].to_numpy()[series["product"]][:, None]
    asks = np.where(seldom, random.random(mean.shape) < 0.36, True)
    wanted = np.where(seldom, mean / 0.36, mean)
    units: Array = np.where(wanted < 40, random.poisson(wanted), np.round(wanted)) * asks
    return units


def _inflation(products: pd.DataFrame, series: pd.DataFrame) -> Array:
    """Return series x months: the share ordered above need."""
    scarce = products["family"].map(SCARCITY).to_numpy()[series["product"]][:, None]
    greed = np.array([customer.greed for customer in CUSTOMERS])[series["customer"]][:, None]
    chance = dice("greed").gamma(6, 1 / 6, (len(series), MONTH_COUNT))
    above: Array = path(INFLATION, 0.0)[None, :] * scarce * greed * chance
    return above
