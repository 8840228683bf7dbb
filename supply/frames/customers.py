"""Customers' demand of stock items as arrays, what they took lately, and what of each item can be delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from demand.selectors.past_sales import PAST_SALES_SQL, past_span
from demand.selectors.price import PRICE_SQL
from sop.engine.months import month_list
from supply.engine.customer_share import served_of_demand
from supply.frames.reading import Ids, Matrix, Params, cells_fill, matrices_of, numbers_of
from supply.models import SupplyRun

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
    where i.id = any(%(items)s)
"""  # noqa: S608  (a constant of the demand step)
PAST_SQL = f"""
    with past(series_id, kept) as ({PAST_SALES_SQL.format(only="and series_id = any(%(ids)s)")})
    select string_agg(series_id || ' ' || kept, ' ') from past
"""  # noqa: S608  (a constant of the demand step)
KEPT_SQL = """
    select string_agg(s.series_id || ' ' || m.place || ' ' || s.consensus || ' ' || s.baseline, ' ')
    from demand_forecastsnapshot s join unnest(%(months)s::date[]) with ordinality as m(bucket, place) using (bucket)
    where s.cycle_id = %(cycle)s and s.version = %(version)s and s.series_id = any(%(ids)s)
"""
# Only months that can be short: in all others everything asked is delivered.
LINES_SQL = """
    select string_agg(l.item_id || ' ' || m.place || ' ' || l.demand || ' ' || l.lost || ' ' || l.backlog, ' ')
    from supply_supplyline l join unnest(%(months)s::date[]) with ordinality as m(bucket, place) using (bucket)
    where l.run_id = %(run)s and (%(items)s::bigint[] is null or l.item_id = any(%(items)s))
      and (l.lost > 0 or l.backlog > 0)
"""


@dataclass(frozen=True, eq=False)
class CustomerDemand:
    """Customers' demand of those stock items that are short in any month; one entry or row per series.

    Columns as `months`. item: place of its stock item among `items` and the rows of `supply`. whole: sold in whole
    units. price [money/unit], 0 unknown. past: kept sales [units a month]. asked, baseline: series x months [units].
    supply: items x months, what of the demand is delivered [units]; NaN where that is all of it.
    """

    months: list[date]
    items: Ids
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


def customer_demand(run: SupplyRun, item_ids: Sequence[int] | None = None) -> CustomerDemand:
    """Return the demand a run planned for, customer by customer, of what is short; of some stock items, or of all."""
    months = month_list(run.first_bucket, run.horizon_months)
    after, until = past_span(before=run.first_bucket)
    params: Params = {
        **{"months": months, "cycle": run.cycle_id, "version": run.snapshot_version, "run": run.pk},
        **{"on": run.first_bucket, "past_after": after, "past_until": until},
        "items": None if item_ids is None else list(item_ids),
    }
    who, month, *lines = numbers_of(LINES_SQL, params, 5)
    short = np.unique(who.astype(np.int64))
    params["items"] = short.tolist()
    rows = numbers_of(ROWS_SQL, params, 9)
    series, items, product, family, location, customer, owner, whole = rows[:8].astype(np.int64)
    params["ids"] = series.tolist()
    kept = np.zeros(len(series))
    cells_fill(kept, series, *numbers_of(PAST_SQL, params, 2))
    of, at, *snapshot = numbers_of(KEPT_SQL, params, 4)
    asked, baseline = matrices_of(series, (of, at), snapshot, len(months))
    return CustomerDemand(
        months=months,
        items=short,
        series=series,
        item=np.searchsorted(short, items),
        product=product,
        family=family,
        location=location,
        customer=customer,
        owner=owner,
        whole=whole > 0,
        price=rows[8],
        past=kept,
        asked=np.nan_to_num(asked),
        baseline=np.nan_to_num(baseline),
        supply=served_of_demand(*matrices_of(short, (who, month), lines, len(months))),
    )
