"""What a rough cut is made from: limits, orders to place by supplier, stock by warehouse, all of the current run."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from sop.models import Location
from supply.engine.constrain import CutFacts, Lots
from supply.models import Capacity, SupplyRun

Owner = tuple[str, int, str]  # "supplier" or "location", its number, the unit of the limit

ORDERS_SQL = """
    select i.id, p.name, lane.supplier_id, lane.moq::float8, p.abc,
           greatest(lane.multiple, case when p.whole_units then 1 else 0 end)::float8 as multiple,
           p.volume_m3::float8, l.bucket, l.releases::float8, l.opening::float8, l.open_receipts::float8,
           l.demand::float8, (l.revenue - l.cogs)::float8, l.shipped::float8,
           (cost.cost * coalesce(rate.rate, 1))::float8
    from supply_supplyline l
    join supply_stockitem i on i.id = l.item_id join sop_product p on p.id = i.product_id
    join lateral (select * from supply_sourcing o where o.item_id = i.id order by o.share desc, o.id limit 1) lane
      on lane.supplier_id = any(%(suppliers)s)
    join sop_supplier s on s.id = lane.supplier_id
    left join lateral (select cost from sop_cost c where c.product_id = p.id and c.supplier_id = lane.supplier_id
                       and c.valid_from <= l.bucket order by c.valid_from desc limit 1) cost on true
    left join lateral (select rate from sop_rate r where r.currency = s.currency and r.valid_from <= l.bucket
                       order by r.valid_from desc limit 1) rate on true
    where l.run_id = %(run)s order by i.id, l.bucket
"""
STOCK_SQL = """
    select i.location_id, l.bucket, sum(l.closing)::float8, sum(l.closing * coalesce(p.volume_m3, 0))::float8,
           sum(l.inventory_value)::float8, count(*) filter (where p.volume_m3 is null)
    from supply_supplyline l join supply_stockitem i on i.id = l.item_id join sop_product p on p.id = i.product_id
    where l.run_id = %(run)s and i.location_id = any(%(locations)s) group by 1, 2
"""


@dataclass(frozen=True, eq=False)
class SupplierOrders:
    """The orders one supplier is to get, items x months: units, and what a unit takes of each kind of limit."""

    items: list[int]
    names: list[str]
    releases: Any
    per_unit: dict[str, Any]
    facts: CutFacts
    lots: Lots
    unmeasured: dict[str, int]  # items that take something of a limit nobody knows how much of


@dataclass(frozen=True)
class WarehouseMonth:
    """What a warehouse holds at the end of a month, in each unit, and how many items have no volume."""

    load: dict[str, float]
    unmeasured: int


def limits_of(months: Sequence[date]) -> dict[Owner, dict[date, float]]:
    """Return the limits by owner and month; a warehouse's own space holds where no month's is stated."""
    found: dict[Owner, dict[date, float]] = defaultdict(dict)
    for place, space in Location.objects.filter(space_m3__isnull=False).values_list("pk", "space_m3"):
        found["location", place, "m3"] = dict.fromkeys(months, float(space or 0))
    stated = Capacity.objects.filter(bucket__in=months)
    for row in stated.values_list("supplier_id", "location_id", "unit", "bucket", "quantity"):
        supplier, place, unit, bucket, quantity = row
        owner = ("supplier", supplier, unit) if supplier else ("location", place, unit)
        found[owner][bucket] = float(quantity)
    return dict(found)


def supplier_orders(run: SupplyRun, suppliers: Iterable[int]) -> dict[int, SupplierOrders]:
    """Return the orders to place at each supplier."""
    wanted = list(suppliers)
    if not wanted:
        return {}
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(ORDERS_SQL, {"run": run.pk, "suppliers": wanted})
        for row in cursor.fetchall():
            grouped[row[2]].append(row)
    return {supplier: _orders(rows, run.horizon_months) for supplier, rows in grouped.items()}


def warehouse_stock(run: SupplyRun, locations: Iterable[int]) -> dict[tuple[int, date], WarehouseMonth]:
    """Return what each warehouse holds at the end of each month."""
    with connection.cursor() as cursor:
        cursor.execute(STOCK_SQL, {"run": run.pk, "locations": list(locations)})
        return {
            (place, bucket): WarehouseMonth({"units": units, "m3": volume, "money": value}, without)
            for place, bucket, units, volume, value, without in cursor.fetchall()
        }


def _orders(rows: list[tuple[Any, ...]], months: int) -> SupplierOrders:
    """Return one supplier's rows as arrays: every item of a run has every month of it."""
    first = rows[::months]

    def table(column: int) -> Any:
        values = [np.nan if row[column] is None else row[column] for row in rows]
        return np.array(values, dtype=np.float64).reshape(-1, months)

    releases, shipped = table(8), table(13).sum(axis=1)
    volume, cost = table(6), table(14)
    facts = CutFacts.build(
        [row[0] for row in first],
        held=table(9)[:, 0] + table(10).sum(axis=1),
        demand=table(11).mean(axis=1),
        priority=["ABC".find(row[4]) % 4 for row in first],  # no class comes after C
        margin=np.divide(table(12).sum(axis=1), shipped, out=np.zeros_like(shipped), where=shipped > 0),
    )
    ordered = releases > 0
    return SupplierOrders(
        items=[row[0] for row in first],
        names=[row[1] for row in first],
        releases=releases,
        per_unit={"units": np.ones_like(releases), "m3": np.nan_to_num(volume), "money": np.nan_to_num(cost)},
        facts=facts,
        lots=Lots(np.array([row[3] for row in first]), np.array([row[5] for row in first])),
        unmeasured={
            "units": 0,
            "m3": int((np.isnan(volume) & ordered).any(axis=1).sum()),
            "money": int((np.isnan(cost) & ordered).any(axis=1).sum()),
        },
    )
