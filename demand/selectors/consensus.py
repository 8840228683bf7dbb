"""The consensus by family and layer, and how it came about: against the last cycle and against the budget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from demand.selectors.assumed import ASSUMED_SQL
from demand.selectors.kept import sums_kept
from demand.selectors.layers import plan_months, snapshot_version
from demand.selectors.price import PRICE_SQL
from sop.models import Budget, Cycle, Family
from sop.selectors.cycle import cycle_before

WINDOWS = (("3", "Next 3 months"), ("6", "Next 6 months"), ("year", "Rest of the year"), ("all", "Whole horizon"))
WORTH_SQL = f"""
    with price as materialized ({PRICE_SQL}), worth as materialized (
        select d.id as series_id, d.active, q.family_id, coalesce(price.price, 0) as price from demand_series d
        join sop_product q on q.id = d.product_id left join price on price.series_id = d.id
    )
"""  # noqa: S608  (a constant of price.py)
BASELINE_SQL = f"""
    {WORTH_SQL}
    select w.family_id, b.bucket, sum(b.naive), sum(b.naive * w.price), sum(b.mean), sum(b.mean * w.price)
    from demand_baseline b
    join demand_baselinerun r on r.id = b.run_id and r.adopted and r.cycle_id = %(cycle)s
    join worth w on w.series_id = b.series_id and w.active
    where b.bucket = any(%(months)s) group by 1, 2
"""  # noqa: S608  (the text above)
# What people and assumptions add in the cells they reach, layer by layer as selectors/layers.py reads them.
MOVED_SQL = f"""
    {WORTH_SQL}, assumed as ({ASSUMED_SQL}), touched as (
        select series_id, bucket from demand_override where cycle_id = %(cycle)s and quantity is not null
        union select series_id, bucket from assumed
    ), cell as (
        select w.family_id, t.bucket, w.price, coalesce(b.mean, 0) as baseline,
               coalesce(s.quantity, b.mean, 0) as sales,
               coalesce(assumed.quantity, s.quantity, b.mean, 0) as assumed,
               coalesce(c.quantity, assumed.quantity, s.quantity, b.mean, 0) as consensus
        from touched t join worth w on w.series_id = t.series_id and w.active
        left join demand_baselinerun r on r.cycle_id = %(cycle)s and r.adopted
        left join demand_baseline b on b.run_id = r.id and b.series_id = t.series_id and b.bucket = t.bucket
        left join demand_override s on s.cycle_id = %(cycle)s and s.layer = 'sales'
             and s.series_id = t.series_id and s.bucket = t.bucket
        left join demand_override c on c.cycle_id = %(cycle)s and c.layer = 'consensus'
             and c.series_id = t.series_id and c.bucket = t.bucket
        left join assumed on assumed.series_id = t.series_id and assumed.bucket = t.bucket
        where t.bucket = any(%(months)s)
    )
    select family_id, bucket, sum(sales - baseline), sum((sales - baseline) * price), sum(assumed - sales),
           sum((assumed - sales) * price), sum(consensus - assumed), sum((consensus - assumed) * price)
    from cell group by 1, 2
"""  # noqa: S608  (the texts above)
LAST_SQL = f"""
    {WORTH_SQL}
    select w.family_id, k.bucket, sum(k.baseline), sum(k.baseline * w.price), sum(k.consensus),
           sum(k.consensus * w.price)
    from demand_forecastsnapshot k join worth w on w.series_id = k.series_id
    where k.cycle_id = %(cycle)s and k.version = %(version)s and k.bucket = any(%(months)s) group by 1, 2
