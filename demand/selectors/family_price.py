"""What a family's demand and price were month by month, as the regression reads them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q, QuerySet

from demand.constants import AssumptionKind, AssumptionState
from demand.frames import DEMAND_SQL, FloatMatrix
from demand.models import Assumption, Series
from demand.selectors.layers import last_actual_month
from demand.selectors.series import series_visible
from sop.engine.months import month_list, months_between
from sop.models import Cycle, Family, User
from sop.selectors.scope import customers_visible

# A month in which goods were missing says nothing of what was wanted; a promotion that looks like an outlier does.
UNITS_SQL = f"""
    select a.bucket, sum(coalesce(c.cleaned, {DEMAND_SQL}))::float8 from demand_actual a
    left join demand_cleansing c on c.series_id = a.series_id and c.bucket = a.bucket
         and c.state = 'accepted' and c.kind = 'stockout'
    where a.series_id = any(%(ids)s) and a.bucket <= %(until)s group by 1 order by 1
"""  # noqa: S608  (a constant of frames.py)

# Each price against its own usual one, weighed by all it brought in: a month in which the dear ones sold more is no
# dearer for it, as the plain mean of the family would say. A price three times too high or low is a slip.
INDEX_SQL = """
    usual as (
        select item, percentile_cont(0.5) within group (order by price) as price, sum(weight) as weight
        from priced group by 1
    )
    select p.bucket, exp(sum((p.price - u.price) * u.weight) / sum(u.weight))::float8 from priced p
    join usual u using (item) where u.weight > 0 and abs(p.price - u.price) < ln(3) group by 1
"""
REALISED_SQL = f"""
    with priced as (
        select series_id as item, bucket, ln(revenue / shipped)::float8 as price, revenue::float8 as weight
        from demand_actual
        where series_id = any(%(ids)s) and bucket <= %(until)s and shipped > 0 and revenue > 0
    ), {INDEX_SQL}
"""  # noqa: S608  (the constant above)
LISTED_SQL = f"""
    with product as (
        select s.product_id, min(a.bucket) as first, sum(a.ordered)::float8 as weight from demand_actual a
        join demand_series s on s.id = a.series_id
        where a.series_id = any(%(ids)s) and a.bucket <= %(until)s group by 1
    ), priced as (
        select r.product_id as item, m.bucket::date, ln(listed.price)::float8 as price,
               r.weight * listed.price as weight
        from product r
        cross join lateral generate_series(r.first, %(until)s::date, interval '1 month') as m(bucket)
        cross join lateral (
            select price from sop_price p
            where p.product_id = r.product_id and p.customer_id is null and p.valid_from <= m.bucket::date
            order by p.valid_from desc limit 1
        ) listed
        where listed.price > 0
    ), {INDEX_SQL}
"""  # noqa: S608  (the constant above)


@dataclass(frozen=True)
class FamilyMonths:
    """A family's history for the rows one person sees, months in order."""

    months: list[date]
    units: FloatMatrix  # base units, goods missing filled up
    price: FloatMatrix  # at a constant mix, 1 = usual; NaN where none is known
    promotion: np.ndarray  # whether an assumption of that kind reached the month
    is_realised: bool  # price by what was paid; else by the price list


def family_series(user: User, family: Family) -> QuerySet[Series]:
    """Return the family's series that this person sees."""
    return series_visible(user).filter(product__family=family)


def family_months(cycle: Cycle, user: User, family: Family) -> FamilyMonths | None:
    """Return a family's history before the cycle; None where there is none.

    The price is what was paid (revenue over units shipped), or the dated price list where no revenue is recorded.
    """
    until = last_actual_month(before=cycle.bucket)
    ids = list(family_series(user, family).values_list("pk", flat=True))
    params = {"ids": ids, "until": until}
    units = _by_month(UNITS_SQL, params) if until else {}
    if until is None or not units:
        return None
    realised = _by_month(REALISED_SQL, params)
    price = realised or _by_month(LISTED_SQL, params)
    first = min(units)
    months = month_list(first, months_between(first, until) + 1)
    promoted = _promoted(user, family, first, until)
    return FamilyMonths(
        months=months,
        units=np.array([units.get(month, 0.0) for month in months]),
        price=np.array([price.get(month, np.nan) for month in months]),
        promotion=np.array([any(start <= month <= end for start, end in promoted) for month in months], dtype=bool),
        is_realised=bool(realised),
    )


def _by_month(sql: str, params: dict[str, Any]) -> dict[date, float]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return dict(cursor.fetchall())


def _promoted(user: User, family: Family, first: date, until: date) -> list[tuple[date, date]]:
    """Return first and last months of the promotions of the family, its products, and customers in sight."""
    stood = Assumption.objects.filter(kind=AssumptionKind.PROMOTION, first_bucket__lte=until, last_bucket__gte=first)
    counted = stood.filter(state__in=[AssumptionState.IN_NUMBER, AssumptionState.EXPIRED])
    of_family = counted.filter(Q(family=family) | Q(product__family=family))
    seen = of_family.filter(Q(customer=None) | Q(customer__in=customers_visible(user)))
    return list(seen.order_by().values_list("first_bucket", "last_bucket"))
