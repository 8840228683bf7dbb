"""Two planners at the same moment, and an answer given while a run ends, on real connections."""

from datetime import date
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from django.db import transaction

from sop.constants import Source, StepKind
from sop.refusals import Refused, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from supply.models import LeadTimeAssumption, ReceiptOverride, SupplyFlag, SupplyRun
from supply.services import flags as flag_service
from supply.services import inputs, receipts
from supply.services.flags import Found, flag_answer, flags_replace
from supply.services.receipts import ReceiptCell
from tests.api_world import FEBRUARY, MARCH
from tests.factories import Cast, supplier_make
from tests.supply_makers import Supplied, supplied_make
from tests.support.races import begun_while_closing, locks_off, meet_after, patience, step_unlocked, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> Supplied:
    return supplied_make(cast)


def first_number(world: Supplied, quantity: int) -> ReceiptOverride:
    with acting(world.cast.sam, Source.PAGE):
        cell = ReceiptCell(MARCH, Decimal(quantity), 0)
        return receipts.receipts_set(
            user=world.cast.sam, cycle_id=world.cycle.pk, item_id=world.item.pk, cells=[cell], reason="By phone"
        )[0]


def test_of_two_first_receipts_one_is_refused(world: Supplied, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after(monkeypatch, "whole", receipts)  # both found no row to lock
    outcome = together(lambda: first_number(world, 1), lambda: first_number(world, 2))
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    assert ReceiptOverride.objects.get().version == 1


def stated(world: Supplied, supplier_id: int, days: int) -> LeadTimeAssumption:
    return inputs.lead_time_set(
        user=world.cast.sam,
        cycle_id=world.cycle.pk,
        supplier_id=supplier_id,
        product_id=None,
        valid_from=date(2022, 2, 1),
        mean_days=Decimal(days),
        sd_days=Decimal(0),
        reason="Ports are full",
        version=0,
    )


def test_of_two_first_lead_times_one_is_refused(world: Supplied, monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = supplier_make().pk
    meet_after(monkeypatch, "whole", inputs)
    outcome = together(lambda: stated(world, supplier, 60), lambda: stated(world, supplier, 70))
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    assert LeadTimeAssumption.objects.count() == 1


def answered_meanwhile(world: Supplied, monkeypatch: pytest.MonkeyPatch) -> SupplyFlag:
    """Answer a flag between the moment a run reads the answers and the moment it writes them."""
    run = SupplyRun.objects.create(cycle=world.cycle, snapshot_version=1, first_bucket=FEBRUARY, horizon_months=18)
    found = [Found(world.item.pk, "shortage", FEBRUARY, MARCH, Decimal(9), Decimal(45), "Short of 9")]
    flags_replace(run=run, found=found)
    flag, usual, read, answered = SupplyFlag.objects.get(), flag_service._states, Event(), Event()

    def slow(cycle_id: int, item_ids: Any) -> dict[tuple[int, str], str]:
        states = usual(cycle_id, item_ids)
        read.set()
        answered.wait(patience())
        return states

    def answer() -> None:
        read.wait(5)
        with transaction.atomic():
            flag_answer(user=world.cast.sam, flag_id=flag.pk, state="raised", note="Who gets it?")
        answered.set()

    monkeypatch.setattr(flag_service, "_states", slow)
    assert together(lambda: flags_replace(run=run, found=found), answer) == [None, None]
    flag.refresh_from_db()
    return flag


def test_an_answer_given_while_a_run_ends_stays(world: Supplied, monkeypatch: pytest.MonkeyPatch) -> None:
    flag = answered_meanwhile(world, monkeypatch)
    assert (flag.state, flag.owner, flag.note) == ("raised", world.cast.sam, "Who gets it?")


def test_without_the_lock_the_run_takes_the_answer_back(world: Supplied, monkeypatch: pytest.MonkeyPatch) -> None:
    locks_off(monkeypatch)
    flag = answered_meanwhile(world, monkeypatch)
    assert (flag.state, flag.note) == ("open", "Who gets it?"), "the race is no longer there"


def flag_of(world: Supplied) -> SupplyFlag:
    run = SupplyRun.objects.create(cycle=world.cycle, snapshot_version=1, first_bucket=FEBRUARY, horizon_months=18)
    flags_replace(run=run, found=[Found(world.item.pk, "shortage", FEBRUARY, MARCH, Decimal(9), Decimal(45), "Short")])
    return SupplyFlag.objects.get()


def answered_while_closing(world: Supplied) -> object:
    flag = flag_of(world)
    return begun_while_closing(
        world.cast.sam,
        step(world.cycle, StepKind.SUPPLY),
        lambda: flag_answer(user=world.cast.sam, flag_id=flag.pk, state="raised", note="Who gets it?"),
    )


def test_a_flag_answered_while_supply_closes_is_refused(world: Supplied) -> None:
    assert isinstance(answered_while_closing(world), StepClosed)
    assert SupplyFlag.objects.get().owner is None


def test_without_the_lock_an_answer_slips_in_behind_the_close(world: Supplied, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flag_service, "step_edit_lock", step_unlocked)
    assert isinstance(answered_while_closing(world), SupplyFlag), "the race is no longer there"
