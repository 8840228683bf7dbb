"""Rows to panels and back: the only bridge between the demand tables and the engine (Decimal here, float there)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from numpy.typing import NDArray

FloatMatrix = NDArray[np.float64]

# What customers really asked for in the month: orders by first requested date less what they cancelled themselves.
# Shipments are what we managed, not what was wanted; a net below zero is a correction and counts as zero.
DEMAND_SQL = "greatest(ordered - cancelled, 0)"

CHAIN_MAX = 5  # products that replaced one another in a row; more says nothing of today

# All cells as one text of places and values: rows or arrays of them take several times as long to turn into numbers.
MATRIX_SQL = """
    with cell(series_id, bucket, value) as ({sql})
    select string_agg(r.place || ' ' || c.place || ' ' || value::float8, ' ') from cell
    join unnest(%(rows)s::bigint[]) with ordinality as r(series_id, place) using (series_id)
    join unnest(%(columns)s::date[]) with ordinality as c(bucket, place) using (bucket)
    where value is not null
"""

ORDERS_SQL = """
    select series_id, bucket, {column}::float8 from demand_actual
    where series_id = any(%(ids)s) and bucket between %(first)s and %(last)s
"""
OTHERS_SQL = """
    with mine as (
        select id, product_id, location_id from demand_series where id = any(%(ids)s)
    ), total as (
        select s.product_id, s.location_id, a.bucket, sum(a.shipped) as shipped
        from (select distinct product_id, location_id from mine) item
        join demand_series s using (product_id, location_id)
        join demand_actual a on a.series_id = s.id and a.bucket between %(first)s and %(last)s
        group by 1, 2, 3
    )
    select m.id, t.bucket, (t.shipped - coalesce(a.shipped, 0))::float8
    from mine m join total t using (product_id, location_id)
    left join demand_actual a on a.series_id = m.id and a.bucket = t.bucket
"""


def history_panel(*, series_ids: Sequence[int], until: date) -> pd.DataFrame:
    """Return unique_id, ds, y: each series' monthly demand from its first month to `until`, months without a row as 0.

    Accepted cleansing replaces the raw month. Before a product's own first month stand those of the product it
    replaces, at the same customer and warehouse. Series without any actual are absent.
    """
    sql = f"""
        with recursive chain as (
            select id as series_id, id as source_id, product_id, customer_id, location_id, 0 as depth
            from demand_series where id = any(%(ids)s)
            union all
            select c.series_id, s.id, s.product_id, s.customer_id, s.location_id, c.depth + 1
            from chain c join sop_product p on p.id = c.product_id
            join demand_series s on s.product_id = p.predecessor_id and s.customer_id = c.customer_id
                 and s.location_id = c.location_id
            where c.depth < {CHAIN_MAX}
        ), span as (
            select c.series_id, c.source_id, c.depth, min(a.bucket) as first
            from chain c join demand_actual a on a.series_id = c.source_id and a.bucket <= %(until)s group by 1, 2, 3
        ), part as (
            select series_id, source_id, first, min(first) over (
                partition by series_id order by depth rows between unbounded preceding and 1 preceding
            ) as replaced from span
        ), months as (
            select series_id, source_id,
                   generate_series(first, coalesce(replaced - interval '1 month', %(until)s::date),
                                   interval '1 month')::date as bucket
            from part
        )
        select m.series_id, min(m.bucket), count(*),
               string_agg(coalesce(c.cleaned, {DEMAND_SQL}, 0)::float8::text, ' ' order by m.bucket)
        from months m
        left join demand_actual a on a.series_id = m.source_id and a.bucket = m.bucket
        left join demand_cleansing c on c.series_id = m.source_id and c.bucket = m.bucket and c.state = 'accepted'
        group by 1 order by 1
    """  # noqa: S608  (the constants above)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": _array(series_ids), "until": until})
        ids, first, months, values = zip(*cursor.fetchall(), strict=True) if cursor.rowcount else ([], [], [], [])
    # A series' months follow each other without a gap: one line a series is a twentieth of one a month.
    count = np.array(months, dtype=np.int64)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    bucket = np.repeat(np.array(first, dtype="datetime64[M]"), count) + nth
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.array(ids, dtype=np.int64), count),
            "ds": bucket.astype("datetime64[ns]"),
            "y": np.fromstring(" ".join(values), sep=" ") if values else np.zeros(0),
        }
    )


def month_matrix(sql: str, params: dict[str, Any], *, series_ids: Sequence[int], months: Sequence[date]) -> FloatMatrix:
    """Return a matrix (series x months) filled from a query giving series_id, bucket, value; NaN where no row came.

    `params` are the query's own; `ids` among them is a list of series.
    """
    matrix = np.full((len(series_ids), len(months)), np.nan)
    sent = {**params, "rows": _array(series_ids), "columns": list(months)}
    if "ids" in params:
        sent["ids"] = _array(params["ids"])
    with connection.cursor() as cursor:
        cursor.execute(MATRIX_SQL.format(sql=sql), sent)
        (text,) = cursor.fetchone()
    if text is not None:
        rows, columns, found = np.fromstring(text, sep=" ").reshape(-1, 3).T
        matrix[rows.astype(int) - 1, columns.astype(int) - 1] = found
    return matrix


def _array(ids: Sequence[int]) -> str:
    """Return ids as PostgreSQL writes an array: the driver looks at every one of thousands, for each query anew."""
    return "{" + ",".join(map(str, ids)) + "}"


def orders_matrices(*, series_ids: Sequence[int], months: Sequence[date]) -> dict[str, FloatMatrix]:
    """Return ordered, shipped and cancelled (series x months; NaN before a series' first row, 0 in a month without one)

    and others: what was shipped to the other customers of the same product and location, 0 where nothing was.
    """
    params: dict[str, Any] = {"ids": list(series_ids), "first": months[0], "last": months[-1]}

    def read(sql: str) -> FloatMatrix:
        return month_matrix(sql, params, series_ids=series_ids, months=months)

    found = {name: read(ORDERS_SQL.format(column=name)) for name in ("ordered", "shipped", "cancelled")}
    begun = np.logical_or.accumulate(~np.isnan(found["ordered"]), axis=1)
    matrices = {name: np.where(begun, np.nan_to_num(table), np.nan) for name, table in found.items()}
    return matrices | {"others": np.nan_to_num(read(OTHERS_SQL))}


def series_facts(*, series_ids: Sequence[int]) -> pd.DataFrame:
    """Return what the engine needs to know beside the history: the columns of demand.engine.facts."""
    sql = """
        select s.id, f.code, r.code, c.code, p.code, date_trunc('month', p.ended_on)::date, p.whole_units
        from demand_series s
        join sop_product p on p.id = s.product_id join sop_family f on f.id = p.family_id
        join sop_customer c on c.id = s.customer_id join sop_region r on r.id = c.region_id
        where s.id = any(%s) order by s.id
    """
    columns = ["unique_id", "family", "region", "customer", "product", "ends", "whole"]
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(series_ids)])
        return pd.DataFrame(cursor.fetchall(), columns=columns)
