"""A cycle that has been all the way round, small: what the API's later steps are read from in tests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from publish.models import PlanLine, PlanMeasure, PublishedPlan
from reconcile.models import Conflict, Lever, Scenario, ScenarioLine, ScenarioRun
from review.models import Approval, Approver, PlanChoice, Question
from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep, Location, StepProgress
from sop.selectors.cycle import step
from supply.models import StockItem, SupplyFlag, SupplyItem, SupplyLine, SupplyRun
from tests.factories import FEBRUARY, Cast, location_make, product_make

NOON = datetime(2022, 2, 10, 12, tzinfo=UTC)
MARCH = date(2022, 3, 1)
MONEY = {"revenue": 1000.0, "gross_margin": 300.0, "lost_revenue": 50.0, "peak_inventory_value": 400.0}
KPIS = MONEY | {"margin_share": 0.3, "fill_rate": 0.9}


@dataclass(frozen=True)
class World:
    """What was made."""

    cycle: Cycle
    item: StockItem
    run: SupplyRun
    flag: SupplyFlag
    base: Scenario
    dearer: Scenario
    conflict: Conflict


def all_numbers(model: Any, value: str) -> dict[str, Decimal]:
    """Return one value for every decimal column of a table that has no default."""
    return {
        field.name: Decimal(value)
        for field in model._meta.concrete_fields
        if field.get_internal_type() == "DecimalField" and not field.has_default()
    }


def step_only(cycle: Cycle, kind: StepKind) -> None:
    """Open one step of a cycle and close all others, whatever their rules."""
    CycleStep.objects.filter(cycle=cycle).update(state=StepState.CLOSED, closed_at=NOON, opened_at=NOON)
    CycleStep.objects.filter(cycle=cycle, kind=kind).update(state=StepState.OPEN)


def item_make(cycle: Cycle, run: SupplyRun, code: str, location: Location) -> StockItem:
    """Return a stock item with two months of supply plan, its explanation and a flag."""
    item = StockItem.objects.create(product=product_make(code), location=location)
    for month in (FEBRUARY, MARCH):
        SupplyLine.objects.create(run=run, item=item, bucket=month, **all_numbers(SupplyLine, "12.5"))
    shares = {"share_demand_error": 0.5, "share_lead_time": 0.4, "share_yield": 0.1}
    days = {"lead_time_days": 30, "lead_time_sd_days": 5, "protection_months": 1.2}
    SupplyItem.objects.create(run=run, item=item, demand_over_protection=9, sd_over_protection=3, **shares, **days)
    months = {"first_bucket": FEBRUARY, "last_bucket": MARCH}
    SupplyFlag.objects.create(cycle=cycle, run=run, item=item, kind="shortage", money=Decimal(len(code)), **months)
    return item


def scenario_make(cycle: Cycle, run: SupplyRun, item: StockItem, name: str, *, base: bool, revenue: float) -> Scenario:
    """Return a calculated scenario of two months."""
    scenario = Scenario.objects.create(cycle=cycle, name=name, base=base)
    made = ScenarioRun.objects.create(
        scenario=scenario, supply_run=run, complete=True, current=True, kpis=KPIS | {"revenue": revenue}
    )
    for month in (FEBRUARY, MARCH):
        ScenarioLine.objects.create(run=made, item=item, bucket=month, **all_numbers(ScenarioLine, "10"))
    return scenario


def world_make(cast: Cast, cycle: Cycle) -> World:
    """Return a planned cycle: a supply run, a conflict, a base plan and a scenario beside it."""
    run = SupplyRun.objects.create(
        cycle=cycle, snapshot_version=1, first_bucket=FEBRUARY, horizon_months=18, complete=True, current=True
    )
    item = item_make(cycle, run, "SHINGLE", location_make())
    base = scenario_make(cycle, run, item, "Base plan", base=True, revenue=1000.0)
    dearer = scenario_make(cycle, run, item, "Dearer", base=False, revenue=1100.0)
    Lever.objects.create(scenario=dearer, kind="raise_price", first_bucket=MARCH, params={"percent": 5.0})
    conflict = Conflict.objects.create(
        cycle=cycle,
        kind="shortage",
        family=item.product.family,
        first_bucket=FEBRUARY,
        last_bucket=MARCH,
        money=Decimal("1234.50"),
        sentence="Roofing is short from February.",
        raised_at=NOON,
    )
    return World(cycle, item, run, SupplyFlag.objects.get(), base, dearer, conflict)


def question_make(cast: Cast, world: World) -> Question:
    """Return a question Eve must decide between the base plan and the dearer one."""
    question = Question.objects.create(
        cycle=world.cycle, sentence="Raise the price of roofing?", decider=cast.eve, due_at=NOON, raised_at=NOON
    )
    question.options.set([world.base, world.dearer])
    return question


def chosen_make(cast: Cast, world: World) -> PlanChoice:
    """Return the dearer scenario as the plan, waiting for Eve's and Finn's signatures."""
    choice = PlanChoice.objects.create(
        cycle=world.cycle,
        scenario=world.dearer,
        scenario_run=ScenarioRun.objects.get(scenario=world.dearer),
        chosen_by=cast.eve,
        chosen_at=NOON,
    )
    for number, (user, function) in enumerate([(cast.eve, "Managing director"), (cast.finn, "Finance")], start=1):
        Approver.objects.create(user=user, function=function, number=number)
        Approval.objects.create(choice=choice, version=1, approver=user, function=function)
        StepProgress.objects.get_or_create(step=step(world.cycle, StepKind.REVIEW), user=user)
    return choice


def plan_make(cast: Cast, world: World) -> PublishedPlan:
    """Return a published plan with a line of each rep's customer and of the stock item, and how it turned out."""
    plan = PublishedPlan.objects.create(
        cycle=world.cycle,
        version=1,
        scenario_run=ScenarioRun.objects.get(scenario=world.dearer),
        approvers=[],
        published_by=cast.cora,
        published_by_name="Cora",
        published_at=NOON,
        currency="USD",
        line_count=3,
        seal="0" * 64,
    )
    for customer, demand in (("HARBOUR", "7"), ("RIDGE", "9"), ("", None)):
        place = {"product_code": "SHINGLE", "location_code": "DC1", "family_code": "ROOFING"}
        PlanLine.objects.create(plan=plan, customer_code=customer, bucket=FEBRUARY, demand=demand, **place)
    for kind, code in (("total", ""), ("customer", "HARBOUR"), ("customer", "RIDGE")):
        numbers = {"forecast": Decimal(12), "actual": Decimal(10), "absolute_error": Decimal(2)}
        PlanMeasure.objects.create(
            cycle=world.cycle, bucket=FEBRUARY, lag=0, kind=kind, code=code, layer="consensus", **numbers
        )
    return plan
