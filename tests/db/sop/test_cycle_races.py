"""Two people at the same moment, on real connections: each race is shown without its guard and shut with it."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Event
from time import sleep

import pytest
from django.db import transaction
from django.db.models import QuerySet

from sop import cycle_hooks
from sop.constants import Role, Source, StepKind, StepState
from sop.models import Cycle, CycleEvent, CycleStep, User
from sop.refusals import Refused, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.services import cycle_open as opening
from sop.services import people
from sop.services.cycle import cycle_event, step_close, step_edit_lock, step_submit
from sop.services.cycle_open import cycle_close, cycle_open
from sop.services.people import person_change
from sop.services.step_reopen import step_reopen
from tests.factories import FEBRUARY, Cast, cycle_make, person_make
from tests.support.races import PATIENCE, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]

ROUNDS = 5


def check_only(*, cycle_id: int, kind: StepKind) -> CycleStep:
    """Look at the step without locking it: the guard that does not hold."""
    found = CycleStep.objects.get(cycle_id=cycle_id, kind=kind)
    if found.state != StepState.OPEN:
        raise StepClosed("closed")
    return found


def edit_against_close(cast: Cast, cycle: Cycle, guard: Callable[..., CycleStep]) -> tuple[object, int, int]:
    """Start closing between an edit's check and its write; return the edit's outcome, its rows, the snapshot."""
    gather = step(cycle, StepKind.GATHER)
    checked, closed, snapshot = Event(), Event(), []

    def keep(user: User, of: CycleStep) -> None:
        snapshot.append(CycleEvent.objects.filter(cycle=cycle, kind="edit").count())

    cycle_hooks.on_close(StepKind.GATHER)(keep)

    def edit() -> str:
        with transaction.atomic():
            guard(cycle_id=cycle.pk, kind=StepKind.GATHER)
            checked.set()
            closed.wait(PATIENCE)
            cycle_event(cycle=cycle, kind="edit", sentence="A cell changed.")
        return "saved"

    def close() -> None:
        checked.wait(5)
        step_close(user=cast.olga, step_id=gather.pk)
        closed.set()

    edited, _ = together(edit, close)
    return edited, CycleEvent.objects.filter(cycle=cycle, kind="edit").count(), snapshot[0]


def gather_submitted(cast: Cast, number: int) -> Cycle:
    Cycle.objects.update(state="closed")
    cycle = cycle_make(cast, FEBRUARY.replace(month=number + 1))
    for rep in (cast.ana, cast.ben):
        step_submit(user=rep, step_id=step(cycle, StepKind.GATHER).pk)
    return cycle


@pytest.mark.parametrize("number", range(ROUNDS))
def test_an_edit_under_way_is_in_the_snapshot_of_the_step_that_closes(cast: Cast, number: int) -> None:
    edited, rows, snapshot = edit_against_close(cast, gather_submitted(cast, number), step_edit_lock)
    assert (edited, rows, snapshot) == ("saved", 1, 1)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_without_the_lock_an_edit_slips_in_after_the_snapshot(cast: Cast, number: int) -> None:
    edited, rows, snapshot = edit_against_close(cast, gather_submitted(cast, number), check_only)
    assert (edited, rows, snapshot) == ("saved", 1, 0), "the race is no longer there: is the test still a race?"


def test_an_edit_that_begins_while_the_step_closes_is_refused(cast: Cast) -> None:
    cycle = gather_submitted(cast, 1)
    closing = Event()

    def slow(user: User, of: CycleStep) -> None:
        closing.set()
        Event().wait(PATIENCE)

    cycle_hooks.on_close(StepKind.GATHER)(slow)

    def edit() -> None:
        closing.wait(5)
        with transaction.atomic():
            step_edit_lock(cycle_id=cycle.pk, kind=StepKind.GATHER)

    gather = step(cycle, StepKind.GATHER)
    _, edited = together(lambda: step_close(user=cast.olga, step_id=gather.pk), edit)
    assert isinstance(edited, StepClosed)


def close_twice(cast: Cast, cycle: Cycle) -> tuple[list[object], int]:
    """Let two planners close the same step, both past their check if nothing stops them; return outcomes, closings."""
    gather, meet = step(cycle, StepKind.GATHER), Barrier(2)

    def both_here(of: CycleStep) -> list[str]:
        with suppress(BrokenBarrierError):
            meet.wait(PATIENCE)
        return []

    cycle_hooks.before_close(StepKind.GATHER)(both_here)
    closing = [lambda user=user: step_close(user=user, step_id=gather.pk) for user in (cast.olga, cast.cora)]
    outcome = together(*closing)
    return outcome, CycleEvent.objects.filter(cycle=cycle, kind="step_closed").count()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_step_closes_once_however_many_close_it(cast: Cast, number: int) -> None:
    outcome, closings = close_twice(cast, gather_submitted(cast, number))
    assert closings == 1
    assert sum(isinstance(each, StepClosed) for each in outcome) == 1


@pytest.mark.parametrize("number", range(ROUNDS))
def test_without_the_lock_a_step_closes_twice(cast: Cast, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cycle = gather_submitted(cast, number)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self.all())
    _, closings = close_twice(cast, cycle)
    assert closings == 2, "the race is no longer there: is the test still a race?"


def test_two_coordinators_open_one_cycle(cast: Cast) -> None:
    dora = person_make("dora", Role.COORDINATOR)
    outcome = together(lambda: cycle_open(user=cast.cora), lambda: cycle_open(user=dora))
    assert Cycle.objects.count() == 1
    assert sum(isinstance(each, Refused) for each in outcome) == 1


def demote(actor: User, other: User) -> Callable[[], object]:
    def call() -> object:
        with acting(actor, Source.PAGE):
            return person_change(
                user=actor,
                person_id=other.pk,
                name=other.name,
                email=other.email,
                roles=[Role.FINANCE],
                customer_ids=[],
            )

    return call


@pytest.mark.parametrize("number", range(ROUNDS))
def test_two_coordinators_cannot_remove_each_other(cast: Cast, number: int) -> None:
    dora = person_make("dora", Role.COORDINATOR)
    outcome = together(demote(cast.cora, dora), demote(dora, cast.cora))
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    assert User.objects.filter(is_active=True, groups__name=Role.COORDINATOR).count() == 1


def test_without_the_lock_nobody_is_left_to_coordinate(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    dora, meet = person_make("dora", Role.COORDINATOR), Barrier(2)
    guard = people._keep_a_coordinator

    def both_past_the_check(person: User) -> None:
        guard(person)
        with suppress(BrokenBarrierError):
            meet.wait(PATIENCE)

    monkeypatch.setattr(people, "_keep_a_coordinator", both_past_the_check)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self.all())
    together(demote(cast.cora, dora), demote(dora, cast.cora))
    assert not User.objects.filter(is_active=True, groups__name=Role.COORDINATOR).exists()


def reopen_against_cycle_close(cast: Cast, cycle: Cycle, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Reopen a step while its cycle closes: the close has seen every step closed and has not ended yet."""
    CycleStep.objects.filter(cycle=cycle).update(state=StepState.CLOSED)
    seen = Event()

    def slowly(**line: object) -> None:
        seen.set()
        sleep(PATIENCE)

    monkeypatch.setattr(opening, "cycle_event", slowly)

    def reopen() -> object:
        seen.wait(5)
        return step_reopen(user=cast.cora, step_id=step(cycle, StepKind.REVIEW).pk, reason="A wrong price")

    return together(lambda: cycle_close(user=cast.cora, cycle_id=cycle.pk), reopen)


def test_no_step_reopens_in_a_cycle_that_closes_meanwhile(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cycle = cycle_make(cast)
    closed, refused = reopen_against_cycle_close(cast, cycle, monkeypatch)
    assert isinstance(closed, Cycle)
    assert isinstance(refused, Refused)
    assert step(cycle, StepKind.REVIEW).state == StepState.CLOSED
