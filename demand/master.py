"""Screens of what is forecast, happened and is on order: series may be switched off, the rest comes by files only."""

from demand.models import Actual, OrderBook, Series
from sop.master_spec import MasterTable, Shown, register

GROUP = "Demand"

SERIES = MasterTable(
    "series",
    "Series",
    "a series",
    GROUP,
    Series,
    (
        Shown("Product", "product__code"),
        Shown("Product name", "product__name"),
        Shown("Customer", "customer__name"),
        Shown("Location", "location__name"),
        Shown("Forecast", "active", "yes"),
    ),
    "sop.edit_master_data",
    fields=("product", "customer", "location", "active"),
    search=("product__code", "product__name", "customer__name"),
    filters=("product__family", "location"),
    order=("product__code", "customer__code", "location__code"),
    view="demand.view_demand",
    customer="customer",
    files=False,
)
ACTUALS = MasterTable(
    "actuals",
    "Actuals",
    "a month's actual",
    GROUP,
    Actual,
    (
        Shown("Product", "series__product__code"),
        Shown("Customer", "series__customer__name"),
        Shown("Location", "series__location__name"),
        Shown("Month", "bucket", "month"),
        Shown("Ordered", "ordered", "number"),
        Shown("Shipped", "shipped", "number"),
        Shown("Cancelled", "cancelled", "number"),
        Shown("Revenue", "revenue", "number", 2),
    ),
    "sop.edit_master_data",
    search=("series__product__code", "series__product__name", "series__customer__name"),
    filters=("series__product__family", "series__location"),
    order=("-bucket", "series"),
    view="demand.view_demand",
    customer="series__customer",
)
ORDER_BOOK = MasterTable(
    "order-book",
    "Order book",
    "an open order",
    GROUP,
    OrderBook,
    (
        Shown("Product", "series__product__code"),
        Shown("Customer", "series__customer__name"),
        Shown("Location", "series__location__name"),
        Shown("Month asked for", "bucket", "month"),
        Shown("Open orders", "open_orders", "number"),
        Shown("Quotes", "quotes", "number"),
        Shown("As of", "as_of", "date"),
    ),
    "sop.edit_master_data",
    search=("series__product__code", "series__product__name", "series__customer__name"),
    filters=("series__product__family", "series__location"),
    order=("bucket", "series"),
    view="demand.view_demand",
    customer="series__customer",
)

for table in (SERIES, ACTUALS, ORDER_BOOK):
    register(table)
