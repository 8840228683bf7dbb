"""What a planner looks at first: products that are exceptions, what has been reviewed, and the biggest misses."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from demand.constants import MISS_MONTHS, Attention, Route
from demand.frames import DEMAND_SQL
from demand.models import BaselineSeries, ReviewMark
from demand.selectors.assumed import ASSUMED_SQL
from demand.selectors.grid import prices
from demand.selectors.layers import months_with_actuals
from demand.selectors.series import layer_of, series_visible
from demand.selectors.submit import reasons_missing
from sop.engine.months import month_add
from sop.models import Cycle, Product, User

# Products with a month outside the range its baseline gives it 8 times in 10. Only months somebody changed, or an
# assumption reached, can be: the baseline itself lies inside. A planner looks at the consensus, a rep at own numbers.
OUTSIDE_SQL = f"""
    with assumed as ({ASSUMED_SQL}), cell as (
        select distinct on (series_id, bucket) series_id, bucket, quantity from (
            select series_id, bucket, quantity, 1 as place from demand_override
            where cycle_id = %(cycle)s and layer = %(layer)s and quantity is not null
            union all
            select series_id, bucket, quantity, 2 from assumed where %(layer)s = 'consensus'
            union all
            select series_id, bucket, quantity, 3 from demand_override
            where cycle_id = %(cycle)s and layer = 'sales' and quantity is not null and %(layer)s = 'consensus'
        ) each where series_id = any(%(ids)s) order by series_id, bucket, place
    )
    select distinct d.product_id from cell c
    join demand_series d on d.id = c.series_id
    join demand_baselinerun r on r.cycle_id = %(cycle)s and r.adopted
    join demand_baseline b on b.run_id = r.id and b.series_id = c.series_id and b.bucket = c.bucket
    where c.quantity < b.q0_1 or c.quantity > b.q0_9
"""  # noqa: S608  (a constant of assumed.py)

# What the last plan that held a month said of it, against what was ordered.
MISS_SQL = f"""
    with said as (
        select distinct on (s.series_id, s.bucket) s.series_id, s.bucket, s.consensus
        from demand_forecastsnapshot s join sop_cycle c on c.id = s.cycle_id
        where s.series_id = any(%(ids)s) and s.bucket = any(%(months)s) and c.bucket < %(now)s
        order by s.series_id, s.bucket, c.bucket desc, s.version desc
    )
    select d.product_id, said.series_id, sum(abs(said.consensus - coalesce({DEMAND_SQL}, 0)))::float8
    from said join demand_series d on d.id = said.series_id
    left join demand_actual a on a.series_id = said.series_id and a.bucket = said.bucket
    group by 1, 2
"""  # noqa: S608  (a constant of frames.py)


@dataclass(frozen=True)
class Miss:
    """How far the last plan was from what was ordered: absolute error summed over series and months."""

    units: float
    money: float  # at today's prices; 0 where none is known


def exceptions(cycle: Cycle, user: User) -> dict[int, list[str]]:
    """Return why each exceptional product the person sees is one, as codes of Attention.

    A product the person reviewed is one only while a reason is missing: that alone keeps a territory from being
    submitted.
    """
    ids = list(series_visible(user).values_list("pk", flat=True))
    found: dict[int, list[str]] = defaultdict(list)
    for row in reasons_missing(cycle, user):
        found[row.product_id].append(Attention.REASON.value)
    looked_at = set(reviewed(cycle, user))
    with connection.cursor() as cursor:
        cursor.execute(OUTSIDE_SQL, {"cycle": cycle.pk, "layer": layer_of(user), "ids": ids})
        outside = {product for (product,) in cursor.fetchall()}
    short = BaselineSeries.objects.filter(
        run__cycle=cycle, run__adopted=True, series__in=series_visible(user), route=Route.SHORT
    ).values_list("series__product_id", flat=True)
    for code, products in ((Attention.RANGE, outside), (Attention.SHORT, set(short))):
        for product in products - looked_at:
            found[product].append(code.value)
    return dict(found)


def reviewed(cycle: Cycle, user: User) -> list[int]:
    """Return the products this person marked as reviewed in this cycle."""
    marks = ReviewMark.objects.filter(cycle=cycle, user=user).order_by("product_id")
    return list(marks.values_list("product_id", flat=True))


def miss_months(cycle: Cycle) -> list[date]:
    """Return the latest months of actuals before the cycle, at most MISS_MONTHS."""
    return [month for month in months_with_actuals(month_add(cycle.bucket, -12)) if month < cycle.bucket][-MISS_MONTHS:]


def misses(cycle: Cycle, user: User) -> dict[int, Miss]:
    """Return by product how far the last plan was off over miss_months, summed over the series the person sees.

    A product no earlier cycle planned is missing.
    """
    ids = list(series_visible(user).values_list("pk", flat=True))
    params: dict[str, Any] = {"ids": ids, "months": miss_months(cycle), "now": cycle.bucket}
    with connection.cursor() as cursor:
        cursor.execute(MISS_SQL, params)
        rows = cursor.fetchall()
    price = np.nan_to_num(prices([series for _, series, _ in rows], cycle.bucket))
    units: dict[int, float] = defaultdict(float)
    money: dict[int, float] = defaultdict(float)
    for (product, _, missed), each in zip(rows, price, strict=True):
        units[product] += missed
        money[product] += missed * float(each)
    return {product: Miss(round(units[product], 3), round(money[product], 2)) for product in units}


def classes(user: User) -> dict[int, str]:
    """Return the ABC class of each product the person sees that has one."""
    seen = Product.objects.filter(pk__in=series_visible(user).values("product")).exclude(abc="")
    return dict(seen.values_list("pk", "abc"))


def attention_json(cycle: Cycle, user: User) -> dict[str, Any]:
    """Return what moves with every edit: exceptions and what is reviewed."""
    return {
        "exceptions": {str(product): codes for product, codes in exceptions(cycle, user).items()},
        "reviewed": reviewed(cycle, user),
    }


def facts_json(cycle: Cycle, user: User) -> dict[str, Any]:
    """Return what stays as it is while the page is open: classes and misses, [units, money] by product."""
    return {
        "abc": {str(product): abc for product, abc in classes(user).items()},
        "misses": {str(product): [miss.units, miss.money] for product, miss in misses(cycle, user).items()},
        "miss_months": [f"{month:%b %y}" for month in miss_months(cycle)],
    }


@dataclass(frozen=True)
class ProductAttention:
    """One product as the filters of the grid know it."""

    product: str
    abc: str
    why: list[str]
    reviewed: bool
    missed_units: float | None
    missed_money: float | None


def attention_rows(cycle: Cycle, user: User) -> list[ProductAttention]:
    """Return every product the person sees, by code, with why it needs a look and how far the last plan was off."""
    why, marked, missed = exceptions(cycle, user), set(reviewed(cycle, user)), misses(cycle, user)
    seen = Product.objects.filter(pk__in=series_visible(user).values("product")).order_by("code")
    rows = []
    for pk, code, abc in seen.values_list("pk", "code", "abc"):
        miss = missed.get(pk)
        off = (miss.units, miss.money) if miss else (None, None)
        rows.append(ProductAttention(code, abc, why.get(pk, []), pk in marked, *off))
    return rows
