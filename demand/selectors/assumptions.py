"""The assumptions a person sees: what each gives this cycle's plan, and where a planner's number takes its place."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from demand.constants import AssumptionKind, AssumptionState
from demand.models import Assumption, AssumptionCell, AssumptionSum, Series
from demand.selectors.grid import gather_is_open
from sop.models import Customer, Cycle, Family, Product, User
from sop.selectors.scope import customers_editable, customers_visible

OVER_SHOWN = 50  # of those that are over; the history page has them all
NAMED = 3  # places named in a sentence

# What one assumption alone gives: percent of sales, or units. In the number it gives nothing where a planner's number
# stands; a risk or an opportunity would change what is there, so all its cells count. The sums are from the baseline;
# cells with a person's number are counted anew, as far as they differ from it.
EFFECT_SQL = """
    with typed as materialized (
        select series_id, bucket, max(quantity) filter (where layer = 'sales') as sales,
               bool_or(layer = 'consensus') as replaced
        from demand_override where cycle_id = %(cycle)s and quantity is not null group by 1, 2
    ), part as (
        select assumption_id, series_id, state, cells, 0 as replaced, units
        from demand_assumptionsum where cycle_id = %(cycle)s and assumption_id = any(%(ids)s)
        union all
        select c.assumption_id, c.series_id, c.state, 0, t.replaced::int,
               case when t.replaced and c.state = 'in_number' then 0
                    else coalesce(c.quantity, coalesce(t.sales, b.mean, 0) * c.percent / 100) end
               - coalesce(c.quantity, coalesce(b.mean, 0) * c.percent / 100)
        from typed t
        join demand_assumptioncell c on c.cycle_id = %(cycle)s and c.series_id = t.series_id and c.bucket = t.bucket
        left join demand_baselinerun r on r.cycle_id = c.cycle_id and r.adopted
        left join demand_baseline b on b.run_id = r.id and b.series_id = c.series_id and b.bucket = c.bucket
        where c.assumption_id = any(%(ids)s)
    ), price as materialized (
        select distinct on (product_id, customer_id) product_id, customer_id, price from sop_price
        where valid_from <= %(on)s order by product_id, customer_id, valid_from desc
    )
    select part.assumption_id, min(part.state), sum(part.cells), sum(part.replaced), sum(part.units)::float8,
           coalesce(sum(part.units * coalesce(own.price, common.price)), 0)::float8
    from part
    join demand_series s on s.id = part.series_id and s.active and s.customer_id = any(%(customers)s)
    left join price own on own.product_id = s.product_id and own.customer_id = s.customer_id
    left join price common on common.product_id = s.product_id and common.customer_id is null
    group by 1
"""
UNFOLLOWED_SQL = """
    select a.id, c.name || ', ' || l.name from demand_assumption a
    join demand_series s on s.active and s.product_id = a.product_id and s.customer_id = any(%(customers)s)
         and s.customer_id = coalesce(a.customer_id, s.customer_id)
    join sop_customer c on c.id = s.customer_id join sop_location l on l.id = s.location_id
    where a.id = any(%(ids)s) and not exists (
        select from demand_series t where t.active and t.product_id = a.successor_id
           and t.customer_id = s.customer_id and t.location_id = s.location_id)
      and a.successor_id is not null
    order by 1, 2
