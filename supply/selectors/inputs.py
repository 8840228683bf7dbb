"""Whether what a supply plan was made from is still what stands in the tables."""

from typing import Any

from django.db import connection
from psycopg import sql

from sop.models import Company, Cost, Family, Location, Price, Product, Rate, Supplier
from supply.models import (
    Capacity,
    ClassTarget,
    LeadTimeAssumption,
    OnHand,
    PurchaseOrderLine,
    ReceiptOverride,
    Sourcing,
    StockItem,
    SupplierRule,
    SupplyRun,
)

# Any change of a row counts; receipt overrides only of the run's own cycle.
EVERYWHERE: tuple[Any, ...] = (
    *(ClassTarget, LeadTimeAssumption, OnHand, PurchaseOrderLine, Sourcing, Capacity, SupplierRule),
    *(Price, Cost, Rate),
)
# Only these columns count: a supplier's name plans nothing, nor does who buys a stock item. A new row plans nothing
# either before a stock item or a lane names it, but for stock items themselves and for the company: before it is
# written, defaults stand in its place.
COLUMNS: dict[Any, tuple[str, ...]] = {
    StockItem: (
        *("product_id", "location_id", "service_target", "service_type", "backorder_share", "safety_stock"),
        "max_cover_months",
    ),
    Company: ("currency", "carry_rate", "cash_ceiling", "purchases_ceiling"),
    Supplier: ("currency", "payment_days"),
    Product: ("family_id", "whole_units", "shelf_life_days", "abc", "volume_m3"),
    Family: ("code",),
    Location: ("space_m3",),
}
NEW_COUNTS = (StockItem, Company)
# Read by a run and not watched, for they stand still while supply is open: what gather demand keeps when it closes,
# and the baseline that was adopted in it. Reopening gather demand marks supply stale. The history of lanes moves only
# with the lanes, which are watched.
STANDING_STILL = frozenset(
    {
        *("demand_forecastsnapshot", "demand_series", "demand_baseline", "demand_baselineseries"),
        *("demand_baselinerun", "supply_historicalsourcing"),
    }
)
COLUMN_CHANGED_SQL = sql.SQL("""
    select exists (
        select from {history} now
        left join lateral (select {columns} from {history} b where b.id = now.id and b.history_id < now.history_id
                           order by b.history_id desc limit 1) before on true
        where now.history_date > %(since)s and now.request_id <> all(%(planned)s::text[])
          and (now.history_type = '~' or now.history_type = %(new)s)
          and ({now}) is distinct from ({before}))
""")


def inputs_changed(run: SupplyRun) -> bool:
    """Return whether anything a run reads was changed after it was asked for, by a person or by a file.

    What changed between asking and computing counts as changed: the run may or may not have seen it. What was changed
    by hand and planned at once does not.
    """

    def changed(model: Any, **of: Any) -> bool:
        since = model.history.filter(history_date__gt=run.created_at, **of)
        return bool(since.exclude(request_id__in=run.planned_requests).exists())

    if changed(ReceiptOverride, cycle_id=run.cycle_id) or any(changed(model) for model in EVERYWHERE):
        return True
    return any(_column_changed(model, columns, run) for model, columns in COLUMNS.items())


def _column_changed(model: Any, columns: tuple[str, ...], run: SupplyRun) -> bool:
    """Return whether one of a table's columns was changed after a run was asked for, and not planned at once."""

    def named(table: str) -> sql.Composable:
        return sql.SQL(", ").join(sql.Identifier(table, column) for column in columns)

    query = COLUMN_CHANGED_SQL.format(
        history=sql.Identifier(model.history.model._meta.db_table),
        columns=named("b"),
        now=named("now"),
        before=named("before"),
    )
    new = "+" if model in NEW_COUNTS else "~"
    with connection.cursor() as cursor:
        cursor.execute(query, {"since": run.created_at, "planned": run.planned_requests, "new": new})
        return bool(cursor.fetchone()[0])
