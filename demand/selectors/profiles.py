"""What kind of demand each row is, which way it was forecast and why, as the adopted run found it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from demand.constants import Pattern
from demand.models import BaselineRun, BaselineSeries
from demand.selectors.series import series_visible
from sop.models import User

# ABC by money: the rows that together make the first 80 % of the plan's revenue are A, the next 15 % B.
CLASSES_SQL = """
    with worth as (
        select b.series_id, sum(b.mean) as units, sum(b.mean * coalesce((
                   select p.price from sop_price p where p.product_id = d.product_id and p.valid_from <= %(today)s
                     and (p.customer_id = d.customer_id or p.customer_id is null)
                   order by p.customer_id nulls last, p.valid_from desc limit 1), 0)) as money
        from demand_baseline b join demand_series d on d.id = b.series_id
        where b.run_id = %(run)s and b.series_id = any(%(ids)s) group by 1
    ), ranked as (
        select *, sum(money) over (order by money desc, series_id) - money as before, sum(money) over () as whole
        from worth
    )
    select s.pattern, coalesce(nullif(s.xyz, ''), '-'),
           case when before < whole * 0.8 then 'A' when before < whole * 0.95 then 'B' else 'C' end,
           count(*), sum(r.units), sum(r.money)
    from ranked r join demand_baselineseries s on s.run_id = %(run)s and s.series_id = r.series_id
    group by 1, 2, 3
"""


@dataclass(frozen=True)
class PatternRow:
    """One kind of demand: how many rows, what they are worth over the plan."""

    pattern: str
    label: str
    rows: int
    units: Decimal
    money: Decimal


@dataclass(frozen=True)
class ClassCell:
    """Rows of one class of money (A, B, C) and of variation (X, Y, Z)."""

    rows: int
    share: float  # of the plan's money


@dataclass(frozen=True)
class Kinds:
    """The rows of a run by kind of demand, and by money and variation."""

    patterns: list[PatternRow]
    classes: list[tuple[str, list[ClassCell]]]  # A, B, C; in each X, Y, Z


@dataclass(frozen=True)
class ProfileFilter:
    """Which rows to show."""

    pattern: str = ""
    xyz: str = ""
    route: str = ""
    broke: bool = False
    words: str = ""


def kinds(run: BaselineRun, user: User) -> Kinds:
    """Return the rows this person sees by kind."""
    ids = list(series_visible(user).values_list("pk", flat=True))
    params: dict[str, Any] = {"run": run.pk, "ids": ids, "today": run.first_bucket}
    with connection.cursor() as cursor:
        cursor.execute(CLASSES_SQL, params)
        found = cursor.fetchall()
    patterns = []
    for value, label in Pattern.choices:
        own = [row[3:] for row in found if row[0] == value]
        if own:
            rows, units, money = (sum(column) for column in zip(*own, strict=True))
            patterns.append(PatternRow(value, label, int(rows), Decimal(units), Decimal(money)))
    whole = sum(row[5] for row in found) or Decimal(1)
    classes = [
        (abc, [_cell([row for row in found if (row[2], row[1]) == (abc, xyz)], whole) for xyz in "XYZ"])
        for abc in "ABC"
    ]
    return Kinds(patterns, classes)


def profiles(run: BaselineRun, user: User, asked: ProfileFilter) -> QuerySet[BaselineSeries]:
    """Return how each row this person sees was treated, the largest error first."""
    found = BaselineSeries.objects.filter(run=run, series__in=series_visible(user)).select_related(
        "series__product__family", "series__customer", "series__location"
    )
    for name in ("pattern", "xyz", "route"):
        if getattr(asked, name):
            found = found.filter(**{name: getattr(asked, name)})
    if asked.broke:
        found = found.filter(broke_on__isnull=False)
    for word in asked.words.split():
        found = found.filter(
            Q(series__product__name__icontains=word)
            | Q(series__product__code__iexact=word)
            | Q(series__customer__name__icontains=word)
            | Q(series__product__family__name__icontains=word)
        )
    return found.order_by(F("noise").desc(nulls_last=True), "series_id")


def _cell(found: list[tuple[object, ...]], whole: Decimal) -> ClassCell:
    rows = sum(int(str(row[3])) for row in found)
    money = sum((Decimal(str(row[5])) for row in found), Decimal(0))
    return ClassCell(rows, float(money / whole))
