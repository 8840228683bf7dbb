"""A supply run: asked for on a kept demand, seen only when whole, refused when what it stands on has moved."""

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from demand.models import Series
from sop.constants import JobState, StepKind, StepState
from sop.models import Company, CycleEvent, CycleStep, Family, Job, Supplier
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.selectors.cycle import step
from supply import hooks
from supply.frames import queries
from supply.models import (
    Capacity,
    ClassTarget,
    ReceiptOverride,
    StockItem,
    SupplierRule,
    SupplyItem,
    SupplyLine,
    SupplyRun,
)
from supply.selectors.inputs import COLUMNS, EVERYWHERE, STANDING_STILL
from supply.selectors.problem import inputs_of
from supply.selectors.workbench import run_current
from supply.services import run as run_service
from tests.api_world import step_only
from tests.demand_makers import series_make
from tests.factories import Cast, cycle_make, family_make, location_make, product_make, supplier_make
from tests.plan_makers import snapshot_make
from tests.supply_makers import Supplied, ask, lane_make, planned, price_make, stock_make, supplied_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> Supplied:
    return supplied_make(cast)


def missing(world: Supplied) -> list[str]:
    return hooks.plan_is_run(step(world.cycle, StepKind.SUPPLY))


def test_a_run_is_seen_when_it_is_whole_and_not_before(cast: Cast, world: Supplied) -> None:
    run = ask(cast.sam, world.cycle)
    assert (run_current(world.cycle), missing(world)) == (None, ["The supply plan has not been run yet."])
    assert parts_run(run.job).state == JobState.DONE
    assert run_current(world.cycle) == run
    assert missing(world) == []
    event = CycleEvent.objects.get(kind="supply_planned")
    assert (event.user, event.sentence) == (cast.sam, "The supply plan of 1 stock items is ready.")


def test_only_supply_planners_run_it_while_the_step_is_open(cast: Cast, world: Supplied) -> None:
    for user in (cast.ana, cast.olga, cast.finn, cast.eve, cast.cora):
        with pytest.raises(NotAllowed):
            ask(user, world.cycle)
    CycleStep.objects.filter(kind=StepKind.SUPPLY).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        ask(cast.sam, world.cycle)


def test_without_a_kept_demand_there_is_nothing_to_plan_for(cast: Cast) -> None:
    cycle = cycle_make(cast)
    step_only(cycle, StepKind.SUPPLY)
    with pytest.raises(Refused, match="no demand to plan for"):
        ask(cast.sam, cycle)


def test_a_run_under_way_is_not_asked_for_twice(cast: Cast, world: Supplied) -> None:
    ask(cast.sam, world.cycle)
    with pytest.raises(Refused, match="Supply plan is running already"):
        ask(cast.sam, world.cycle)
    assert SupplyRun.objects.count() == 1


def test_everything_forecast_becomes_a_stock_item_also_what_was_forecast_and_is_inactive_now(
    cast: Cast, world: Supplied
) -> None:
    new = series_make(cast.ridge, product_make("TILE"), location_make("DC2"))
    ended = series_make(cast.ridge, product_make("NAIL"), location_make("DC3"))
    never = series_make(cast.ridge, product_make("WOOD"), location_make("DC4"))
    snapshot_make(world.cycle, {ended: "5"})
    Series.objects.filter(pk__in=[ended.pk, never.pk]).update(active=False)
    run = planned(cast.sam, world.cycle)
    items = SupplyItem.objects.filter(run=run).values_list("item__product__code", "item__location__code")
    assert sorted(items) == [("NAIL", "DC3"), ("SHINGLE", "DC1"), ("TILE", "DC2")]
    lost = SupplyLine.objects.filter(run=run, item__product__code="NAIL", bucket=world.cycle.bucket).get()
    assert (lost.demand, new.product.code) == (5, "TILE")


def test_many_new_stock_items_take_as_many_queries_as_few(cast: Cast, world: Supplied) -> None:
    def asked(first: int, count: int) -> int:
        Job.objects.update(state=JobState.DONE)
        for number in range(first, first + count):
            series_make(cast.ridge, product_make(f"NEW{number}"), world.item.location)
        with CaptureQueriesContext(connection) as queries:
            ask(cast.sam, world.cycle)
        return len(queries)

    asked(0, 1)
    assert asked(1, 30) == asked(31, 3)
    assert StockItem.objects.count() == 35
    assert set(StockItem.history.exclude(id=world.item.pk).values_list("history_user_name", "source")) == {
        (cast.sam.name, "page")
    }


