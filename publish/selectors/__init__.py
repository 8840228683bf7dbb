"""Every read of published plans and of how they turned out; their seals are in seals.py."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Q, QuerySet

from demand.constants import Layer
from demand.selectors.layers import months_with_actuals, plan_months
from publish.constants import MeasureKind
from publish.engine.measure import bias, wmape
from publish.models import DecisionCheck, PlanLine, PlanMeasure, PublishedPlan
from sop.engine.months import month_add
from sop.models import Customer, Cycle, Family, Region, User
from sop.selectors.cycle import company, company_today
from sop.selectors.scope import customers_visible


def plans(cycle: Cycle | None = None) -> QuerySet[PublishedPlan]:
    """Return published plans, latest first."""
    found = PublishedPlan.objects.select_related("cycle", "published_by")
    return found if cycle is None else found.filter(cycle=cycle)


def plan_current(cycle: Cycle) -> PublishedPlan | None:
    """Return the plan everyone works to in this cycle: its latest version."""
    return plans(cycle).order_by("-version").first()


def correction_missing(plan: PublishedPlan | None, chosen_at: datetime) -> str:
    """Return why a plan chosen at some time is no correction of the published one; empty where it may go out."""
    if plan is None or chosen_at > plan.published_at:
        return ""
    return (
        f"Version {plan.version} is the plan that was signed. To correct it, reopen the review or an earlier step: "
        "the corrected plan is chosen and signed there."
    )


def lines(plan: PublishedPlan, user: User) -> QuerySet[PlanLine]:
    """Return a plan's lines this person may see: all, or of a rep's own customers only, without the stock lines."""
    found = PlanLine.objects.filter(plan=plan).order_by("product_code", "location_code", "customer_code", "bucket")
    if user.has_perm("sop.view_all_customers"):
        return found
    return found.filter(customer_code__in=customers_visible(user).values("code"))


def family_months(plan: PublishedPlan) -> list[tuple[str, date, Decimal, Decimal]]:
    """Return family code, month, demand, revenue of a plan, in order."""
    sql = """
        select family_code, bucket, coalesce(sum(demand), 0), coalesce(sum(revenue), 0)
        from publish_planline where plan_id = %s group by 1, 2 order by 1, 2
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [plan.pk])
        return list(cursor.fetchall())


def measures(cycle: Cycle, bucket: date, kind: str) -> QuerySet[PlanMeasure]:
    """Return how the layers of a cycle did in one month, by total, family, region or customer."""
    return PlanMeasure.objects.filter(cycle=cycle, bucket=bucket, kind=kind).order_by("code", "layer")


def measures_visible(cycle: Cycle, user: User) -> QuerySet[PlanMeasure]:
    """Return all measures of a cycle; of single customers only those this person sees in detail."""
    hidden = Q(kind=MeasureKind.CUSTOMER) & ~Q(code__in=customers_visible(user).values("code"))
    return PlanMeasure.objects.filter(cycle=cycle).exclude(hidden).order_by("bucket", "kind", "code", "layer")


def months_measurable(cycle: Cycle) -> list[date]:
    """Return the planned months of a cycle that are over and for which actuals are in."""
    today, planned = company_today(company()), set(plan_months(cycle))
    return [month for month in months_with_actuals(cycle.bucket) if month in planned and month_add(month, 1) <= today]


def decision_checks(cycle: Cycle) -> QuerySet[DecisionCheck]:
    """Return the look-backs at a cycle's decisions."""
    return DecisionCheck.objects.filter(decision__question__cycle=cycle).select_related("decision__question")


@dataclass(frozen=True)
class FamilyTable:
    """A plan by family and month: demand in base units, revenue in plan currency."""

    months: list[date]
    rows: list[tuple[str, list[Decimal], Decimal]]  # family name, revenue per month, total
    total: list[Decimal]
    sum: Decimal


def family_table(plan: PublishedPlan) -> FamilyTable:
    """Return the plan's revenue by family and month with totals."""
    found = family_months(plan)
    months = sorted({bucket for _, bucket, _, _ in found})
    names = dict(Family.objects.values_list("code", "name"))
    cells = {(code, bucket): revenue for code, bucket, _, revenue in found}
    rows = []
    for code in sorted({code for code, _, _, _ in found}, key=lambda code: names.get(code, code)):
        values = [cells.get((code, month), Decimal(0)) for month in months]
        rows.append((names.get(code, code), values, sum(values, Decimal(0))))
    total = [sum((values[i] for _, values, _ in rows), Decimal(0)) for i in range(len(months))]
    return FamilyTable(months, rows, total, sum(total, Decimal(0)))


