"""Makers of what a plan is published from: kept forecasts, a scenario's lines, a choice everybody signed."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils import timezone

from demand.models import Actual, ForecastSnapshot, Series
from publish.models import PublishedPlan
from publish.services import plan_publish
from reconcile.models import ScenarioLine, ScenarioRun
from review.models import Approval, PlanChoice
from sop.constants import Source, StepKind
from sop.models import Cycle, User
from sop.request_context import acting
from supply.models import StockItem
from tests.api_world import FEBRUARY, MARCH, NOON, World, all_numbers, chosen_make, step_only
from tests.factories import Cast


def snapshot_make(
    cycle: Cycle, consensus: Mapping[Series, str], *, months: tuple[date, ...] = (FEBRUARY, MARCH), version: int = 1
) -> None:
    """Keep the same number every month in every layer but naive, which is half of it."""
    ForecastSnapshot.objects.bulk_create(
        ForecastSnapshot(
            cycle=cycle,
            version=version,
            series=series,
            bucket=month,
            naive=Decimal(value) / 2,
            **dict.fromkeys(("baseline", "sales", "consensus"), Decimal(value)),
        )
        for series, value in consensus.items()
        for month in months
    )


def actual_make(series: Series, month: date, ordered: str, cancelled: str = "0") -> None:
    """Write one month of orders."""
    numbers = {"ordered": Decimal(ordered), "shipped": Decimal(ordered), "cancelled": Decimal(cancelled)}
    Actual.objects.create(series=series, bucket=month, **numbers)


def line_make(run: ScenarioRun, item: StockItem, month: date, *, demand: str, revenue: str) -> ScenarioLine:
    """Return one month of one stock item in a scenario run."""
    numbers = all_numbers(ScenarioLine, "10") | {"demand": Decimal(demand), "revenue": Decimal(revenue)}
    return ScenarioLine.objects.create(run=run, item=item, bucket=month, **numbers)


def signed_make(cast: Cast, world: World) -> ScenarioRun:
    """Return the chosen scenario's run, signed by Eve and Finn, with publishing open."""
    chosen_make(cast, world).approvals.update(state="signed", decided_at=NOON)
    step_only(world.cycle, StepKind.PUBLISH)
    return ScenarioRun.objects.get(scenario=world.dearer)


def signed_again(cycle: Cycle) -> None:
    """Choose the same scenario once more, with everybody's signature, and open publishing."""
    now = timezone.now()
    PlanChoice.objects.filter(cycle=cycle).update(chosen_at=now)
    Approval.objects.filter(choice__cycle=cycle).update(decided_at=now)
    step_only(cycle, StepKind.PUBLISH)


def publish(user: User, cycle: Cycle, reason: str = "") -> PublishedPlan:
    """Publish as a person at a page."""
    with acting(user, Source.PAGE):
        return plan_publish(user=user, cycle_id=cycle.pk, reason=reason)
