"""Conflicts over the calculations of a cycle: raised, refreshed, gone, back, and the answers people gave."""

from decimal import Decimal
from threading import Event

import pytest
from django.db import transaction
from django.utils import timezone

from reconcile.models import Conflict
from reconcile.selectors import conflicts
from reconcile.services import conflict as service
from reconcile.services.conflict import FoundConflict, conflict_answer, conflicts_replace
from sop.constants import Source, StepKind
from sop.models import Cycle, Family, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from tests.api_world import FEBRUARY, MARCH, step_only
from tests.factories import Cast, cycle_make, family_make
from tests.reconcile_makers import base_calculated, reconciled_make
from tests.support.races import begun_while_closing, locks_off, patience, step_unlocked, together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    family_make()
    made = cycle_make(cast)
    step_only(made, StepKind.RECONCILE)
    return made


def found(kind: str = "shortage", money: str = "450") -> FoundConflict:
    family = Family.objects.get()
    return FoundConflict(
        kind, family.pk, None, FEBRUARY, MARCH, Decimal(money), Decimal(90), f"{family.name}: {money} at risk"
    )


def replace(user: User, cycle: Cycle, *each: FoundConflict) -> None:
    with acting(user, Source.JOB):
        conflicts_replace(cycle=cycle, found=each)


def answer(user: User, conflict: Conflict, state: str = "accepted", note: str = "We live with it.") -> Conflict:
    with acting(user, Source.PAGE):
        return conflict_answer(user=user, conflict_id=conflict.pk, state=state, note=note)


def test_the_base_plan_finds_the_shortage_and_says_it_in_a_sentence(cast: Cast) -> None:
    world = reconciled_make(cast)
    base_calculated(cast.olga, world.cycle)
    conflict = Conflict.objects.get(kind="shortage")
    assert (conflict.money, conflict.units, conflict.state) == (450, 90, "open")
    assert (conflict.first_bucket, conflict.product) == (FEBRUARY, world.item.product)
    assert conflict.sentence.startswith("Roofing runs short from February 2022")


def test_an_answer_lasts_as_long_as_its_cause(cast: Cast, cycle: Cycle) -> None:
    replace(cast.olga, cycle, found())
    answer(cast.finn, Conflict.objects.get())
    replace(cast.olga, cycle, found(money="300"))
    row = Conflict.objects.get()
    assert (row.money, row.state, row.owner, row.note) == (300, "accepted", cast.finn, "We live with it.")


def test_what_is_gone_closes_itself_and_what_comes_back_opens_again(cast: Cast, cycle: Cycle) -> None:
    replace(cast.olga, cycle, found(), found("cash"))
    answer(cast.finn, Conflict.objects.get(kind="cash"))
    replace(cast.olga, cycle, found())
    gone = Conflict.objects.get(kind="cash")
    assert (gone.state, gone.gone_at is not None) == ("gone", True)
    assert [row.kind for row in conflicts(cycle)] == ["shortage"]
    with pytest.raises(Refused, match="no longer shows it"):
        answer(cast.finn, gone)
    before = timezone.now()
    replace(cast.olga, cycle, found(), found("cash"))
    back = Conflict.objects.get(kind="cash")
    assert (back.state, back.gone_at, back.owner, back.raised_at > before) == ("open", None, cast.finn, True)
    told = Conflict.history.filter(id=back.pk).order_by("history_id").values_list("state", "history_user_name")
    assert list(told) == [("open", "Olga"), ("accepted", "Finn"), ("gone", "Olga"), ("open", "Olga")]


def test_the_same_calculation_twice_raises_nothing_twice(cast: Cast, cycle: Cycle) -> None:
    for _ in range(2):
        replace(cast.olga, cycle, found(), found("margin"))
    assert Conflict.objects.count() == 2


def test_conflicts_of_another_cycle_are_left_alone(cast: Cast, cycle: Cycle) -> None:
    replace(cast.olga, cycle, found())
    Cycle.objects.update(state="closed")
    replace(cast.olga, cycle_make(cast, MARCH))
    assert Conflict.objects.get().state == "open"