"""


@dataclass(frozen=True)
class Effect:
    """What an assumption gives this cycle's plan, in the rows a person sees: base units and money at today's price."""

    state: str  # its state in this cycle
    cells: int = 0
    replaced: int = 0  # cells in which a planner's own number stands
    units: float = 0.0
    money: float = 0.0


@dataclass(frozen=True)
class AssumptionRow:
    """One assumption as a person sees it in one cycle."""

    assumption: Assumption
    effect: Effect
    editable: bool
    unfollowed: list[str] = field(default_factory=list)  # where a successor has no series to take the demand

    @property
    def weighted_units(self) -> float:
        """Return the units by probability: what a risk or an opportunity is worth telling."""
        return self.effect.units * float(self.assumption.probability) / 100

    @property
    def weighted_money(self) -> float:
        """Return the money by probability."""
        return self.effect.money * float(self.assumption.probability) / 100

    @property
    def sentences(self) -> list[str]:
        """Return what a person should know about its effect."""
        said, count = [], self.effect.replaced
        if count and self.effect.state == AssumptionState.IN_NUMBER:
            said.append(f"The planner's number replaces it in {count:,} cell{'' if count == 1 else 's'}.")
        if self.assumption.kind == AssumptionKind.DISCONTINUED and not self.assumption.successor_id:
            heirs = " and ".join(heir.name for heir in self.assumption.product.successors.all())  # type: ignore[union-attr]
            said += (
                [f"{heirs} follows it in master data; name the successor if its demand goes there."] if heirs else []
            )
        if self.unfollowed:
            places, more = "; ".join(self.unfollowed[:NAMED]), len(self.unfollowed) - NAMED
            rest = f" and {more} more" if more > 0 else ""
            said.append(f"{self.assumption.successor} has no row at {places}{rest}: that demand moves nowhere.")
        return said


@dataclass(frozen=True)
class AssumptionGroup:
    """Assumptions of one state, with what they give together."""

    name: str
    kind: str  # in_number, opportunity, risk, over
    rows: list[AssumptionRow]
    units: float
    money: float
    weighted_money: float


def customers_of(user: User) -> set[int] | None:
    """Return the customers this person may state assumptions of; None means of all, and of none in particular."""
    if user.has_perm("demand.override_any_forecast"):
        return None
    if not user.has_perm("demand.override_forecast"):
        return set()
    return set(customers_editable(user).values_list("pk", flat=True))


def series_reached(product: Product | None, family: Family | None, customer: Customer | None) -> QuerySet[Series]:
    """Return the active series that have all that is named."""
    named = {"product": product, "product__family": family, "customer": customer}
    return Series.objects.filter(active=True, **{name: of for name, of in named.items() if of is not None})


def assumptions_visible(user: User) -> QuerySet[Assumption]:
    """Return the assumptions of the customers this person sees in detail, and those of all customers."""
    return Assumption.objects.filter(Q(customer=None) | Q(customer__in=customers_visible(user)))


def assumptions_of(cycle: Cycle, user: User) -> QuerySet[Assumption]:
    """Return the assumptions a cycle knows: stated in it or before, running in it or over."""
    return assumptions_visible(user).filter(cycle__bucket__lte=cycle.bucket)


def assumption_groups(cycle: Cycle, user: User, chosen: QuerySet[Assumption] | None = None) -> list[AssumptionGroup]:
    """Return what this person sees (all, unless chosen), by the state each had in this cycle; what is over last."""
    counting = set(
        AssumptionSum.objects.filter(cycle=cycle).order_by().values_list("assumption_id", flat=True).distinct()
    )
    known = assumptions_of(cycle, user) if chosen is None else chosen
    over = known.exclude(pk__in=counting).order_by("-last_bucket", "-pk").values_list("pk", flat=True)[:OVER_SHOWN]
    rows = assumption_rows(cycle, user, known.filter(pk__in=[*counting, *over]))
    names = {
        AssumptionState.IN_NUMBER: "In the number",
        AssumptionState.OPPORTUNITY: "Opportunities",
        AssumptionState.RISK: "Risks",
        "over": "Over",
    }
    found = [_group(name, kind, [row for row in rows if _kind(row) == kind]) for kind, name in names.items()]
    return [group for group in found if group.rows]


def assumption_rows(cycle: Cycle, user: User, chosen: QuerySet[Assumption]) -> list[AssumptionRow]:
    """Return assumptions with what they give this cycle's plan in the rows this person sees."""
    found = list(
        chosen.select_related("product", "family", "customer", "successor", "owner")
        .prefetch_related("product__successors")
        .order_by("first_bucket", "pk")
    )
    params: dict[str, Any] = {
        "cycle": cycle.pk,
        "on": cycle.bucket,
        "ids": [each.pk for each in found],
        "customers": list(customers_visible(user).values_list("pk", flat=True)),
    }
    effects = {row[0]: Effect(*row[1:]) for row in _fetch(EFFECT_SQL, params)}
    unfollowed: dict[int, list[str]] = {}
    for pk, place in _fetch(UNFOLLOWED_SQL, params):
        unfollowed.setdefault(pk, []).append(place)
    mine = customers_of(user) if gather_is_open(cycle) else set()
    return [
        AssumptionRow(
            each,
            effects.get(each.pk, Effect(each.state)),
            not each.is_over and (mine is None or each.customer_id in mine),
            [] if each.is_over else unfollowed.get(each.pk, []),
        )
        for each in found
    ]


def assumptions_touching(cycle: Cycle, user: User, chosen: QuerySet[Series]) -> list[tuple[Assumption, str]]:
    """Return the assumptions that reach one of these series in this cycle, each with its state in it."""
    cells = AssumptionCell.objects.filter(cycle=cycle, series__in=chosen)
    states = dict(cells.order_by().values_list("assumption_id", "state").distinct())
    found = assumptions_visible(user).filter(pk__in=states).select_related("product", "family", "customer", "owner")
    return [(each, states[each.pk]) for each in found.order_by("first_bucket", "pk")]


def _fetch(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _kind(row: AssumptionRow) -> str:
    return row.effect.state if row.effect.cells or not row.assumption.is_over else "over"


def _group(name: str, kind: str, rows: list[AssumptionRow]) -> AssumptionGroup:
    if kind == "over":
        rows = sorted(rows, key=lambda row: (row.assumption.last_bucket, row.assumption.pk), reverse=True)
    units, money = sum(row.effect.units for row in rows), sum(row.effect.money for row in rows)
    return AssumptionGroup(name, kind, rows, units, money, sum(row.weighted_money for row in rows))
