"""Assumptions in the number, held against what was ordered in their months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from demand.constants import AssumptionKind, AssumptionState
from demand.engine.assumption_score import EARLY, SMALL, Outcome, outcome, share_come
from demand.frames import DEMAND_SQL
from demand.models import Assumption
from demand.selectors.assumptions import assumptions_visible
from demand.selectors.layers import months_with_actuals
from sop import formats
from sop.engine.months import month_add, months_between
from sop.models import Cycle, User
from sop.selectors.scope import customers_visible

MONTHS_BACK = 12
SURE = (  # percent; probabilities have two digits
    ("over 80% sure", Decimal("80.01"), Decimal(100)),
    ("50 to 80% sure", Decimal(50), Decimal(80)),
    ("less than 50% sure", Decimal(0), Decimal("49.99")),
)

# Each month counts once, as the last cycle that planned it kept it. What an assumption was expected to give is the plan
# with it less the plan without it; what came is what was ordered less the plan without it. Where a planner's number
# stood it gave nothing. A successor's part is left out: with what left the old product it would come to nothing.
SCORE_SQL = f"""
    with kept as materialized (
        select c.id, c.bucket, c.horizon_months, r.id as run_id,
               (select max(version) from demand_forecastsnapshot v where v.cycle_id = c.id) as version
        from sop_cycle c left join demand_baselinerun r on r.cycle_id = c.id and r.adopted
        where c.bucket < %(now)s
    ), told as materialized (
        select distinct on (month) month as bucket, k.id as cycle_id, k.run_id, k.version
        from unnest(%(months)s::date[]) as month
        join kept k on k.version is not null and k.bucket <= month
             and month < k.bucket + make_interval(months => k.horizon_months)
        order by month, k.bucket desc
    ), cell as materialized (
        select c.assumption_id, c.series_id, t.*, c.quantity, c.percent,
               coalesce(sum(c.percent) over same, 0) as percents, coalesce(sum(c.quantity) over same, 0) as quantities
        from told t join demand_assumptioncell c using (cycle_id, bucket)
        where c.state = '{AssumptionState.IN_NUMBER}'
          and c.series_id in (select series_id from demand_assumptionsum where assumption_id = any(%(ids)s))
        window same as (partition by c.cycle_id, c.series_id, c.bucket)
    ), held as materialized (
        select c.assumption_id, d.product_id, d.customer_id, c.bucket, n.noise, coalesce({DEMAND_SQL}, 0) as actual,
               greatest(0, s.sales * (1 + greatest(-100, percents) / 100) + quantities) as planned,
               greatest(0, s.sales * (1 + greatest(-100, percents - coalesce(c.percent, 0)) / 100)
                           + quantities - coalesce(c.quantity, 0)) as without
        from cell c
        join demand_assumption a on a.id = c.assumption_id
        join demand_series d on d.id = c.series_id and d.customer_id = any(%(customers)s)
        join demand_forecastsnapshot s on s.cycle_id = c.cycle_id and s.version = c.version
             and s.series_id = c.series_id and s.bucket = c.bucket
        left join demand_actual x on x.series_id = c.series_id and x.bucket = c.bucket
        left join demand_baselineseries n on n.run_id = c.run_id and n.series_id = c.series_id
        where c.assumption_id = any(%(ids)s) and (a.percent is null or c.percent is not null)
          and not exists (select from demand_override o where o.cycle_id = c.cycle_id and o.series_id = c.series_id
                          and o.bucket = c.bucket and o.layer = 'consensus' and o.quantity is not null)
    ), known as (
        select assumption_id, count(distinct bucket) as months from held group by 1
    ), summed as materialized (
        select assumption_id, product_id, customer_id, sum(planned - without)::float8 as expected,
               sum(actual - without)::float8 as came, sum(noise * noise) as noise
        from held group by 1, 2, 3
    ), told_of as materialized (
        select assumption_id, sum(expected) as expected, sum(came) as came,
               coalesce(sum(expected * price), 0) as expected_money, coalesce(sum(came * price), 0) as came_money,
               sqrt(coalesce(sum(noise), 0))::float8 as noise
        from summed
        left join lateral (
            select p.price::float8 from sop_price p
            where p.product_id = summed.product_id and p.valid_from <= %(now)s
                  and (p.customer_id = summed.customer_id or p.customer_id is null)
            order by p.customer_id nulls last, p.valid_from desc limit 1
        ) dated on true
        group by 1
    )
    select assumption_id,
           (select h.owner_id from demand_historicalassumption h where h.id = assumption_id
            order by h.history_id limit 1),
           months, expected, came, expected_money, came_money, noise
    from told_of join known using (assumption_id)
