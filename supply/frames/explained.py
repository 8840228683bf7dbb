"""What is known of stock items beside the plan: lead times measured and of a year ago, what was held a year ago."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from supply.constants import EARLIER_DAYS
from supply.frames.reading import rows_of

OLDEST_COUNT_DAYS = 62  # a count older than that on the day asked for says nothing of that day

# Of the supplier a stock item is bought from. A product measured apart moved as its supplier did.
LEAD_SQL = """
    select i.id, lane.supplier_id, now.measured_mean_days::float8, now.measured_sd_days::float8,
           coalesce(now.receipts_measured, 0), r.measured_days, r.earlier_days, r.earlier_sd_days,
           coalesce(r.earlier_receipts, 0), before.mean_days::float8, before.sd_days::float8
    from supply_stockitem i
    join lateral (select supplier_id from supply_sourcing l where l.item_id = i.id order by share desc, id limit 1) lane
      on true
    left join lateral (select * from supply_leadtimeassumption t
                  where t.supplier_id = lane.supplier_id and (t.product_id = i.product_id or t.product_id is null)
                    and t.valid_from <= %(first)s
                  order by t.product_id nulls last, t.valid_from desc limit 1) now on true
    left join lateral (select mean_days, sd_days from supply_leadtimeassumption t
                  where t.supplier_id = lane.supplier_id and (t.product_id = i.product_id or t.product_id is null)
                    and t.valid_from <= %(before)s
                  order by t.product_id nulls last, t.valid_from desc limit 1) before on true
    left join supply_supplierrecord r on r.run_id = %(run)s and r.supplier_id = lane.supplier_id
    where i.id = any(%(ids)s)
"""
# A line received after that day was open on it; one closed without a receipt is taken to have been closed before.
HELD_SQL = """
    select i.id, (stock.quantity + coalesce(open.quantity, 0))::float8
    from supply_stockitem i
    join lateral (select greatest(quantity, 0) as quantity from supply_onhand o
                  where o.item_id = i.id and o.as_of <= %(before)s and o.as_of > %(oldest)s
                  order by o.as_of desc limit 1) stock on true
    left join (select item_id, sum(case when received_on is null then greatest(ordered - received, 0)
                                        else ordered end) as quantity
               from supply_purchaseorderline
               where item_id = any(%(ids)s) and ordered_on <= %(before)s
                 and (received_on > %(before)s or received_on is null and not closed)
               group by 1) open on open.item_id = i.id
    where i.id = any(%(ids)s)
"""
# What shipments since its arrival have not used up of units bought ahead; `unnest` holds one row a purchase.
LEFT_SQL = """
    select b.item, greatest(b.units - coalesce(sum(a.shipped), 0), 0)::float8
    from unnest(%(items)s::bigint[], %(units)s::float8[], %(arrives)s::date[])
         with ordinality as b(item, units, arrives, n)
    join supply_stockitem i on i.id = b.item
    left join demand_series d on d.product_id = i.product_id and d.location_id = i.location_id
    left join demand_actual a on a.series_id = d.id and a.bucket >= b.arrives and a.bucket < %(first)s
    group by b.n, b.item, b.units
"""


@dataclass(frozen=True, eq=False)
class LeadTimes:
    """Per stock item: its supplier (None = no lane); rows of measured mean, sd, of a year ago mean, sd [days]."""

    suppliers: list[int | None]
    days: NDArray[np.float64]  # 4 x items, NaN = not known


def lead_times(ids: list[int], run_id: int, first: date, least_receipts: int) -> LeadTimes:
    """Return measured lead times and those of a year ago; measured counts from so many receipts on.

    A year ago is measured where today is; else what was assumed then stands against what is assumed now.
    """
    place = {item: at for at, item in enumerate(ids)}
    suppliers: list[int | None] = [None] * len(ids)
    days = np.full((4, len(ids)), np.nan)
    params = {"ids": ids, "run": run_id, "first": first, "before": first - timedelta(EARLIER_DAYS)}
    for item, supplier, mean, sd, receipts, of_supplier, then, then_sd, then_receipts, assumed, assumed_sd in rows_of(
        LEAD_SQL, params
    ):
        at = place[item]
        suppliers[at] = supplier
        if receipts >= least_receipts and mean is not None:
            days[:2, at] = mean, sd or 0.0
            if then_receipts >= least_receipts and of_supplier:
                days[2:, at] = np.array([then, then_sd or 0.0]) * (mean / of_supplier)
        elif assumed is not None:
            days[2:, at] = assumed, assumed_sd
    return LeadTimes(suppliers, days)


def held_before(ids: list[int], first: date) -> NDArray[np.float64]:
    """Return what was on hand and on order a year before a day [units]; NaN where no count is near enough."""
    before = first - timedelta(EARLIER_DAYS)
    params = {"ids": ids, "before": before, "oldest": before - timedelta(OLDEST_COUNT_DAYS)}
    return _by_item(ids, rows_of(HELD_SQL, params), np.nan)


def pre_bought_left(ids: list[int], bought: list[tuple[int, float, date]], first: date) -> NDArray[np.float64]:
    """Return what is left of agreed pre-buys (item, units, month of arrival) per stock item [units]."""
    wanted = set(ids)
    rows = [each for each in bought if each[0] in wanted]
    if not rows:
        return np.zeros(len(ids))
    items, units, arrives = (list(column) for column in zip(*rows, strict=True))
    params = {"items": items, "units": units, "arrives": arrives, "first": first}
    return _by_item(ids, rows_of(LEFT_SQL, params), 0.0)


def _by_item(ids: list[int], rows: list[tuple[int, float]], otherwise: float) -> NDArray[np.float64]:
    """Return one value per stock item, several added up."""
    place = {item: at for at, item in enumerate(ids)}
    found = np.full(len(ids), np.nan)
    for item, value in rows:
        at = place[item]
        found[at] = value if np.isnan(found[at]) else found[at] + value
    return np.where(np.isnan(found), otherwise, found)