"""  # noqa: S608  (the text above)


@dataclass(frozen=True)
class Amount:
    """Base units, and money at plan price."""

    units: Decimal = Decimal(0)
    money: Decimal = Decimal(0)

    def __add__(self, other: "Amount") -> "Amount":
        """Return both together."""
        return Amount(self.units + other.units, self.money + other.money)

    def __sub__(self, other: "Amount") -> "Amount":
        """Return what is left."""
        return Amount(self.units - other.units, self.money - other.money)


NOTHING = Amount()


@dataclass(frozen=True)
class FamilyLayers:
    """One family over some months: what each layer holds; None where there is no such layer at all."""

    family_id: int
    code: str
    name: str
    naive: Amount
    baseline: Amount
    sales_added: Amount
    assumed_added: Amount
    planner_added: Amount
    last: Amount | None
    last_baseline: Amount | None
    budget: Amount | None

    @property
    def sales(self) -> Amount:
        """Return the baseline with what reps changed."""
        return self.baseline + self.sales_added

    @property
    def assumed(self) -> Amount:
        """Return sales with the assumptions in the number."""
        return self.sales + self.assumed_added

    @property
    def consensus(self) -> Amount:
        """Return the demand everybody plans for."""
        return self.assumed + self.planner_added


Layers = dict[str, dict[tuple[int, date], Amount]]  # a layer's name -> family and month -> what it holds


@dataclass(frozen=True)
class Consensus:
    """The families of a cycle by month; `over` adds months up."""

    months: list[date]
    families: dict[int, Family]
    layers: Layers

    @property
    def last_months(self) -> list[date]:
        """Return the months the last cycle planned as well."""
        return self._months_in("last")

    @property
    def budget_months(self) -> list[date]:
        """Return the months with a budget of any family."""
        return self._months_in("budget")

    def over(self, months: Sequence[date]) -> list[FamilyLayers]:
        """Return each family's layers over some months, by name."""
        chosen = set(months)
        added = {name: _added(cells, chosen) for name, cells in self.layers.items()}
        known = sorted(set().union(*added.values()), key=lambda pk: self.families[pk].name)
        return [self._family(pk, added) for pk in known]

    def _family(self, pk: int, added: dict[str, dict[int, Amount]]) -> FamilyLayers:
        def always(name: str) -> Amount:
            return added[name].get(pk, NOTHING)

        def before(name: str) -> Amount | None:
            return always(name) if self.last_months else None

        return FamilyLayers(
            family_id=pk,
            code=self.families[pk].code,
            name=self.families[pk].name,
            naive=always("naive"),
            baseline=always("baseline"),
            sales_added=always("sales"),
            assumed_added=always("assumed"),
            planner_added=always("planner"),
            last=before("last"),
            last_baseline=before("last_baseline"),
            budget=added["budget"].get(pk),
        )

    def _months_in(self, name: str) -> list[date]:
        return sorted({bucket for _, bucket in self.layers[name]})


def window_months(cycle: Cycle, window: str) -> list[date]:
    """Return the plan's months of a window: the next 3 or 6, those of its first year, or all."""
    months = plan_months(cycle)
    if window == "year":
        return [month for month in months if month.year == cycle.bucket.year]
    return months[: int(window)] if window.isdecimal() else months


def consensus(cycle: Cycle, months: Sequence[date]) -> Consensus:
    """Return the layers of every family in some months of the plan, the last cycle's and the budget beside them."""
    before = cycle_before(cycle)
    params: dict[str, Any] = {"cycle": cycle.pk, "on": cycle.bucket, "months": list(months)}
    span = (cycle.bucket, len(months))
    layers = sums_kept("baseline", cycle, lambda: _read(BASELINE_SQL, params, "naive", "baseline"), *span)
    layers |= _read(MOVED_SQL, params, "sales", "assumed", "planner")
    layers |= {"last_baseline": {}, "last": {}}
    version = snapshot_version(before) if before else None
    if before is not None and version is not None:
        of_last = params | {"cycle": before.pk, "version": version}
        layers |= sums_kept("snapshot", before, lambda: _read(LAST_SQL, of_last, "last_baseline", "last"), *span)
    budgets = Budget.objects.filter(bucket__in=months).values_list("family_id", "bucket", "units", "revenue")
    layers["budget"] = {(family, bucket): Amount(units, money) for family, bucket, units, money in budgets}
    return Consensus(list(months), {family.pk: family for family in Family.objects.all()}, layers)


def _read(sql: str, params: dict[str, Any], *names: str) -> Layers:
    """Return what a query of family, month and a pair of units and money per name gives."""
    layers: Layers = {name: {} for name in names}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for family, bucket, *numbers in cursor.fetchall():
            for at, name in enumerate(names):
                pair = (number or Decimal(0) for number in numbers[2 * at : 2 * at + 2])
                layers[name][family, bucket] = Amount(*pair)
    return layers


def _added(cells: dict[tuple[int, date], Amount], months: set[date]) -> dict[int, Amount]:
    added: dict[int, Amount] = {}
    for (family, bucket), amount in cells.items():
        if bucket in months:
            added[family] = added.get(family, NOTHING) + amount
    return added


Part = Callable[[FamilyLayers], Amount | None]


def together(families: Sequence[FamilyLayers], part: Part) -> Amount:
    """Return one layer of all families together."""
    return sum((amount for amount in map(part, families) if amount is not None), NOTHING)
