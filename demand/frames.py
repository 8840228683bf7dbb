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

# All cells as one text of places and values: rows or arrays of them take several times as long to turn into numbers.
MATRIX_SQL = """
    with cell(series_id, bucket, value) as ({sql})
    select string_agg(r.place || ' ' || c.place || ' ' || value::float8, ' ') from cell
    join unnest(%(rows)s::bigint[]) with ordinality as r(series_id, place) using (series_id)
    join unnest(%(columns)s::date[]) with ordinality as c(bucket, place) using (bucket)
    where value is not null
"""


def history_panel(*, series_ids: Sequence[int], until: date) -> pd.DataFrame:
    """Return unique_id, ds, y: each series' monthly demand from its first month to `until`, months without a row as 0.

    Accepted cleansing replaces the raw month. Series without any actual are absent.
    """
    sql = f"""
        with span as (
            select series_id, min(bucket) as first from demand_actual
            where series_id = any(%(ids)s) and bucket <= %(until)s group by series_id
        ), months as (
            select series_id, generate_series(first, %(until)s::date, interval '1 month')::date as bucket from span
        )
        select m.series_id, m.bucket, coalesce(c.cleaned, {DEMAND_SQL}, 0)::float8
        from months m
        left join demand_actual a using (series_id, bucket)
        left join demand_cleansing c on c.series_id = m.series_id and c.bucket = m.bucket and c.state = 'accepted'
        order by 1, 2
    """  # noqa: S608  (DEMAND_SQL is the constant above)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": list(series_ids), "until": until})
        rows = cursor.fetchall()
    panel = pd.DataFrame(rows, columns=["unique_id", "ds", "y"])
    panel["ds"] = pd.to_datetime(panel["ds"])
    return panel.astype({"unique_id": "int64", "y": "float64"})


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


def series_facts(*, series_ids: Sequence[int]) -> pd.DataFrame:
    """Return unique_id, family, ends (last month of sale): what the engine needs to know beside the history."""
    sql = """
        select s.id, f.code, date_trunc('month', p.ended_on)::date from demand_series s
        join sop_product p on p.id = s.product_id join sop_family f on f.id = p.family_id
        where s.id = any(%s) order by s.id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(series_ids)])
        return pd.DataFrame(cursor.fetchall(), columns=["unique_id", "family", "ends"])
