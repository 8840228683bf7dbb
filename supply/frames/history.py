"""What happened to stock items of late: shipped, ordered from suppliers, forecast and asked for, by month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sop.engine.months import month_add, month_list
from supply.frames.reading import Matrix, Reader, rows_of

YEAR, LAST = 12, 3  # months

# Months are over once any actual of them is in; what a series has no row for did not happen.
LAST_MONTH_SQL = "select max(bucket) from demand_actual where bucket < %(first)s"
ACTUAL_SQL = """
    select i.id, a.bucket, sum(a.shipped)::float8, sum(greatest(a.ordered - a.cancelled, 0))::float8
    from supply_stockitem i
    join demand_series d on d.product_id = i.product_id and d.location_id = i.location_id
    join demand_actual a on a.series_id = d.id and a.bucket >= %(since)s and a.bucket <= %(last)s
    where i.id = any(%(ids)s) group by 1, 2
"""
SINCE_SQL = """
    select i.id from supply_stockitem i where i.id = any(%(ids)s) and exists (
        select from demand_series d join demand_actual a on a.series_id = d.id
        where d.product_id = i.product_id and d.location_id = i.location_id and a.bucket <= %(since)s)
"""
BOUGHT_SQL = """
    select item_id, date_trunc('month', ordered_on)::date, sum(ordered)::float8 from supply_purchaseorderline
    where item_id = any(%(ids)s) and ordered_on >= %(since)s and ordered_on < %(end)s group by 1, 2
"""
# As the last cycle that planned the month kept it.
FORECAST_SQL = """
    with kept as (
        select distinct on (m.bucket) m.bucket::date as bucket, s.cycle_id, s.version
        from unnest(%(months)s::date[]) as m(bucket)
        join sop_cycle c on c.bucket <= m.bucket
        cross join lateral (select c.id as cycle_id, (select max(version) from demand_forecastsnapshot
                                                      where cycle_id = c.id) as version) s
        where s.version is not null
        order by m.bucket, c.bucket desc
    )
    select i.id, k.bucket, sum(s.consensus)::float8
    from supply_stockitem i
    join demand_series d on d.product_id = i.product_id and d.location_id = i.location_id
    cross join kept k
    cross join lateral (  -- cell by cell through the index: a month's rows lie all over the table
        select consensus from demand_forecastsnapshot s
        where s.cycle_id = k.cycle_id and s.version = k.version and s.series_id = d.id and s.bucket = k.bucket offset 0
    ) s
    where i.id = any(%(ids)s) group by 1, 2
"""


@dataclass(frozen=True, eq=False)
class ItemHistory:
    """Months of each stock item, oldest first [units]: a year of shipments, demand and purchases, 3 of forecast.

    NaN: not known, as where an item is younger, or no cycle planned the month.
    """

    shipped: Matrix
    came: Matrix
    ordered: Matrix
    forecast: Matrix


def item_history(ids: Sequence[int], first: date) -> ItemHistory:
    """Return the last twelve months that are over before a day; five queries, whatever is asked."""
    last = rows_of(LAST_MONTH_SQL, {"first": first})[0][0]
    if last is None:
        return ItemHistory(*(np.full((len(ids), months), np.nan) for months in (YEAR, YEAR, YEAR, LAST)))
    months = month_list(month_add(last, 1 - YEAR), YEAR)
    params = {"ids": list(ids), "since": months[0], "last": last, "end": month_add(last, 1), "months": months[-LAST:]}
    read = Reader(list(ids), months, params)
    shipped, came = (np.nan_to_num(matrix) for matrix in read.matrices(ACTUAL_SQL, 2))
    old = _known(ids, {item for (item,) in rows_of(SINCE_SQL, params)})
    return ItemHistory(
        shipped=np.where(old, shipped, np.nan),
        came=np.where(old, came, np.nan),
        ordered=np.where(old, np.nan_to_num(read.matrix(BOUGHT_SQL)), np.nan),
        forecast=read.matrix(FORECAST_SQL)[:, -LAST:],
    )


def _known(ids: Sequence[int], old: set[int]) -> NDArray[np.bool_]:
    """Return which items had an actual at least a year ago, as a column."""
    return np.array([item in old for item in ids], dtype=bool).reshape(-1, 1)
