"""Actuals and the order book from files: one row a month, or lines added up at the level the mapping chooses."""

from dataclasses import replace

from demand.models import Actual, OrderBook, Series
from sop.import_tables import CUSTOMER, FAMILY, LOCATION, PRODUCT, family_link, location_link, owner_link, region_link
from sop.importing.registry import register
from sop.importing.spec import Column, Kind, Link, RowCheck, Table
from sop.models import Customer, Product

# Orders count in the month they were asked for; what shipped, and its revenue, in the month it shipped, if that is
# known. A cancelled line was ordered and cancelled, and ships nothing. Revenue that is not given is quantity x price
# x (1 - discount).
FOLD = """
    select min(row) as row, series_id, bucket, sum(ordered) as ordered, sum(shipped) as shipped,
           sum(cancelled) as cancelled, round(sum(revenue), 2) as revenue
    from (
        select row, series_id, month as bucket, ordered, 0 as shipped,
               case when is_cancelled then ordered else coalesce(cancelled, 0) end as cancelled, 0 as revenue
        from {lines}
        union all
        select row, series_id, coalesce(date_trunc('month', shipped_on)::date, month), 0, quantity, 0,
               coalesce(revenue, quantity * coalesce(unit_price, 0) * (1 - coalesce(discount, 0)))
        from (select *, case when is_cancelled then 0
                             else coalesce(shipped, ordered - coalesce(cancelled, 0)) end as quantity
              from {lines}) shipment
    ) movement
    group by series_id, bucket
"""

NEW_ROWS = (
    Column("product_name", "Name of new products", Kind.TEXT),
    FAMILY,
    Column("customer_name", "Name of new customers", Kind.TEXT),
    Column("region", "Region of new customers", Kind.CODE),
    Column("owner", "Rep of new customers (user name)", Kind.CODE, aliases=("sales rep", "sales team")),
)
# The columns that make product, customer and location decide the planning level; a missing combination is made.
SERIES_LINKS = (
    family_link(),
    Link(
        "product_id",
        Product,
        {"code": "product"},
        "products",
        create={"name": ("product_name", "product"), "family_id": ("family_id",)},
    ),
    region_link(),
    owner_link(),
    Link(
        "customer_id",
        Customer,
        {"code": "customer"},
        "customers",
        create={
            "name": ("customer_name", "customer"),
            "region_id": ("region_id",),
            "owner_id": ("owner_id",),
        },
    ),
    location_link(),
    Link(
        "series_id",
        Series,
        {"product_id": "product_id", "customer_id": "customer_id", "location_id": "location_id"},
        "series",
        create={},
        asked=False,
    ),
)

ACTUALS = Table(
    "actuals",
    "Actuals",
    Actual,
    (
        PRODUCT,
        replace(CUSTOMER, required=True),
        LOCATION,
        Column(
            "month",
            "Month (first date asked for)",
            Kind.MONTH,
            required=True,
            months_ahead=0,
            aliases=("date", "ds", "order date", "requested date", "period", "bucket"),
        ),
        Column(
            "ordered",
            "Quantity ordered",
            Kind.DECIMAL,
            required=True,
            minimum=0,
            aliases=("quantity", "qty", "order quantity", "units", "volume", "y"),
        ),
        Column("shipped", "Quantity shipped", Kind.DECIMAL, help="Not given = all that was ordered and not cancelled."),
        Column("shipped_on", "Ship date", Kind.DATE, months_ahead=0, aliases=("delivery date", "invoice date")),
        Column("cancelled", "Quantity cancelled", Kind.DECIMAL, minimum=0),
        Column("is_cancelled", "Line is cancelled", Kind.BOOLEAN, aliases=("status", "order status")),
        Column("revenue", "Revenue", Kind.DECIMAL, aliases=("net sales", "amount", "value")),
        Column("unit_price", "Unit price", Kind.DECIMAL, minimum=0, help="Makes the revenue where none is given."),
        Column("discount", "Discount as a share", Kind.DECIMAL, minimum=0, maximum=1, aliases=("discount applied",)),
        Column("line_number", "Order line number", Kind.CODE, aliases=("order number",), help="Finds doubled lines."),
        *NEW_ROWS,
    ),
    ("series_id", "bucket"),
    "sop.edit_master_data",
    links=SERIES_LINKS,
    checks=(
        RowCheck(
            "cancelled > ordered",
            "cancelled",
            "is more than was ordered",
            "Correct one of the two quantities.",
        ),
        RowCheck(
            "date_trunc('month', shipped_on) < month",
            "shipped_on",
            "lies in a month before the order",
            "Look whether the two dates are exchanged; the row is taken as it stands.",
            blocks=False,
        ),
    ),
    help="A month of a series in the file takes the place of the month that is there; give whole months.",
    fold=FOLD,
    fold_key=("product", "customer", "location", "month"),
    line_key=("line_number",),
    growing=("ordered", "shipped"),
)

# What is open is counted in the month it is asked for; a quote is no order.
ORDER_BOOK_FOLD = """
    select min(row) as row, series_id, month as bucket, max(as_of) as as_of,
           sum(case when is_quote then 0 else coalesce(open_orders, 0) end) as open_orders,
           sum(coalesce(quotes, 0) + case when is_quote then coalesce(open_orders, 0) else 0 end) as quotes
    from {lines}
    group by series_id, month
"""

ORDER_BOOK = Table(
    "order-book",
    "Order book",
    OrderBook,
    (
        PRODUCT,
        replace(CUSTOMER, required=True),
        LOCATION,
        Column(
            "month",
            "Month asked for",
            Kind.MONTH,
            required=True,
            aliases=("requested date", "delivery date", "due date", "wanted on", "date", "period", "bucket"),
        ),
        Column(
            "open_orders",
            "Open quantity",
            Kind.DECIMAL,
            minimum=0,
            aliases=("open orders", "open order quantity", "on order", "quantity", "qty", "backlog"),
            help="Ordered, and neither shipped nor cancelled.",
        ),
        Column("quotes", "Quoted quantity", Kind.DECIMAL, minimum=0, aliases=("quoted", "offered")),
        Column("is_quote", "Line is a quote", Kind.BOOLEAN, aliases=("type", "document type")),
        Column(
            "as_of",
            "As of",
            Kind.DATE,
            required=True,
            months_ahead=0,
            aliases=("as of date", "snapshot date", "extracted on"),
            help="The day the order book was drawn; a constant where the file does not say it.",
        ),
        Column("line_number", "Order line number", Kind.CODE, aliases=("order number",), help="Finds doubled lines."),
        *NEW_ROWS,
    ),
    ("series_id", "bucket"),
    "sop.edit_master_data",
    links=SERIES_LINKS,
    checks=(
        RowCheck(
            "as_of <> (select max(as_of) from import_lines)",
            "as_of",
            "is another day than in other rows",
            "An order book is what stands on one day: keep the rows of one.",
        ),
        RowCheck(
            "as_of < (select max(as_of) from demand_orderbook)",
            "as_of",
            "is older than the order book that is here",
            "Look whether this is an earlier file; the row is taken as it stands.",
            blocks=False,
        ),
    ),
    help="The file takes the place of the whole order book: what it does not name is no longer open.",
    fold=ORDER_BOOK_FOLD,
    fold_key=("product", "customer", "location", "month"),
    line_key=("line_number",),
    whole=True,
)

for table in (ACTUALS, ORDER_BOOK):
    register(table)
