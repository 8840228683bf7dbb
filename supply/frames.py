"""Rows to arrays and back: the only bridge from the supply tables to the engine (Decimal here, float there)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from numpy.typing import NDArray

from demand.engine.cumulated import COLUMNS as RHO_COLUMNS
from demand.engine.cumulated import cumulated_error
from sop.engine.months import month_list
from sop.models import Cycle
from supply.constants import DEFAULT_LEAD_TIME_DAYS
from supply.engine.problem import SupplyProblem
from supply.engine.receipts import FirmReceipts

Matrix = NDArray[np.float64]
RHO_MONTHS = 12  # lead times beyond a year lean on the growth the first twelve months showed
RHO_UNMEASURED = 0.5  # of a month's demand: a guess on the careful side where no error was ever measured
DAYS_PER_MONTH = 30.4375

ITEMS_SQL = """
    select i.id, f.code as family, i.service_target::float8, (i.service_type = 'fill')::int::float8 as by_fill,
           i.backorder_share::float8, i.safety_stock::float8, i.max_cover_months::float8,
           p.shelf_life_days::float8 as shelf_life_days, lane.supplier_id, coalesce(lane.moq, 0)::float8 as moq,
           greatest(coalesce(lane.multiple, 1), case when p.whole_units then 1 else 0 end)::float8 as multiple,
           lane.max_order::float8, coalesce(lane.review_days, 7)::float8 as review_days,
           coalesce(s.payment_days, 30)::float8 as payment_days, coalesce(stock.quantity, 0)::float8 as on_hand,
           stock.average_cost::float8, coalesce(stock.backlog, 0)::float8 as backlog
    from supply_stockitem i
    join sop_product p on p.id = i.product_id join sop_family f on f.id = p.family_id
    left join lateral (select * from supply_sourcing l where l.item_id = i.id order by l.share desc, l.id limit 1) lane
      on true
    left join sop_supplier s on s.id = lane.supplier_id
    left join lateral (select * from supply_onhand o where o.item_id = i.id and o.as_of <= %(first)s
                       order by o.as_of desc limit 1) stock on true
    where i.id = any(%(ids)s) order by i.id
"""
DEMAND_SQL = """
    select i.id, s.bucket, sum(s.consensus)::float8
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    where s.cycle_id = %(cycle)s and s.version = %(version)s and i.id = any(%(ids)s) group by 1, 2
"""
# A price holds from its date until the next one of the same product and addressee; a customer's own beats the list.
PRICE_SQL = """
    with span as (
        select product_id, customer_id, price, valid_from,
               lead(valid_from, 1, 'infinity') over (partition by product_id, customer_id order by valid_from) as until
        from sop_price
    )
    select i.id, s.bucket,
           (sum(s.consensus * coalesce(own.price, list.price)) / nullif(sum(s.consensus), 0))::float8
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    left join span own on own.product_id = d.product_id and own.customer_id = d.customer_id
         and s.bucket >= own.valid_from and s.bucket < own.until
    left join span list on list.product_id = d.product_id and list.customer_id is null
         and s.bucket >= list.valid_from and s.bucket < list.until
    where s.cycle_id = %(cycle)s and s.version = %(version)s and i.id = any(%(ids)s) group by 1, 2
"""
LIST_PRICE_SQL = """
    select i.id, m.bucket::date, p.price::float8 from supply_stockitem i
    cross join unnest(%(months)s::date[]) as m(bucket)
    join lateral (select price from sop_price p where p.product_id = i.product_id and p.customer_id is null
                  and p.valid_from <= m.bucket order by p.valid_from desc limit 1) p on true
    where i.id = any(%(ids)s)
"""
COST_SQL = """
    select i.id, m.bucket::date, (c.cost * coalesce(r.rate, 1))::float8
    from supply_stockitem i
    cross join unnest(%(months)s::date[]) as m(bucket)
    join lateral (select supplier_id from supply_sourcing l where l.item_id = i.id order by share desc, id limit 1) lane
      on true
    join sop_supplier s on s.id = lane.supplier_id
    join lateral (select cost from sop_cost c where c.product_id = i.product_id and c.supplier_id = lane.supplier_id
                  and c.valid_from <= m.bucket order by c.valid_from desc limit 1) c on true
    left join lateral (select rate from sop_rate r where r.currency = s.currency and r.valid_from <= m.bucket
                       order by r.valid_from desc limit 1) r on true
    where i.id = any(%(ids)s)
"""
LEAD_SQL = """
    select i.id, m.bucket::date, t.mean_days::float8, t.sd_days::float8
    from supply_stockitem i
    cross join unnest(%(months)s::date[]) as m(bucket)
    join lateral (select supplier_id from supply_sourcing l where l.item_id = i.id order by share desc, id limit 1) lane
      on true
    join lateral (select mean_days, sd_days from supply_leadtimeassumption t
                  where t.supplier_id = lane.supplier_id and (t.product_id = i.product_id or t.product_id is null)
                    and t.valid_from <= m.bucket
                  order by t.product_id nulls last, t.valid_from desc limit 1) t on true
    where i.id = any(%(ids)s)
