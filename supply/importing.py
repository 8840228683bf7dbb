"""The tables of planning supply that take files: stocking policy, stock, purchase orders, lanes, lead times, limits."""

from sop.constants import StepKind
from sop.import_tables import (
    FAMILY,
    LOCATION,
    PRODUCT,
    SUPPLIER,
    VALID_FROM,
    family_link,
    location_link,
    product_link,
    supplier_link,
)
from sop.importing.registry import register
from sop.importing.spec import Column, Kind, Link, RowCheck, Table
from sop.models import Location, Supplier, User
from supply.constants import ServiceType
from supply.models import Capacity, ClassTarget, LeadTimeAssumption, OnHand, PurchaseOrderLine, Sourcing, StockItem

DECIMAL, INTEGER, DATE = Kind.DECIMAL, Kind.INTEGER, Kind.DATE
PLAN = "supply.plan_supply"
STEP = StepKind.SUPPLY.value


def item_link() -> Link:
    """Return a link to a product at a location, which is made where it is not there: it is only a combination."""
    by = {"product_id": "product_id", "location_id": "location_id"}
    return Link("item_id", StockItem, by, "stock items", create={}, asked=False)


POLICY = Table(
    "stock-items",
    "Stocking policy",
    StockItem,
    (
        PRODUCT,
        LOCATION,
        Column(
            *("service_target", "Service target", DECIMAL),
            minimum=0.5,
            maximum=0.9999,
            aliases=("service level",),
            help="Empty = that of its product's class.",
        ),
        Column("service_type", "Service type", Kind.CHOICE, choices=tuple(ServiceType.choices)),
        Column("backorder_share", "Share of unmet demand that waits", DECIMAL, minimum=0, maximum=1),
        Column("safety_stock", "Own safety stock", DECIMAL, minimum=0, help="Empty = the calculated one."),
        Column("max_cover_months", "Most months of cover", DECIMAL, minimum=0),
        Column(
            "buyer", "Buyer (user name)", Kind.CODE, help="Who buys it; it groups stock by buyer, and plans nothing."
        ),
    ),
    ("product_id", "location_id"),
    PLAN,
    links=(product_link(), location_link(), Link("buyer_id", User, {"username": "buyer"}, "people")),
    step=STEP,
)
CLASS_TARGETS = Table(
    "class-targets",
    "Service targets by class",
    ClassTarget,
    (
        Column("abc", "Class", Kind.CHOICE, required=True, choices=(("A", "A"), ("B", "B"), ("C", "C"))),
        Column(
            *("service_target", "Service target", DECIMAL),
            required=True,
            minimum=0.5,
            maximum=0.9999,
            aliases=("service level",),
        ),
        Column("service_type", "Service type", Kind.CHOICE, choices=tuple(ServiceType.choices)),
    ),
    ("abc",),
    PLAN,
    step=STEP,
)
ON_HAND = Table(
    "on-hand",
    "Stock on hand",
    OnHand,
    (
        PRODUCT,
        LOCATION,
        Column("as_of", "Counted on", DATE, required=True, months_ahead=0, aliases=("date", "as of", "stock date")),
        Column("quantity", "Quantity", DECIMAL, required=True, aliases=("on hand", "stock", "qty")),
        Column("average_cost", "Average cost", DECIMAL, required=True, minimum=0, aliases=("unit cost", "cost", "map")),
        Column("backlog", "Customers' backlog", DECIMAL, minimum=0, aliases=("back orders",)),
    ),
    ("item_id", "as_of"),
    PLAN,
    links=(product_link(), location_link(), item_link()),
    help="Average cost is in plan currency per base unit.",
)
PURCHASE_ORDERS = Table(
    "purchase-orders",
    "Purchase order lines",
    PurchaseOrderLine,
    (
        Column("number", "Order number", Kind.CODE, required=True, aliases=("po", "purchase order", "po number")),
        Column("line", "Line", Kind.CODE, aliases=("po line", "position", "item no"), help="Not given = 1."),
        PRODUCT,
        FAMILY,
        Column("product_name", "Name of new products", Kind.TEXT),
        LOCATION,
        SUPPLIER,
        Column("ordered_on", "Ordered on", DATE, required=True, months_ahead=0, aliases=("order date", "po date")),
        Column("first_promised_on", "First promised for", DATE, required=True, aliases=("promised", "due date")),
        Column(
            "promised_on", "Promised for now", DATE, instead="first_promised_on", help="Not given = as first promised."
        ),
        Column("received_on", "Received on", DATE, months_ahead=0, aliases=("receipt date", "delivered on")),
        Column("ordered", "Quantity ordered", DECIMAL, required=True, above=0, aliases=("quantity", "qty")),
        Column("received", "Quantity received", DECIMAL, minimum=0),
        Column("unit_cost", "Unit cost", DECIMAL, required=True, minimum=0, aliases=("cost", "unit price", "price")),
        Column("closed", "Closed", Kind.BOOLEAN, help="A closed line brings no more, whatever is missing."),
    ),
    ("number", "line"),
    PLAN,
    links=(
        family_link(),
        product_link(name="product_name", family=True),
        location_link(),
        supplier_link(create=True),
        item_link(),
    ),
    checks=(
        RowCheck(
            "received_on < ordered_on",
            "received_on",
            "lies before the order",
            "Correct one of the two dates; the row is taken as it stands.",
            blocks=False,
        ),
        RowCheck(
            "first_promised_on < ordered_on",
            "first_promised_on",
            "is a promise for before the order",
            "Correct one of the two dates; the row is taken as it stands.",
            blocks=False,
        ),
        RowCheck(
            "received > 0 and received_on is null",
            "received",
            "was received on a day nobody knows",
            "Give the day it was received.",
            blocks=False,
        ),
    ),
    help="Cost is in the supplier's currency.",
)
SOURCING = Table(
    "sourcing",
    "Sourcing lanes",
    Sourcing,
    (
        PRODUCT,
        LOCATION,
        SUPPLIER,
        Column(
            "share",
            "Share",
            DECIMAL,
            minimum=0,
            maximum=1,
            help="0.6 = 60 % of the orders, beside 0.4 of another lane; 0 = not used.",
        ),
        Column("moq", "Minimum order", DECIMAL, minimum=0, aliases=("minimum order quantity",)),
        Column("multiple", "Order multiple", DECIMAL, above=0, aliases=("lot size", "rounding")),
        Column("max_order", "Largest order", DECIMAL, minimum=0),
        Column("review_days", "Days between orders", INTEGER, minimum=1, maximum=365, aliases=("review period",)),
        Column("frozen_days", "Frozen days", INTEGER, minimum=0, maximum=365, aliases=("frozen fence",)),
        Column("yield_mean", "Share of an order that comes", DECIMAL, minimum=0.01, maximum=1, aliases=("yield",)),
        Column("yield_sd", "Spread of that share", DECIMAL, minimum=0, maximum=0.9999),
        Column("expedite_days", "Days when hurried", INTEGER, minimum=0, maximum=730, aliases=("expedite time",)),
        Column("expedite_cost", "Surcharge when hurried, per unit", DECIMAL, minimum=0, aliases=("expedite cost",)),
    ),
    ("item_id", "supplier_id"),
    PLAN,
    links=(product_link(), location_link(), supplier_link(), item_link()),
    step=STEP,
)
LEAD_TIMES = Table(
    "lead-times",
    "Lead times",
    LeadTimeAssumption,
    (
        SUPPLIER,
        Column("product", "Product", Kind.CODE, aliases=PRODUCT.aliases, help="Empty = every product of the supplier."),
        VALID_FROM,
        Column(
            "mean_days", "Days", DECIMAL, required=True, above=0, maximum=2000, aliases=("lead time", "lead time days")
        ),
        Column("sd_days", "Spread in days", DECIMAL, minimum=0, aliases=("standard deviation",)),
        Column("note", "Note", Kind.TEXT),
    ),
    ("supplier_id", "product_id", "valid_from"),
    PLAN,
    links=(supplier_link(), product_link()),
    checks=(
        RowCheck(
            "sd_days > 2 * mean_days",
            "sd_days",
            "is more than twice the lead time",
            "Look for mistyped dates among the receipts it comes from; the row is taken as it stands.",
            blocks=False,
        ),
    ),
    step=STEP,
)
CAPACITY = Table(
    "capacity",
    "Capacity",
    Capacity,
    (
        Column("supplier", "Supplier", Kind.CODE, aliases=SUPPLIER.aliases),
        Column("location", "Location", Kind.CODE, aliases=LOCATION.aliases),
        Column("bucket", "Month", Kind.MONTH, required=True, months_ahead=60, aliases=("month", "period")),
        Column(
            "unit",
            "Unit",
            Kind.CHOICE,
            required=True,
            choices=(("units", "Units"), ("m3", "m³"), ("money", "Money")),
        ),
        Column("quantity", "Limit", DECIMAL, required=True, minimum=0, aliases=("capacity", "quantity")),
    ),
    ("supplier_id", "location_id", "bucket", "unit"),
    PLAN,
    links=(
        Link("supplier_id", Supplier, {"code": "supplier"}, "suppliers"),
        Link("location_id", Location, {"code": "location"}, "locations"),
    ),
    checks=(
        RowCheck(
            "(supplier is null) = (location is null)",
            "supplier",
            "is not exactly one owner",
            "A limit belongs to a supplier or to a location: fill one of the two.",
        ),
    ),
    step=STEP,
)

for table in (POLICY, CLASS_TARGETS, ON_HAND, PURCHASE_ORDERS, SOURCING, LEAD_TIMES, CAPACITY):
    register(table)
