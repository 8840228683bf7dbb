"""Customers' demand of stock items as arrays, what they took lately, and what of each item can be delivered."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from demand.selectors.past_sales import PAST_SALES_SQL, past_span
from demand.selectors.price import PRICE_SQL
from sop.engine.months import month_list
from supply.engine.customer_share import served_of_demand
from supply.frames.reading import Matrix, Params, rows_of
from supply.models import StockItem, SupplyRun

Ids = NDArray[np.int64]

# Everything comes as one text of numbers a query: rows of them take several times as long to turn into arrays.
ROWS_SQL = f"""
    with price as ({PRICE_SQL})
    select string_agg(concat_ws(' ', d.id, i.id, p.id, p.family_id, d.location_id, d.customer_id,
                                coalesce(c.owner_id, 0), p.whole_units::int, coalesce(price.price, 0)),
                      ' ' order by d.id)
    from demand_series d
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    join sop_product p on p.id = d.product_id join sop_customer c on c.id = d.customer_id
    left join price on price.series_id = d.id
    where %(item)s::bigint is null or i.id = %(item)s
"""  # noqa: S608  (a constant of the demand step)
PAST_SQL = f"""
    with past(series_id, kept) as ({PAST_SALES_SQL}) select string_agg(series_id || ' ' || kept, ' ') from past
"""  # noqa: S608  (a constant of the demand step)
ASKED_SQL = """
    select string_agg(s.series_id || ' ' || m.place || ' ' || s.consensus, ' ')
    from demand_forecastsnapshot s join unnest(%(months)s::date[]) with ordinality as m(bucket, place) using (bucket)
    where s.cycle_id = %(cycle)s and s.version = %(version)s {only}
"""
BASELINE_SQL = ASKED_SQL.replace("s.consensus", "s.baseline")
ONLY = "and series_id = any(%(ids)s)"
# Only months that can be short: in all others everything asked is delivered.
LINES_SQL = """
    select string_agg(l.item_id || ' ' || m.place || ' ' || l.demand || ' ' || l.lost || ' ' || l.backlog, ' ')
    from supply_supplyline l join unnest(%(months)s::date[]) with ordinality as m(bucket, place) using (bucket)
    where l.run_id = %(run)s and (%(item)s::bigint is null or l.item_id = %(item)s)
      and (l.lost > 0 or l.backlog > 0)
"""


@dataclass(frozen=True, eq=False)
class CustomerDemand:
    """Customers' demand of a run's stock items; one entry or row per series, columns as `months`.

    item: place of its stock item among the rows of `supply`. whole: sold in whole units. price [money/unit], 0 unknown.
    past: kept sales [units a month]. asked, baseline: series x months [units]; the baseline 0 where it was not wanted.
    supply: items x months, what of the demand is delivered [units]; NaN where that is all of it.
    """

    months: list[date]
    series: Ids
    item: Ids
    product: Ids
    family: Ids
    location: Ids
    customer: Ids
    owner: Ids
    whole: NDArray[np.bool_]
    price: Matrix
    past: Matrix
    asked: Matrix
    baseline: Matrix
    supply: Matrix


def customer_demand(run: SupplyRun, item: StockItem | None = None, *, every_baseline: bool = False) -> CustomerDemand:
    """Return the demand a run planned for, customer by customer; of one stock item, or of all.

    The baseline is read of all series, or only of those of which nothing was kept.
    """
    months = month_list(run.first_bucket, run.horizon_months)
    after, until = past_span(before=run.first_bucket)
    params: Params = {
        **{"months": months, "cycle": run.cycle_id, "version": run.snapshot_version, "run": run.pk},
        **{"on": run.first_bucket, "past_after": after, "past_until": until, "item": item and item.pk},
    }
    rows = _numbers(ROWS_SQL, params, 9)
    series, items, product, family, location, customer, owner, whole = rows[:8].astype(np.int64)
    only, params["ids"] = ONLY if item else "", series.tolist()
    planned, place = np.unique(items, return_inverse=True)
    kept = np.zeros(len(series))
    _fill(kept, series, *_numbers(PAST_SQL.format(only=only), params, 2))
    asked = _matrices(ASKED_SQL.format(only=only), params, series, 1)[0]
    if not every_baseline:
        only, params["ids"] = ONLY, series[kept == 0].tolist()
    return CustomerDemand(
        months=months,
        series=series,
        item=place,
        product=product,
        family=family,
        location=location,
        customer=customer,
        owner=owner,
        whole=whole > 0,
        price=rows[8],
        past=kept,
        asked=np.nan_to_num(asked),
        baseline=np.nan_to_num(_matrices(BASELINE_SQL.format(only=only), params, series, 1)[0]),
        supply=served_of_demand(*_matrices(LINES_SQL, params, planned, 3)),
    )


def _numbers(sql: str, params: Params, count: int) -> Matrix:
    """Return the columns of a query that gives `count` numbers a row as one text; each column is a row here."""
    ((text,),) = rows_of(sql, params)
    return np.fromstring(text or "", sep=" ").reshape(-1, count).T


def _matrices(sql: str, params: Params, ids: Ids, count: int) -> list[Matrix]:
    """Return `count` matrices (ids x months) from a query of ids, places of months and numbers; NaN where none."""
    found = [np.full((len(ids), len(params["months"])), np.nan) for _ in range(count)]
    who, month, *values = _numbers(sql, params, count + 2)
    for matrix, numbers in zip(found, values, strict=True):
        _fill(matrix, ids, who, numbers, month.astype(np.int64) - 1)
    return found


def _fill(table: Matrix, ids: Ids, who: Matrix, numbers: Matrix, *column: Ids) -> None:
    """Write numbers into the rows of those they belong to; `ids` in order, what is not among them is left out."""
    if not len(ids):
        return
    at = np.minimum(np.searchsorted(ids, who), len(ids) - 1)
    known = ids[at] == who
    table[(at[known], *(each[known] for each in column))] = numbers[known]