"""  # noqa: S608  (our own constants)


@dataclass(frozen=True)
class AssumptionScore:
    """What an assumption was expected to give the months that are over, and what came: base units and money.

    In the rows a person sees; money at today's price.
    """

    assumption: Assumption
    stated_by: str  # who had it first: whoever it was handed to is not praised or blamed for it
    stated_by_id: int
    known: int  # months that are over
    months: int  # of these in all
    expected: float
    came: float
    expected_money: float
    came_money: float
    noise: float  # what the plan without it is usually off by, over the same cells

    @cached_property
    def outcome(self) -> Outcome:
        """Return what became of it."""
        return outcome(self.expected, self.came, noise=self.noise, known=self.known, months=self.months)

    @property
    def sentence(self) -> str:
        """Return what became of it in words."""
        expected, result = formats.units(self.expected, signed=True), self.outcome
        if result.verdict == EARLY:
            return f"Too early: {self.known} of {self.months} months known"
        if result.verdict == SMALL:
            return (
                f"Too small to tell: {expected} is within the ±{formats.units(self.noise)} these rows are usually off"
            )
        if not result.share or round(result.share * 100) <= 0:
            return f"Nothing of {expected} came"
        return f"Came: {formats.percent(result.share, digits=0)} of {expected}"


@dataclass(frozen=True)
class Tally:
    """How several assumptions turned out together."""

    name: str
    count: int  # of which something can be said
    came: int  # at least half of it
    share: float | None  # of the money expected
    open: int  # too early or too small to tell


@dataclass(frozen=True)
class TurnedOut:
    """How earlier assumptions turned out, each of them and together."""

    scores: list[AssumptionScore]  # latest months first

    @property
    def tables(self) -> list[tuple[str, list[Tally]]]:
        """Return the tallies by person, by kind and by how sure it was said to be, each under its heading."""
        people = sorted({(score.stated_by, score.stated_by_id) for score in self.scores})
        by_person = [tally(name, [s for s in self.scores if s.stated_by_id == pk]) for name, pk in people]
        by_kind = [tally(kind.label, [s for s in self.scores if s.assumption.kind == kind]) for kind in AssumptionKind]
        by_sureness = [
            tally(name, [s for s in self.scores if low <= s.assumption.probability <= high]) for name, low, high in SURE
        ]
        every = [("Stated by", by_person), ("Kind", by_kind), ("Said to be", by_sureness)]
        return [(heading, [each for each in found if each.count or each.open]) for heading, found in every]


def turned_out(cycle: Cycle, user: User, chosen: QuerySet[Assumption]) -> TurnedOut:
    """Return how those of `chosen` that were in the number turned out in the year before this cycle."""
    found = assumption_scores(cycle, user, chosen)
    latest = sorted(found.values(), key=lambda score: (score.assumption.last_bucket, score.assumption.pk), reverse=True)
    return TurnedOut(latest)


def assumption_scores(cycle: Cycle, user: User, chosen: QuerySet[Assumption]) -> dict[int, AssumptionScore]:
    """Return each assumption's score by its id, in two queries; those without a month that is over are absent."""
    since = month_add(cycle.bucket, -MONTHS_BACK)
    months = [month for month in months_with_actuals(since) if month < cycle.bucket]
    stated = {
        each.pk: each
        for each in chosen.filter(first_bucket__lt=cycle.bucket, last_bucket__gte=since).select_related(
            "product", "family", "customer", "owner"
        )
    }
    if not months or not stated:
        return {}
    params: dict[str, Any] = {
        "now": cycle.bucket,
        "months": months,
        "ids": list(stated),
        "customers": list(customers_visible(user).values_list("pk", flat=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute(SCORE_SQL, params)
        rows = cursor.fetchall()
    names = dict(User.objects.filter(pk__in={row[1] for row in rows}).values_list("pk", "name"))
    return {
        pk: AssumptionScore(stated[pk], names[by], by, known, _months(stated[pk], since, known), *sums)
        for pk, by, known, *sums in rows
    }


def others_of(cycle: Cycle, user: User, assumption: Assumption) -> tuple[AssumptionScore | None, list[Tally]]:
    """Return an assumption's own score, and how others turned out that its owner stated or that are of its kind."""
    alike = Assumption.objects.filter(Q(owner=assumption.owner_id) | Q(kind=assumption.kind))
    found = assumption_scores(cycle, user, assumptions_visible(user).filter(pk__in=alike.values("pk")))
    others = [score for pk, score in found.items() if pk != assumption.pk]
    tallies = [
        tally(
            f"Others by {assumption.owner.name}",
            [score for score in others if score.stated_by_id == assumption.owner_id],
        ),
        tally("Others of this kind", [score for score in others if score.assumption.kind == assumption.kind]),
    ]
    return found.get(assumption.pk), [each for each in tallies if each.count]


def _months(assumption: Assumption, since: date, known: int) -> int:
    """Return how many months are to be known; a withdrawn one has no more than those it counted in."""
    if assumption.state == AssumptionState.WITHDRAWN:
        return known
    return max(known, months_between(max(assumption.first_bucket, since), assumption.last_bucket) + 1)


def tally(name: str, scores: Sequence[AssumptionScore]) -> Tally:
    """Return how several turned out together."""
    told = [score for score in scores if score.outcome.is_judged]
    share = share_come([score.expected_money for score in told], [score.came_money for score in told])
    return Tally(name, len(told), sum(score.outcome.has_come for score in told), share, len(scores) - len(told))
