"""From whom Harlow Supply buys, how long it takes in each phase, and what has been announced."""

from datetime import date
from typing import NamedTuple

from publish.demo.tables import create
from sop.models import Supplier


class SupplierFacts(NamedTuple):
    """One supplier; lead times in days, by the date an order is placed."""

    code: str
    name: str
    currency: str  # blank = US dollars
    payment_days: int
    calm_days: int  # until May 2021
    crisis_days: int  # from autumn 2021; between the two it climbs
    delivers: float  # share of an ordered quantity that comes while goods are short
    accepts: float  # most a month it accepts to order while goods are short, times the monthly orders of 2020
    lot_money: float  # a minimum order line is worth about this much, in US dollars


class Rise(NamedTuple):
    """A cost increase a supplier announced: on which day, for orders from when, by how much."""

    supplier: str
    announced_on: date
    valid_from: date
    share: float


class SecondLane(NamedTuple):
    """A product bought from a second supplier as well: for which share of its orders, and how much dearer."""

    product: str  # its name
    supplier: str
    share: float
    dearer: float


SUPPLIERS = (
    SupplierFacts("NORTHGATE", "Northgate Shingle Company", "", 45, 18, 74, 0.92, 1.8, 9000),
    SupplierFacts("SUMMIT", "Summit Roofing Components", "", 30, 20, 66, 0.95, 1.9, 5000),
    SupplierFacts("TESSARO", "Tessaro Vinyl Products", "", 45, 21, 60, 1.0, 9, 9000),
    SupplierFacts("PRAIRIE", "Prairie Gypsum", "", 30, 16, 112, 0.92, 1.8, 8000),
    SupplierFacts("BOREAL", "Boreal Insulation Ltd", "CAD", 45, 22, 126, 0.9, 1.85, 8000),
    SupplierFacts("LAKEHEAD", "Lakehead Lumber Ltd", "CAD", 20, 17, 63, 0.9, 1.75, 9000),
    SupplierFacts("OTTAWA", "Ottawa Valley Panel Ltd", "CAD", 20, 18, 70, 0.88, 1.75, 9000),
    SupplierFacts("CALUMET", "Calumet Fastener Works", "", 30, 19, 58, 1.0, 9, 4000),
    SupplierFacts("OSTSEE", "Ostsee Schrauben GmbH", "EUR", 60, 34, 98, 1.0, 9, 6000),
    SupplierFacts("HEARTLAND", "Heartland Door", "", 30, 21, 105, 0.93, 1.85, 4000),
    SupplierFacts("CLEARVIEW", "Clearview Window Manufacturing", "", 30, 24, 140, 0.92, 1.9, 4000),
    SupplierFacts("RIVERBEND", "Riverbend Composites", "", 45, 21, 84, 0.93, 2.0, 7000),
    SupplierFacts("KLEBTECH", "Klebtech Dichtstoffe GmbH", "EUR", 60, 36, 91, 0.94, 1.8, 4000),
    SupplierFacts("MIDSTATE", "Midstate Metal", "", 30, 19, 77, 0.95, 1.8, 4000),
)

RISES = (
    Rise("NORTHGATE", date(2022, 1, 11), date(2022, 4, 1), 0.08),
    Rise("TESSARO", date(2022, 1, 14), date(2022, 4, 1), 0.09),
    Rise("PRAIRIE", date(2021, 12, 16), date(2022, 3, 1), 0.12),
    Rise("PRAIRIE", date(2022, 1, 24), date(2022, 7, 1), 0.06),
    Rise("BOREAL", date(2021, 12, 20), date(2022, 3, 15), 0.10),
    Rise("OSTSEE", date(2022, 1, 19), date(2022, 5, 1), 0.05),
    Rise("HEARTLAND", date(2022, 1, 5), date(2022, 4, 15), 0.07),
    Rise("CLEARVIEW", date(2022, 1, 26), date(2022, 6, 1), 0.08),
    Rise("KLEBTECH", date(2022, 1, 20), date(2022, 5, 1), 0.07),
    Rise("MIDSTATE", date(2022, 1, 18), date(2022, 4, 1), 0.06),
)

# Since the ships from Europe are late, a domestic works makes three of ten orders of these.
SECOND_LANES = (
    SecondLane("Structural screw, 6 in", "CALUMET", 0.3, 1.12),
    SecondLane("Structural screw, 4 in", "CALUMET", 0.3, 1.12),
    SecondLane("Hex lag screw, 1/2 x 4 in", "CALUMET", 0.3, 1.15),
)

BY_CODE = {supplier.code: supplier for supplier in SUPPLIERS}
CALM_UNTIL = date(2021, 5, 1)  # orders placed before take the calm lead time
CRISIS_FROM = date(2021, 10, 1)  # orders placed from here on take the crisis lead time


def suppliers_write() -> None:
    """Write the suppliers."""
    create(Supplier(code=s.code, name=s.name, currency=s.currency, payment_days=s.payment_days) for s in SUPPLIERS)