"""
FIRM_SQL = """
    select o.item_id, (o.ordered - o.received)::float8, (o.unit_cost * coalesce(r.rate, 1))::float8, o.promised_on
    from supply_purchaseorderline o join sop_supplier s on s.id = o.supplier_id
    left join lateral (select rate from sop_rate r where r.currency = s.currency and r.valid_from <= %(first)s
                       order by r.valid_from desc limit 1) r on true
    where not o.closed and o.received < o.ordered and o.item_id = any(%(ids)s) order by o.item_id, o.promised_on, o.id
"""
LATE_SQL = """
    select supplier_id, avg(greatest(received_on - first_promised_on, 0))::float8
    from supply_purchaseorderline
    where received_on is not null and ordered_on <= received_on and received_on > %(first)s::date - 365
    group by 1
"""
OVERRIDE_SQL = """
    select item_id, bucket, quantity::float8 from supply_receiptoverride
    where cycle_id = %(cycle)s and quantity is not null and item_id = any(%(ids)s)
"""
REFERENCE_SQL = """
    select i.id, s.bucket, sum(s.consensus)::float8
    from demand_forecastsnapshot s join demand_series d on d.id = s.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    where s.cycle_id = %(before)s and i.id = any(%(ids)s)
      and s.version = (select max(version) from demand_forecastsnapshot where cycle_id = %(before)s)
    group by 1, 2
