"""The beverage distributor of the public `stallion` example data as a company's own files."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from tests.support.brought_file import Columns, csv_of

REPS = ("ana", "ben", "gus")
PLANT = "PLANT"
NO_LANE, NO_STOCK = "SKU_05", "SKU_02"  # gaps a real company has too
BELIEVED_DAYS = 400
EMPTY = "Date Not Captured; N/A - From RDC"

FAMILIES: dict[str, Callable[[int], bool]] = {
    "BEER": lambda number: number <= 5,
    "SODA": lambda number: 5 < number <= 20,
    "OTHER": lambda number: number > 20,
}
# `discount` is taken for the discount as a share by its name; here it is money, and the price is net of it.
ACTUALS = Columns(
    {
        "product": "sku",
        "customer": "agency",
        "month": "ds",
        "ordered": "y",
        "unit_price": "price_actual",
        "discount": "",
    },
    {"location": PLANT},
    answers={"add_up": "no"},
)
PRICES = Columns({"product": "sku", "customer": "agency", "valid_from": "ds", "price": "price_actual"})
DELIVERIES = Columns(
    {
        "number": "PO / SO #",
        "line": "ID",
        "product": "sku",
        "supplier": "Vendor",
        "ordered_on": "PO Sent to Vendor Date",
        "first_promised_on": "Scheduled Delivery Date",
        "received_on": "Delivered to Client Date",
        "ordered": "Line Item Quantity",
        "received": "Line Item Quantity",
        "unit_cost": "Unit Price",
        "family": "",  # their product groups are not our families
    },
    {"location": PLANT, "closed": "yes"},
    create=["supplier_id"],
    answers={"empty": EMPTY},
)


class Stallion:
    """The files of the company, made from the two data sets."""

    def __init__(self, folder: Path) -> None:
        self.history = pd.read_parquet(folder / "forecast" / "stallion_distributor_train.parquet")
        self.later = pd.read_parquet(folder / "forecast" / "stallion_distributor_test.parquet")
        self.agencies = sorted(self.history["agency"].unique())
        self.skus = sorted(self.history["sku"].unique())
        self.deliveries = self._deliveries(folder)
        self.lanes = self._lanes()

    def owner(self, agency: str) -> str:
        """Return the rep an agency belongs to."""
        return REPS[self.agencies.index(agency) % len(REPS)]

    def family(self, sku: str) -> str:
        """Return the family a product belongs to."""
        number = int(sku.removeprefix("SKU_"))
        return next(name for name, holds in FAMILIES.items() if holds(number))

    # -- files

    def master(self) -> list[tuple[str, bytes]]:
        """Return the files of master data in the order in which they build on each other."""
        products = [(sku, f"{sku} 0.5 l", self.family(sku), "hl", "no") for sku in self.skus]
        customers = [(agency, agency.replace("_", " "), "HOME", self.owner(agency)) for agency in self.agencies]
        return [
            ("families", csv_of(("Family", "Name"), [(name, name.title()) for name in FAMILIES])),
            ("products", csv_of(("SKU", "Name", "Family", "Base unit", "Whole units only"), products)),
            ("regions", csv_of(("Region", "Name"), [("HOME", "Home")])),
            ("customers", csv_of(("Customer", "Name", "Region", "Sales rep"), customers)),
        ]

    def locations(self) -> bytes:
        """Return the warehouses as an old program on Windows writes them."""
        return csv_of(("Plant", "Name"), [(PLANT, "Brasserie de la Côte")], encoding="cp1252", comma=";")

    def actuals(self) -> bytes:
        """Return every month of the history."""
        return self.history.to_csv(index=False).encode()

    def next_month(self) -> pd.DataFrame:
        """Return the month after the history, which the first cycle plans."""
        return self.later[self.later["ds"] == self.later["ds"].min()]

    def lead_times(self) -> bytes:
        """Return what each supplier's deliveries took, in days."""
        taken = self._days()
        rows = [(name, "2013-01-01", max(days.median(), 1), round(days.std(), 1)) for name, days in taken]
        return csv_of(("Supplier", "Valid from", "Days", "Spread in days"), rows)

    def sourcing(self) -> bytes:
        """Return from whom each product is bought; one product is forgotten."""
        rows = [(sku, PLANT, name, 10, 5) for sku, name in self.lanes.items() if sku != NO_LANE]
        return csv_of(("Product", "Location", "Supplier", "Minimum order", "Order multiple"), rows)

    def costs(self) -> bytes:
        """Return what each product costs: six tenths of what it sells for."""
        price = self.history.groupby("sku")["price_actual"].mean()
        rows = [(sku, name, "2013-01-01", round(0.6 * price[sku], 2)) for sku, name in self.lanes.items()]
        return csv_of(("Product", "Supplier", "Valid from", "Cost"), rows)

    def stock(self) -> bytes:
        """Return a count of some weeks' sales on the last day of the history; one product was not counted."""
        sold = self.history[self.history["ds"] >= "2016-07-01"].groupby("sku")["y"].sum() / 6
        price = self.history.groupby("sku")["price_actual"].mean()
        weeks = {sku: 0.5 + at % 4 for at, sku in enumerate(self.skus)}
        rows = [
            (sku, PLANT, "2016-12-31", round(sold.get(sku, 0) * weeks[sku], 3), round(0.55 * price[sku], 2))
            for sku in self.skus
            if sku != NO_STOCK
        ]
        return csv_of(("Product", "Location", "Counted on", "Quantity", "Average cost"), rows)

    # -- what must become of them

    def dirty_deliveries(self) -> int:
        """Return how many rows cannot be purchase order lines: never ordered, or a supplier nobody could type."""
        undated = _days_of(self.deliveries["PO Sent to Vendor Date"]).isna()
        return int((undated | (self.deliveries["Vendor"].str.len() > 64)).sum())

    def _deliveries(self, folder: Path) -> pd.DataFrame:
        """Return a real company's deliveries, its items taken for our products."""
        table = pd.read_csv(folder / "company" / "scms_delivery_history.csv", dtype=str, keep_default_na=False)
        number = pd.factorize(table["Item Description"])[0]
        return table.assign(sku=np.array(self.skus)[number % len(self.skus)])

    def _lanes(self) -> dict[str, str]:
        """Return the supplier each product was ordered from most often, at a known day."""
        known = self.deliveries[_days_of(self.deliveries["PO Sent to Vendor Date"]).notna()]
        return known.groupby("sku")["Vendor"].agg(lambda names: names.value_counts().index[0]).to_dict()

    def _days(self) -> list[tuple[str, "pd.Series[float]"]]:
        """Return how long the deliveries of each lane's supplier took, mistyped years left out."""
        sent = _days_of(self.deliveries["PO Sent to Vendor Date"])
        days = (_days_of(self.deliveries["Delivered to Client Date"]) - sent).dt.days
        known = days[(days > 0) & (days <= BELIEVED_DAYS)].groupby(self.deliveries["Vendor"])
        return [(name, known.get_group(name)) for name in sorted(set(self.lanes.values()))]


def _days_of(texts: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Return days written in three ways; NaT where there is none."""
    ways = [pd.to_datetime(texts, format=way, errors="coerce") for way in ("%m/%d/%y", "%d-%b-%y", "%Y-%m-%d")]
    return ways[0].fillna(ways[1]).fillna(ways[2])