@pytest.mark.parametrize("name", ["ana", "eve", "cora"])
def test_planners_and_finance_answer_conflicts(cast: Cast, cycle: Cycle, name: str) -> None:
    replace(cast.olga, cycle, found())
    with pytest.raises(NotAllowed):
        answer(getattr(cast, name), Conflict.objects.get())


@pytest.mark.parametrize(("state", "note"), [("accepted", " "), ("gone", "Done."), ("sent", "Up to you.")])
def test_an_answer_owns_it_or_accepts_it_with_a_sentence(cast: Cast, cycle: Cycle, state: str, note: str) -> None:
    replace(cast.olga, cycle, found())
    with pytest.raises(Refused):
        answer(cast.finn, Conflict.objects.get(), state, note)
    assert answer(cast.sam, Conflict.objects.get(), "open", "").owner == cast.sam


def answered_meanwhile(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Conflict:
    """Answer a conflict between the moment a calculation reads it and the moment it writes it."""
    family_make()
    cycle = cycle_make(cast)
    step_only(cycle, StepKind.RECONCILE)
    conflicts_replace(cycle=cycle, found=[found()])
    row, read, answered, again = Conflict.objects.get(), Event(), Event(), found()

    def slow() -> object:
        read.set()
        answered.wait(patience())
        return timezone.now()

    def give() -> None:
        read.wait(5)
        with transaction.atomic():
            conflict_answer(user=cast.finn, conflict_id=row.pk, state="accepted", note="We live with it.")
        answered.set()

    monkeypatch.setattr(service, "timezone", type("Slow", (), {"now": staticmethod(slow)}))
    assert together(lambda: conflicts_replace(cycle=cycle, found=[again]), give) == [None, None]
    row.refresh_from_db()
    return row


@pytest.mark.django_db(transaction=True)
def test_an_answer_given_while_a_calculation_ends_stays(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    row = answered_meanwhile(cast, monkeypatch)
    assert (row.state, row.owner, row.note) == ("accepted", cast.finn, "We live with it.")


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_calculation_takes_it_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    locks_off(monkeypatch)
    row = answered_meanwhile(cast, monkeypatch)
    assert (row.state, row.owner) == ("open", None), "the race is no longer there"


def test_a_conflict_takes_no_answer_once_reconcile_is_closed(cast: Cast, cycle: Cycle) -> None:
    replace(cast.olga, cycle, found())
    step_only(cycle, StepKind.REVIEW)
    with pytest.raises(StepClosed, match=r"Reconcile.* was closed on 10 Feb 2022"):
        answer(cast.finn, Conflict.objects.get())
    assert Conflict.objects.get().owner is None


def answered_while_closing(cast: Cast, cycle: Cycle) -> object:
    conflicts_replace(cycle=cycle, found=[found()])
    row = Conflict.objects.get()
    return begun_while_closing(
        cast.olga,
        step(cycle, StepKind.RECONCILE),
        lambda: conflict_answer(user=cast.finn, conflict_id=row.pk, state="accepted", note="We live with it."),
    )


@pytest.mark.django_db(transaction=True)
def test_a_conflict_answered_while_reconcile_closes_is_refused(cast: Cast, cycle: Cycle) -> None:
    assert isinstance(answered_while_closing(cast, cycle), StepClosed)
    assert Conflict.objects.get().owner is None


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_an_answer_slips_in_behind_the_close(
    cast: Cast, cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "step_edit_lock", step_unlocked)
    assert isinstance(answered_while_closing(cast, cycle), Conflict), "the race is no longer there"


def test_what_leadership_was_asked_stays_with_it_through_owning_and_calculating(cast: Cast, cycle: Cycle) -> None:
    replace(cast.olga, cycle, found())
    Conflict.objects.update(state="sent")
    answer(cast.finn, Conflict.objects.get(), "open", "I look after it.")
    replace(cast.olga, cycle, found(money="300"))
    row = Conflict.objects.get()
    assert (row.state, row.owner, row.money) == ("sent", cast.finn, 300)
    assert answer(cast.finn, row).state == "accepted"