@dataclass(frozen=True)
class MeasureRow:
    """One group's result in one month: WMAPE and bias per layer; bias plus = forecast too high."""

    name: str
    actual: Decimal
    layers: list[tuple[str, Decimal, float | None, float | None]]  # layer label, forecast, WMAPE, bias


def months_measured(cycle: Cycle) -> list[date]:
    """Return the months this cycle's plan was measured against, in order."""
    found = PlanMeasure.objects.filter(cycle=cycle).values_list("bucket", flat=True).distinct()
    return sorted(found)


def measure_table(cycle: Cycle, bucket: date, kind: MeasureKind) -> list[MeasureRow]:
    """Return one row per group, the worst consensus first, layers in their order."""
    names = _names(kind)
    grouped: dict[str, list[PlanMeasure]] = {}
    for row in measures(cycle, bucket, kind):
        grouped.setdefault(row.code, []).append(row)
    table = []
    for code, rows in grouped.items():
        by_layer = {row.layer: row for row in rows}
        layers = [
            (layer.label, m.forecast, wmape(m.absolute_error, m.actual), bias(m.forecast, m.actual))
            for layer in Layer
            if (m := by_layer.get(layer.value)) is not None
        ]
        table.append(MeasureRow(names.get(code, code or "Everything"), rows[0].actual, layers))
    return sorted(table, key=lambda row: -(row.layers[-1][2] or 0) * float(row.actual) if row.layers else 0)


@dataclass(frozen=True)
class Unplanned:
    """What was asked for in a month in series the cycle did not plan."""

    series: int
    units: Decimal


def unplanned(cycle: Cycle, bucket: date) -> Unplanned:
    """Return the demand of a month that no forecast of this cycle was made for; it is measured against 0."""
    sql = """
        select count(*), coalesce(sum(greatest(a.ordered - a.cancelled, 0)), 0) from demand_actual a
        where a.bucket = %(bucket)s and a.ordered > a.cancelled and a.series_id not in (
            select series_id from demand_forecastsnapshot where cycle_id = %(cycle)s and bucket = %(bucket)s
               and version = (select max(version) from demand_forecastsnapshot where cycle_id = %(cycle)s))
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"cycle": cycle.pk, "bucket": bucket})
        return Unplanned(*cursor.fetchone())


@dataclass(frozen=True)
class OutcomeRow:
    """One family of the published plan beside what happened in a month."""

    name: str
    units: Decimal
    units_happened: Decimal
    revenue: Decimal
    revenue_happened: Decimal

    @property
    def units_off(self) -> float | None:
        """Return by how much the plan's units were too high, as a share of what happened."""
        return bias(self.units, self.units_happened)

    @property
    def revenue_off(self) -> float | None:
        """Return the same of revenue."""
        return bias(self.revenue, self.revenue_happened)


def plan_against_actual(cycle: Cycle, bucket: date) -> list[OutcomeRow]:
    """Return each family's planned and actual units and revenue of one month of the published plan."""
    plan = plan_current(cycle)
    if plan is None:
        return []
    sql = """
        with planned as (
            select family_code, sum(demand) as units, sum(revenue) as revenue from publish_planline
            where plan_id = %(plan)s and bucket = %(bucket)s group by 1
        ), happened as (
            select f.code as family_code, sum(greatest(a.ordered - a.cancelled, 0)) as units, sum(a.revenue) as revenue
            from demand_actual a join demand_series s on s.id = a.series_id
            join sop_product p on p.id = s.product_id join sop_family f on f.id = p.family_id
            where a.bucket = %(bucket)s group by 1
        )
        select coalesce(f.name, family_code), coalesce(p.units, 0), coalesce(h.units, 0),
               coalesce(p.revenue, 0), coalesce(h.revenue, 0)
        from planned p full join happened h using (family_code) left join sop_family f on f.code = family_code
        order by 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, {"plan": plan.pk, "bucket": bucket})
        return [OutcomeRow(*row) for row in cursor.fetchall()]


def _names(kind: MeasureKind) -> dict[str, str]:
    models: dict[MeasureKind, type[Family] | type[Region] | type[Customer]] = {
        MeasureKind.FAMILY: Family,
        MeasureKind.REGION: Region,
        MeasureKind.CUSTOMER: Customer,
    }
    model = models.get(kind)
    return dict(model.objects.values_list("code", "name")) if model else {}
