"""Every read of published plans and of how they turned out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from demand.models import Actual
from publish.models import DecisionCheck, PlanLine, PlanMeasure, PublishedPlan
from publish.seal import FIELDS, Heading, Value, seal
from sop.models import Cycle, User
from sop.selectors.scope import customers_visible


@dataclass(frozen=True)
class SealCheck:
    """What recomputing one plan's seal found."""

    plan: PublishedPlan
    computed: str

    @property
    def intact(self) -> bool:
        """Return whether the lines still are what was approved."""
        return self.computed == self.plan.seal


def plans(cycle: Cycle | None = None) -> QuerySet[PublishedPlan]:
    """Return published plans, latest first."""
    found = PublishedPlan.objects.select_related("cycle", "published_by")
    return found if cycle is None else found.filter(cycle=cycle)


def plan_current(cycle: Cycle) -> PublishedPlan | None:
    """Return the plan everyone works to in this cycle: its latest version."""
    return plans(cycle).order_by("-version").first()


def lines(plan: PublishedPlan, user: User) -> QuerySet[PlanLine]:
    """Return a plan's lines this person may see: a rep's own customers and the stock lines without customer."""
    found = PlanLine.objects.filter(plan=plan).order_by("product_code", "location_code", "customer_code", "bucket")
    if user.has_perm("sop.view_all_customers"):
        return found
    return found.filter(customer_code__in=customers_visible(user).values("code"))


def heading(plan: PublishedPlan) -> Heading:
    """Return what the plan's seal covers beside its lines."""
    return Heading(plan.cycle.bucket, plan.version, plan.currency, plan.approvers, plan.previous_seal)


def line_values(plan: PublishedPlan) -> Iterator[tuple[Value, ...]]:
    """Return all lines as tuples in the seal's field order, streamed."""
    return PlanLine.objects.filter(plan=plan).values_list(*FIELDS).iterator(chunk_size=5000)


def seal_check(plan: PublishedPlan) -> SealCheck:
    """Recompute one plan's seal from what the database holds now."""
    return SealCheck(plan, seal(heading(plan), line_values(plan)))


def seals_check() -> list[SealCheck]:
    """Recompute every seal, oldest first."""
    return [seal_check(plan) for plan in PublishedPlan.objects.select_related("cycle").order_by("id")]


def family_months(plan: PublishedPlan) -> list[tuple[str, date, Decimal, Decimal]]:
    """Return family code, month, demand, revenue of a plan, in order."""
    sql = """
        select family_code, bucket, coalesce(sum(demand), 0), coalesce(sum(revenue), 0)
        from publish_planline where plan_id = %s group by 1, 2 order by 1, 2
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [plan.pk])
        return cursor.fetchall()


def measures(cycle: Cycle, bucket: date, kind: str) -> QuerySet[PlanMeasure]:
    """Return how the layers of a cycle did in one month, by total, family, region or customer."""
    return PlanMeasure.objects.filter(cycle=cycle, bucket=bucket, kind=kind).order_by("code", "layer")


def months_measurable(cycle: Cycle) -> list[date]:
    """Return the planned months of a cycle for which actuals are in."""
    last = Actual.objects.order_by("-bucket").values_list("bucket", flat=True).first()
    if last is None or last < cycle.bucket:
        return []
    return list(
        Actual.objects.filter(bucket__gte=cycle.bucket).order_by("bucket").values_list("bucket", flat=True).distinct()
    )


def decision_checks(cycle: Cycle) -> QuerySet[DecisionCheck]:
    """Return the look-backs at a cycle's decisions."""
    return DecisionCheck.objects.filter(decision__question__cycle=cycle).select_related("decision__question")
