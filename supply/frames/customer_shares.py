"""What customers ask of a run and what of it can be delivered, read back as arrays or added up."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sop.engine.months import month_list
from supply.constants import ShareRule
from supply.frames.reading import Ids, Matrix, Params, matrices_of, numbers_of, rows_of
from supply.models import StockItem, SupplyRun

PREFIX = {ShareRule.PAST_SALES: "sales", ShareRule.CORRECTED_NEED: "need"}  # of a rule's columns
ROWS_SQL = """
    select string_agg(concat_ws(' ', d.id, d.product_id, p.family_id, d.location_id, d.customer_id,
                                coalesce(c.owner_id, 0)), ' ' order by d.id)
    from demand_series d
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    join sop_product p on p.id = d.product_id join sop_customer c on c.id = d.customer_id
    where %(item)s::bigint is null or i.id = %(item)s
"""
ASKED_SQL = """
    select string_agg(s.series_id || ' ' || m.place || ' ' || s.consensus, ' ')
    from demand_forecastsnapshot s join unnest(%(months)s::date[]) with ordinality as m(bucket, place) using (bucket)
    where s.cycle_id = %(cycle)s and s.version = %(version)s {only}
"""
ONLY = "and series_id = any(%(ids)s)"
SHARES_SQL = """
    select string_agg(concat_ws(' ', s.series_id, m.place, s.{rule}_served, s.{rule}_gained, s.{rule}_blind::int,
                                s.price), ' ')
    from supply_customershare s join unnest(%(months)s::date[]) with ordinality as m(bucket, place) using (bucket)
    where s.run_id = %(run)s and (%(item)s::bigint is null or s.item_id = %(item)s)
"""
# What is asked of some products, or by some of their customers' rows, month by month.
ASKED_OF_SQL = """
    select d.{key}, s.bucket, sum(s.consensus::float8)
    from demand_series d
    join supply_stockitem i on i.product_id = d.product_id and i.location_id = d.location_id
    join sop_product p on p.id = d.product_id
    join demand_forecastsnapshot s on s.series_id = d.id and s.cycle_id = %(cycle)s and s.version = %(version)s
    where d.{key} = any(%(keys)s) and (%(family)s::bigint is null or p.family_id = %(family)s)
      and (%(product)s::bigint is null or d.product_id = %(product)s)
      and (%(location)s::bigint is null or d.location_id = %(location)s)
      and (%(customers)s::bigint[] is null or d.customer_id = any(%(customers)s))
    group by 1, 2
"""


@dataclass(frozen=True, eq=False)
class Shares:
    """Customers' rows (product, customer, warehouse) by month; entries and rows alike, columns as `months`.

    owner: 0 where a customer has none. price [money/unit] on the plan's first day, 0 unknown or where nothing is short.
    asked, served, gained by asking more alone [units], scarce (the item was short that month): rows x months. blind:
    rows nothing is known of, neither sales nor baseline, so that in a scarce month they get what the others leave.
    """

    months: list[date]
    series: Ids
    product: Ids
    family: Ids
    location: Ids
    customer: Ids
    owner: Ids
    price: Matrix
    asked: Matrix
    served: Matrix
    gained: Matrix
    scarce: NDArray[np.bool_]
    blind: NDArray[np.bool_]

    @property
    def short(self) -> Matrix:
        """Return what is asked and cannot be delivered [units]."""
        return self.asked - self.served

    @property
    def money(self) -> Matrix:
        """Return what that would have brought in [money]."""
        return self.short * self.price[:, None]

    def take(self, rows: NDArray[np.bool_]) -> "Shares":
        """Return some of the rows."""
        return Shares(**{name: value if name == "months" else value[rows] for name, value in vars(self).items()})


def shares_of(run: SupplyRun, rule: ShareRule, item: StockItem | None = None) -> Shares:
    """Return every customer's row of a run, or those of one stock item; three queries, whatever is asked."""
    months = month_list(run.first_bucket, run.horizon_months)
    params: Params = {
        **{"months": months, "cycle": run.cycle_id, "version": run.snapshot_version, "run": run.pk},
        "item": item and item.pk,
    }
    series, product, family, location, customer, owner = numbers_of(ROWS_SQL, params, 6).astype(np.int64)
    params["ids"] = series.tolist()
    who, month, wanted = numbers_of(ASKED_SQL.format(only=ONLY if item else ""), params, 3)
    asked = np.nan_to_num(matrices_of(series, (who, month), [wanted], len(months))[0])
    who, month, *values = numbers_of(SHARES_SQL.format(rule=PREFIX[rule]), params, 6)
    served, gained, blind, price = matrices_of(series, (who, month), values, len(months))
    scarce = ~np.isnan(served)
    return Shares(
        months=months,
        series=series,
        product=product,
        family=family,
        location=location,
        customer=customer,
        owner=owner,
        price=np.nan_to_num(price).max(axis=1, initial=0.0),
        asked=asked,
        served=np.where(scarce, served, asked),
        gained=np.nan_to_num(gained),
        scarce=scarce,
        blind=(blind == 1).any(axis=1),
    )


def asked_of(run: SupplyRun, key: str, keys: list[int], **only: object) -> list[tuple[int, date, float]]:
    """Return what is asked by key ("product_id", or "id": a customer's row) and month [units].

    `only`: family, product, location, customers (None: all).
    """
    params = {"cycle": run.cycle_id, "version": run.snapshot_version, "keys": keys, **only}
    return rows_of(ASKED_OF_SQL.format(key=key), params)