def test_cut_into_parts_the_plan_is_the_same(cast: Cast, world: Supplied, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        series = series_make(cast.ridge, product_make(f"P{number}"), world.item.location)
        snapshot_make(world.cycle, {series: str(10 + number)})
    whole = planned(cast.sam, world.cycle)
    monkeypatch.setattr(run_service, "SUPPLY_CHUNK_ITEMS", 1)
    parts = planned(cast.sam, world.cycle)
    assert parts.job is not None
    assert parts.job.chunks.count() == 4
    columns = ("item_id", "bucket", "closing", "planned_receipts", "releases", "lost", "inventory_value")
    whole_lines, part_lines = (
        list(SupplyLine.objects.filter(run=run).order_by("item", "bucket").values_list(*columns))
        for run in (whole, parts)
    )
    assert part_lines == whole_lines


def line_lost(run: SupplyRun) -> None:
    SupplyLine.objects.filter(run=run).latest("id").delete()


def item_lost(run: SupplyRun) -> None:
    one = SupplyItem.objects.filter(run=run).latest("id")
    SupplyLine.objects.filter(run=run, item=one.item).delete()
    one.delete()


@pytest.mark.parametrize("lose", [line_lost, item_lost])
def test_a_run_that_is_not_whole_is_refused_and_the_old_one_stays(
    cast: Cast, world: Supplied, monkeypatch: pytest.MonkeyPatch, lose: Callable[[SupplyRun], None]
) -> None:
    old = planned(cast.sam, world.cycle)
    series = series_make(cast.ridge, product_make("TILE"), world.item.location)
    snapshot_make(world.cycle, {series: "5"})
    monkeypatch.setattr(run_service, "SUPPLY_CHUNK_ITEMS", 1)
    run = ask(cast.sam, world.cycle)
    parts_run(run.job, stop_before_last=True)
    lose(run)
    job = parts_run(run.job)
    assert (job.state, "The plan is not whole" in job.error) == (JobState.FAILED, True)
    assert run_current(world.cycle) == old


def test_a_run_for_a_demand_closed_anew_meanwhile_is_refused(cast: Cast, world: Supplied) -> None:
    old = planned(cast.sam, world.cycle)
    run = ask(cast.sam, world.cycle)
    snapshot_make(world.cycle, {world.series: "99"}, version=2)
    CycleStep.objects.filter(kind=StepKind.SUPPLY).update(stale_because="Gather demand was reopened.")
    job = parts_run(run.job)
    assert (job.state, "Demand was closed anew" in job.error) == (JobState.FAILED, True)
    assert run_current(world.cycle) == old
    assert missing(world) == ["Gather demand was reopened."], "what is stale stays stale"


@pytest.mark.parametrize("state", [StepState.WAITING, StepState.CLOSED])
def test_a_run_that_ends_after_its_step_closed_changes_nothing(cast: Cast, world: Supplied, state: StepState) -> None:
    old = planned(cast.sam, world.cycle)
    run = ask(cast.sam, world.cycle)
    CycleStep.objects.filter(kind=StepKind.SUPPLY).update(state=state, closed_at=timezone.now())
    assert parts_run(run.job).state == JobState.FAILED
    assert run_current(world.cycle) == old


def test_a_new_run_makes_later_steps_stale_and_its_own_fresh(cast: Cast, world: Supplied) -> None:
    CycleStep.objects.filter(kind=StepKind.SUPPLY).update(stale_because="Gather demand was reopened.")
    planned(cast.sam, world.cycle)
    assert step(world.cycle, StepKind.SUPPLY).stale_because == ""
    assert step(world.cycle, StepKind.RECONCILE).stale_because == "The supply plan was run again."


CHANGES: dict[str, Callable[[Supplied], object]] = {
    "a count": lambda world: stock_make(world.item, "100"),
    "a lane": lambda world: lane_make(world.item),
    "a price": lambda world: price_make(world.item.product, "5"),
    "a policy": lambda world: changed(world.item, service_target="0.99"),
    "a class's target": lambda world: ClassTarget.objects.create(abc="C", service_target="0.9"),
    "a stock item": lambda world: StockItem.objects.create(product=product_make("TILE"), location=world.item.location),
    "the company": lambda world: Company.objects.create(pk=1, carry_rate="0.25"),
    "a carrying cost": lambda world: changed(Company.objects.create(pk=1), carry_rate="0.25"),
    "a plan currency": lambda world: changed(Company.objects.create(pk=1), currency="EUR"),
    "a shelf life": lambda world: changed(world.item.product, shelf_life_days=90),
    "a counting in whole units": lambda world: changed(world.item.product, whole_units=False),
    "a product's family": lambda world: changed(world.item.product, family=family_make("SIDING")),
    "a family's code": lambda world: changed(world.item.product.family, code="ROOFS"),
    "a supplier's currency": lambda world: changed(Supplier.objects.get(), currency="CAD"),
    "a limit": lambda world: Capacity.objects.create(
        supplier=supplier_make("EASTGATE"), bucket=world.cycle.bucket, unit="units", quantity=5
    ),
    "a limit's rule": lambda world: SupplierRule.objects.create(supplier=supplier_make("EASTGATE"), cut_by="priority"),
    "a warehouse's space": lambda world: changed(world.item.location, space_m3=900),
    "a volume": lambda world: changed(world.item.product, volume_m3=2),
    "a supplier's payment": lambda world: changed(Supplier.objects.get(), payment_days=60),
}


def changed(row: Model, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@pytest.mark.parametrize("name", CHANGES)
def test_supply_does_not_close_on_a_plan_made_before_an_input_changed(cast: Cast, world: Supplied, name: str) -> None:
    if name.startswith("a supplier"):
        lane_make(world.item)
    planned(cast.sam, world.cycle)
    assert missing(world) == []
    CHANGES[name](world)
    assert missing(world) == ["An input of the supply plan changed since it was run; run it again."]
    planned(cast.sam, world.cycle)
    assert missing(world) == []


def test_what_plans_nothing_leaves_the_plan_as_it_is(cast: Cast, world: Supplied) -> None:
    lane_make(world.item)
    company = Company.objects.create(pk=1)
    planned(cast.sam, world.cycle)
    changed(company, name="Harlow Supply", timezone="America/Chicago")
    changed(Supplier.objects.get(), name="Northgate Mills")
    changed(world.item, buyer=cast.sam)
    changed(world.item.product, name="Shingle, grey")
    changed(Family.objects.get(), name="Roofs")
    product_make("TILE", family_make("SIDING"))
    supplier_make("SOUTHGATE")
    assert missing(world) == []


def test_every_table_a_run_reads_is_watched_or_stands_still(cast: Cast, world: Supplied) -> None:
    tables = {model._meta.db_table for model in apps.get_models()}
    with CaptureQueriesContext(connection) as asked:
        inputs_of(world.cycle, version=1, item_ids=[world.item.pk])
    text = queries.__dict__.values()
    read = {
        word
        for statement in [*(query["sql"] for query in asked), *(each for each in text if isinstance(each, str))]
        for word in re.findall(r"\b[a-z]+_[a-z]+\b", statement)
        if word in tables
    }
    watched = {model._meta.db_table for model in (*EVERYWHERE, *COLUMNS, ReceiptOverride)}
    assert len(read) > 10, "is this still how a run reads?"
    assert read - watched - STANDING_STILL - {"sop_cycle"} == set(), "say in selectors/inputs.py why it may change"
    assert watched - read == set()


def test_items_of_a_limited_supplier_stay_in_one_part() -> None:
    ids = list(range(1, 12))
    assert run_service.parts_cut(ids, {}, 4) == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11]]
    limited = {7: [2, 5, 9], 8: [1, 3, 4, 6, 11]}
    assert run_service.parts_cut(ids, limited, 4) == [[2, 5, 9], [1, 3, 4, 6, 11], [7, 8, 10]]


def test_risk_is_kept_whole_with_its_run_and_the_next_run_has_its_own(cast: Cast, world: Supplied) -> None:
    first = planned(cast.sam, world.cycle)
    kept = list(first.risks.order_by("bucket").values_list("bucket", "stockout", "lost_units"))
    assert len(kept) == first.horizon_months
    assert kept[0][1] == 1.0  # nothing is on hand and nothing can arrive: every draw runs out
    again = planned(cast.sam, world.cycle)
    assert list(again.risks.order_by("bucket").values_list("bucket", "stockout", "lost_units")) == kept
    assert set(again.risks.values_list("draws", flat=True)) == {200}
