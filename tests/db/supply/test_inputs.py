"""What planners set by hand: receipts, lead times, stocking policy; each with a reason, in history, while open."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sop.constants import Source, StepKind, StepState
from sop.models import CycleStep, Product, Supplier, User
from sop.refusals import Conflict, NotAllowed, Refused, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.selectors.master_history import version_of
from supply.models import ClassTarget, LeadTimeAssumption, ReceiptOverride, StockItem
from supply.services.inputs import Policy, lead_time_set, policy_set
from supply.services.receipts import ReceiptCell, receipts_set
from tests.api_world import FEBRUARY, MARCH
from tests.factories import Cast, supplier_make
from tests.supply_makers import Supplied, planned, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> Supplied:
    supplier_make()
    return supplied_make(cast)


def receipt(user: User, world: Supplied, **changes: Any) -> ReceiptOverride:
    given = {"bucket": MARCH, "quantity": Decimal(40), "reason": "Confirmed by phone", "version": 0} | changes
    with acting(user, Source.PAGE):
        reason, cell = given.pop("reason"), ReceiptCell(**given)
        return receipts_set(user=user, cycle_id=world.cycle.pk, item_id=world.item.pk, cells=[cell], reason=reason)[0]


def lead_time(user: User, world: Supplied, **changes: Any) -> LeadTimeAssumption:
    given = {
        "supplier_id": Supplier.objects.get().pk,
        "product_id": None,
        "valid_from": FEBRUARY,
        "mean_days": Decimal(60),
        "sd_days": Decimal(5),
        "reason": "Ports are full",
        "version": 0,
    } | changes
    with acting(user, Source.PAGE):
        return lead_time_set(user=user, cycle_id=world.cycle.pk, **given)


def policy(user: User, world: Supplied, **changes: Any) -> StockItem:
    given = {"service_target": Decimal("0.98"), "service_type": "fill", "safety_stock": None} | changes
    facts = {"reason": given.pop("reason", "Key item"), "version": given.pop("version", version_of(world.item))}
    with acting(user, Source.PAGE):
        return policy_set(user=user, cycle_id=world.cycle.pk, item_id=world.item.pk, policy=Policy(**given), **facts)


WRITES: list[Callable[..., Any]] = [receipt, lead_time, policy]


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("state", [StepState.WAITING, StepState.CLOSED])
def test_a_step_that_is_not_open_takes_no_input(
    cast: Cast, world: Supplied, write: Callable[..., Any], state: StepState
) -> None:
    CycleStep.objects.filter(kind=StepKind.SUPPLY).update(state=state)
    with pytest.raises(StepClosed):
        write(cast.sam, world)


@pytest.mark.parametrize("write", WRITES)
def test_only_supply_planners_set_inputs(cast: Cast, world: Supplied, write: Callable[..., Any]) -> None:
    for user in (cast.ana, cast.olga, cast.finn, cast.eve, cast.cora):
        with pytest.raises(NotAllowed):
            write(user, world)


@pytest.mark.parametrize("write", WRITES)
def test_every_input_needs_a_reason(cast: Cast, world: Supplied, write: Callable[..., Any]) -> None:
    with pytest.raises(Refused, match="Say why"):
        write(cast.sam, world, reason=" \n")


@pytest.mark.parametrize("write", WRITES)
def test_every_input_is_told_in_history_with_its_reason(cast: Cast, world: Supplied, write: Callable[..., Any]) -> None:
    row = write(cast.sam, world, reason="  As agreed  ")
    told = type(row).history.filter(id=row.pk).latest("history_id")
    assert (told.history_user_name, told.source, told.history_change_reason) == ("Sam", Source.PAGE, "As agreed")


@pytest.mark.parametrize("write", WRITES)
def test_an_input_makes_later_steps_stale(cast: Cast, world: Supplied, write: Callable[..., Any]) -> None:
    write(cast.sam, world)
    assert "run it again" in step(world.cycle, StepKind.RECONCILE).stale_because


def test_a_planners_receipts_take_the_engines_place_and_go_again(cast: Cast, world: Supplied) -> None:
    receipt(cast.sam, world)
    row = receipt(cast.sam, world, quantity=None, version=1, reason="The supplier called back")
    assert (row.version, row.quantity, row.changed_by) == (2, None, cast.sam)
    told = ReceiptOverride.history.order_by("history_id").values_list("quantity", "version")
    assert list(told) == [(40, 1), (None, 2)]


def test_a_second_planner_is_told_what_the_first_set(cast: Cast, world: Supplied) -> None:
    receipt(cast.sam, world)
    with pytest.raises(Conflict, match=r"Sam changed Mar 2022 to 40"):
        receipt(cast.sam, world, quantity=Decimal(1))
    with pytest.raises(Conflict):
        receipt(cast.sam, world, bucket=date(2022, 4, 1), version=3)
    assert ReceiptOverride.objects.get().quantity == 40


def test_a_month_given_back_is_told_as_such(cast: Cast, world: Supplied) -> None:
    receipt(cast.sam, world)
    receipt(cast.sam, world, quantity=None, version=1)
    with pytest.raises(Conflict, match=r"^Sam gave Mar 2022 back to the calculation at \d\d:\d\d, after you opened"):
        receipt(cast.sam, world, version=1)
    with pytest.raises(Conflict, match=r"^Nobody has set the planned receipts of Apr 2022"):
        receipt(cast.sam, world, bucket=date(2022, 4, 1), version=3)


def test_a_second_planner_is_told_what_rule_the_first_set(cast: Cast, world: Supplied) -> None:
    seen = version_of(world.item)
    policy(cast.sam, world, safety_stock=Decimal(12))
    told = r"^Sam set the rule to 98.00% \(.*\) and a safety stock of 12 at \d\d:\d\d, after you opened the page"
    with pytest.raises(Conflict, match=told):
        policy(cast.sam, world, service_target=Decimal("0.6"), version=seen)
    world.item.refresh_from_db()
    assert (world.item.service_target, world.item.safety_stock) == (Decimal("0.98"), 12)
    policy(cast.sam, world, service_target=Decimal("0.6"))


def test_a_second_planner_is_told_what_lead_time_the_first_stated(cast: Cast, world: Supplied) -> None:
    first = lead_time(cast.sam, world)
    told = r"^Sam set the lead time from 01 Feb 2022 to 60\.0 days, give or take 5\.0, at \d\d:\d\d, after you opened"
    with pytest.raises(Conflict, match=told):
        lead_time(cast.sam, world, mean_days=Decimal(90))
    assert LeadTimeAssumption.objects.get().mean_days == 60
    lead_time(cast.sam, world, mean_days=Decimal(90), version=version_of(first))


def test_what_a_run_measured_is_nobodys_edit(cast: Cast, world: Supplied) -> None:
    row = lead_time(cast.sam, world)
    seen = version_of(row)
    row.measured_mean_days = Decimal(52)
    row.save()
    world.item.max_cover_months = Decimal(6)
    world.item.save()
    lead_time(cast.sam, world, mean_days=Decimal(90), version=seen)
    policy(cast.sam, world, version=StockItem.history.filter(id=world.item.pk).earliest("history_id").history_id)
    assert LeadTimeAssumption.objects.get().mean_days == 90


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bucket": date(2022, 1, 1)}, "outside the plan"),
        ({"bucket": date(2023, 8, 1)}, "outside the plan"),
        ({"bucket": date(2022, 3, 2)}, "outside the plan"),
        ({"quantity": Decimal(-1)}, "below zero"),
    ],
)
def test_senseless_receipts_are_refused(cast: Cast, world: Supplied, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        receipt(cast.sam, world, **changes)


def test_a_lead_time_is_stated_once_per_day_and_what_was_measured_stays(cast: Cast, world: Supplied) -> None:
    first = lead_time(cast.sam, world)
    LeadTimeAssumption.objects.filter(pk=first.pk).update(measured_mean_days=52, receipts_measured=9)
    again = lead_time(cast.sam, world, mean_days=Decimal(75), reason="Still full", version=version_of(first))
    assert (again.pk, again.mean_days, again.note) == (first.pk, 75, "Still full")
    assert (again.measured_mean_days, again.receipts_measured) == (52, 9)
    lead_time(cast.sam, world, valid_from=MARCH)
    lead_time(cast.sam, world, product_id=world.item.product_id)
    assert LeadTimeAssumption.objects.count() == 3


@pytest.mark.parametrize("changes", [{"mean_days": Decimal(0)}, {"mean_days": Decimal(-3)}, {"sd_days": Decimal(-1)}])
def test_senseless_lead_times_are_refused(cast: Cast, world: Supplied, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        lead_time(cast.sam, world, **changes)
    assert not LeadTimeAssumption.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"service_target": Decimal("0.49")},
        {"service_target": Decimal(1)},
        {"service_target": Decimal("0.99995")},
        {"service_type": "hope"},
        {"safety_stock": Decimal(-1)},
    ],
)
def test_senseless_policies_are_refused(cast: Cast, world: Supplied, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        policy(cast.sam, world, **changes)
    world.item.refresh_from_db()
    assert world.item.service_target is None


def test_an_item_follows_the_target_of_its_class_until_it_has_its_own(cast: Cast, world: Supplied) -> None:
    def target() -> list[object]:
        facts = planned(cast.sam, world.cycle).items.get().facts
        return [facts["target"], facts["promise"]]

    assert target() == [0.95, "cycle"], "nobody set one for its class"
    ClassTarget.objects.create(abc="A", service_target=Decimal("0.99"), service_type="fill")
    ClassTarget.objects.create(abc="B", service_target=Decimal("0.9"))
    Product.objects.update(abc="A")
    assert target() == [0.99, "fill"]
    policy(cast.sam, world, service_target=Decimal("0.6"), service_type="cycle")
    assert target() == [0.6, "cycle"]
    policy(cast.sam, world, service_target=None)
    assert target() == [0.99, "fill"]


def test_a_policy_reaches_the_next_plan(cast: Cast, world: Supplied) -> None:
    policy(cast.sam, world, service_target=Decimal("0.9999"), safety_stock=Decimal("12.5"))
    run = planned(cast.sam, world.cycle)
    assert set(run.lines.values_list("safety_stock", flat=True)) == {Decimal("12.5")}