"""
SERIES_ERROR_SQL = """
    select i.id, e.route, e.scale::float8, (select avg(mean)::float8 from demand_baseline b
                                            where b.run_id = e.run_id and b.series_id = e.series_id)
    from demand_baselineseries e join demand_series d on d.id = e.series_id
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    where e.run_id = %(run)s and i.id = any(%(ids)s) and e.scale is not null
"""


@dataclass(frozen=True)
class SupplyInputs:
    """A supply problem with what its tables left out, in words per stock item."""

    item_ids: list[int]
    months: list[date]
    problem: SupplyProblem
    notes: dict[int, list[str]]


def supply_inputs(
    cycle: Cycle, *, item_ids: Sequence[int], version: int, rho: dict[str, Any], carry_rate: float, before: int | None
) -> SupplyInputs:
    """Return the supply problem of some stock items for one snapshot version of a cycle's consensus.

    `rho`: {"run": baseline run id, "table": records of the run's pooled cumulated errors}. `before`: id of the last
    cycle, whose consensus is the reference for "demand above plan".
    """
    months = month_list(cycle.bucket, cycle.horizon_months)
    params: dict[str, Any] = {
        "ids": list(item_ids),
        "months": months,
        "cycle": cycle.pk,
        "version": version,
        "first": cycle.bucket,
        "before": before,
        "run": rho["run"],
    }
    items = _table(ITEMS_SQL, params)
    ids = [int(item) for item in items["id"]]
    read = _Reader(ids, months, params)
    price = _first_known(read.matrix(PRICE_SQL), read.matrix(LIST_PRICE_SQL))
    cost = read.matrix(COST_SQL)
    lead, lead_sd = read.matrices(LEAD_SQL, 2)
    notes = _notes(items, cost, lead, price)
    price = np.nan_to_num(_filled(price))
    average = _floats(items["average_cost"])
    cost = np.nan_to_num(_first_known(_filled(cost), np.repeat(average[:, None], len(months), axis=1)))
    lateness = dict(_rows(LATE_SQL, params))
    firm = _rows(FIRM_SQL, params)
    place = {item: at for at, item in enumerate(ids)}
    problem = SupplyProblem.build(
        items=np.array(ids, dtype=np.int64),
        family=items["family"].to_numpy(dtype=np.str_),
        first_month=np.datetime64(cycle.bucket, "M"),
        demand=np.nan_to_num(read.matrix(DEMAND_SQL)),
        price=price,
        unit_cost=cost,
        lead_days=np.nan_to_num(_filled(lead), nan=DEFAULT_LEAD_TIME_DAYS),
        lead_days_sd=np.nan_to_num(_filled(lead_sd)),
        on_hand=np.maximum(_floats(items["on_hand"]), 0),
        avg_cost=_first_known(average, cost[:, 0]),
        backlog=_floats(items["backlog"]),
        backlog_price=price[:, 0],
        moq=_floats(items["moq"]),
        multiple=_floats(items["multiple"]),
        max_order=np.nan_to_num(_floats(items["max_order"]), nan=np.inf),
        review_days=_floats(items["review_days"]),
        payment_days=_floats(items["payment_days"]),
        late_days=np.nan_to_num(_floats(items["supplier_id"].map(lateness))),
        backorder_share=_floats(items["backorder_share"]),
        carry_rate=carry_rate,
        shelf_life_months=np.nan_to_num(_floats(items["shelf_life_days"]) / DAYS_PER_MONTH, nan=np.inf),
        max_cover_months=_floats(items["max_cover_months"]),
        service_target=_floats(items["service_target"]),
        service_by_fill=_floats(items["by_fill"]),
        rho=_rho(ids, params, rho["table"]),
        safety_override=_floats(items["safety_stock"]),
        receipt_override=read.matrix(OVERRIDE_SQL),
        reference_demand=read.matrix(REFERENCE_SQL) if before else np.nan,
        firm=FirmReceipts.build(
            item=[place[row[0]] for row in firm],
            quantity=[row[1] for row in firm],
            unit_cost=[row[2] for row in firm],
            promised=[row[3] for row in firm],
        ),
    )
    return SupplyInputs(ids, months, problem, notes)


class _Reader:
    """Queries that give item, month and values, as matrices (items x months)."""

    def __init__(self, ids: list[int], months: list[date], params: dict[str, Any]) -> None:
        self.rows, self.columns = pd.Index(ids), pd.Index(months)
        self.params = params

    def matrix(self, sql: str) -> Matrix:
        """Return the one value of a query; NaN where no row came."""
        return self.matrices(sql, 1)[0]

    def matrices(self, sql: str, count: int) -> list[Matrix]:
        """Return `count` values of a query, each as a matrix."""
        found = [np.full((len(self.rows), len(self.columns)), np.nan) for _ in range(count)]
        rows = _rows(sql, self.params)
        if not rows:
            return found
        items, months, *values = zip(*rows, strict=True)
        at, column = self.rows.get_indexer(pd.Index(items)), self.columns.get_indexer(pd.Index(months))
        known = (at >= 0) & (column >= 0)
        for matrix, value in zip(found, values, strict=True):
            matrix[at[known], column[known]] = np.array(value, dtype=float)[known]
        return found


def _rho(ids: list[int], params: dict[str, Any], table: list[dict[str, Any]]) -> Matrix:
    """Return rho(1..12) per item: its customers' cumulated errors, taken as independent, over its cumulated demand."""
    rows = _rows(SERIES_ERROR_SQL, params)
    result: Matrix = np.full((len(ids), RHO_MONTHS), RHO_UNMEASURED)
    pooled = pd.DataFrame(table, columns=RHO_COLUMNS)
    if not rows or pooled.empty:
        return result
    items, routes, scales, means = zip(*rows, strict=True)
    place = pd.Index(ids).get_indexer(pd.Index(items))
    mean = np.bincount(place, weights=np.array(means, dtype=float), minlength=len(ids))
    for month in range(1, RHO_MONTHS + 1):
        error = cumulated_error(pooled, np.array(routes), np.array(scales, dtype=float), month)
        squares = np.bincount(place, weights=np.nan_to_num(error) ** 2, minlength=len(ids))
        known = (mean > 0) & (squares > 0)
        result[known, month - 1] = np.sqrt(squares[known]) / (mean[known] * month)
    return result


def _notes(items: pd.DataFrame, cost: Matrix, lead: Matrix, price: Matrix) -> dict[int, list[str]]:
    """Return what each item's tables left out and what was taken instead: no default is silent."""
    facts = zip(
        items["id"],
        items["supplier_id"],
        items["average_cost"],
        items["on_hand"],
        _unknown(lead),
        _unknown(cost),
        _unknown(price),
        strict=True,
    )
    notes: dict[int, list[str]] = {}
    for item, supplier, average, on_hand, no_lead, no_cost, no_price in facts:
        sentences = {
            "No supplier is named; nothing can be ordered on time before one is.": pd.isna(supplier),
            f"No lead time is known; {DEFAULT_LEAD_TIME_DAYS} days are assumed.": no_lead,
            "No cost is known; stock's average cost is used.": no_cost and not pd.isna(average),
            "No cost is known; its purchases count as 0.": no_cost and pd.isna(average),
            "No selling price is known; its sales count as 0.": no_price,
            "No stock count is known; 0 is assumed on hand.": pd.isna(average),
            f"The stock count is below zero ({on_hand:,.0f}); 0 is assumed on hand.": on_hand < 0,
        }
        said = [sentence for sentence, holds in sentences.items() if holds]
        if said:
            notes[int(item)] = said
    return notes


def _unknown(matrix: Matrix) -> NDArray[np.bool_]:
    nothing: NDArray[np.bool_] = np.all(np.isnan(matrix), axis=1)
    return nothing


def _first_known(matrix: Matrix, other: Matrix) -> Matrix:
    return np.where(np.isnan(matrix), other, matrix)


def _filled(matrix: Matrix) -> Matrix:
    """Return each row with gaps filled by the month before, leading gaps by the first month known."""
    return pd.DataFrame(matrix).ffill(axis=1).bfill(axis=1).to_numpy(dtype=float)


def _floats(column: "pd.Series[Any]") -> NDArray[np.float64]:
    return pd.to_numeric(column).to_numpy(dtype=float)


def _table(sql: str, params: dict[str, Any]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])


def _rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
