"""Order lines to arrays: what was ordered, promised and received, per supplier and product."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from supply.constants import LEAD_TIME_MEASURED_DAYS
from supply.frames.reading import rows_of

# A product stands for itself where its lead time is assumed apart, or where each is asked for. What was received after
# the day looked from was still open on it.
LINES_SQL = """
    with line as (
        select o.supplier_id, case when own.product_id is not null or %(each)s then i.product_id end as product_id,
               o.ordered_on - date '1970-01-01' as placed, o.first_promised_on - date '1970-01-01' as promised,
               o.promised_on < %(until)s as overdue, coalesce(o.received_on > %(until)s, false) as later,
               case when o.received_on <= %(until)s then o.received_on end as came_on, o.ordered_on,
               o.first_promised_on, o.received, o.ordered, o.closed
        from supply_purchaseorderline o join supply_stockitem i on i.id = o.item_id
        left join (select distinct supplier_id, product_id from supply_leadtimeassumption where valid_from <= %(until)s)
             own on own.supplier_id = o.supplier_id and own.product_id = i.product_id
        where o.ordered_on <= %(until)s and (%(supplier)s::bigint is null or o.supplier_id = %(supplier)s)
          and (o.ordered_on > %(until)s::date - %(days)s or not o.closed and o.received < o.ordered)
    )
    select supplier_id, product_id, array_agg(placed), array_agg(promised), array_agg(overdue),
           array_agg(coalesce(came_on - ordered_on, 'NaN'::float8)),
           array_agg(coalesce(came_on - first_promised_on, 'NaN'::float8)),
           array_agg(case when later then 0 else received / ordered end::float8),
           array_agg(closed and not later)
    from line group by 1, 2 order by 1, 2
"""


@dataclass(frozen=True, eq=False)
class OrderLines:
    """Order lines in no order: dates of order and first promise, days from each to receipt (NaN: not received).

    part: received / ordered. overdue: the promise of today has passed. closed: nothing more will come.
    """

    placed: NDArray[np.datetime64]
    promised: NDArray[np.datetime64]
    overdue: NDArray[np.bool_]
    days: NDArray[np.float64]
    late_days: NDArray[np.float64]
    part: NDArray[np.float64]
    closed: NDArray[np.bool_]


Key = tuple[int, int | None]  # supplier, and product or None for the supplier as a whole


def order_lines(until: date, *, supplier_id: int | None = None, each_product: bool = False) -> dict[Key, OrderLines]:
    """Return the order lines of about three years as known on a day, by supplier and by those products apart.

    One query whatever is asked. A supplier's own entry (product None) holds all its lines, those of products too.
    """
    params = {"until": until, "supplier": supplier_id, "each": each_product, "days": LEAD_TIME_MEASURED_DAYS}
    found: dict[Key, OrderLines] = {}
    parts: dict[int, list[OrderLines]] = {}
    for supplier, product, *columns in rows_of(LINES_SQL, params):
        lines = _lines(columns)
        parts.setdefault(supplier, []).append(lines)
        if product is not None:
            found[supplier, product] = lines
    return found | {(supplier, None): _joined(each) for supplier, each in parts.items()}


def _lines(columns: Sequence[Any]) -> OrderLines:
    placed, promised, overdue, days, late, part, closed = columns
    return OrderLines(
        placed=np.array(placed, dtype="datetime64[D]"),
        promised=np.array(promised, dtype="datetime64[D]"),
        overdue=np.array(overdue, dtype=bool),
        days=np.array(days, dtype=np.float64),
        late_days=np.array(late, dtype=np.float64),
        part=np.array(part, dtype=np.float64),
        closed=np.array(closed, dtype=bool),
    )


def _joined(parts: Sequence[OrderLines]) -> OrderLines:
    if len(parts) == 1:
        return parts[0]
    columns = {each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(OrderLines)}
    return OrderLines(**columns)
