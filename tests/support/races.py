"""Calls at the same moment, each on a connection of its own, and guards that do not hold."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Event, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from sop import cycle_hooks
from sop.constants import StepKind, StepState
from sop.models import CycleStep, User
from sop.refusals import Refused, StepClosed
from sop.services.cycle import step_close

PATIENCE = 0.25  # seconds; longer than a transaction here, so that a wait that ends by time was held by a lock
UNHELD = 2.0  # seconds; without locks nobody is held, and who is late on a busy machine still comes


LOCKING = QuerySet.select_for_update


def together(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads of their own and return what each returned or raised."""
    outcome: list[object] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        try:
            outcome[number] = call()
        except (Refused, DatabaseError) as error:
            outcome[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcome


def begun_while_closing(user: User, step: CycleStep, write: Callable[[], object]) -> object:
    """Call a write while a person's closing of the step is under way and holds it; return what the write gave."""
    closing = Event()

    def hold(user: User, of: CycleStep) -> None:
        closing.set()
        Event().wait(PATIENCE)

    cycle_hooks.on_close(StepKind(step.kind))(hold)

    def late() -> object:
        closing.wait(5)
        with transaction.atomic():
            return write()

    closed, outcome = together(lambda: step_close(user=user, step_id=step.pk), late)
    assert isinstance(closed, CycleStep), closed
    return outcome


def step_unlocked(*, cycle_id: int, kind: StepKind) -> CycleStep:
    """Look at a step without locking it, in place of step_edit_lock: the guard that does not hold."""
    found = CycleStep.objects.get(cycle_id=cycle_id, kind=kind)
    if found.state != StepState.OPEN:
        raise StepClosed("closed")
    return found


def meet_after(monkeypatch: pytest.MonkeyPatch, name: str, *modules: object) -> None:
    """Let two callers of a function wait for each other behind it: both are past its check, if nothing holds one."""
    meet = Barrier(2)
    for module in modules:
        monkeypatch.setattr(module, name, _waiting(getattr(module, name), meet))


def _waiting(usual: Callable[..., object], meet: Barrier) -> Callable[..., object]:
    def both_here(*args: Any, **kwargs: Any) -> object:
        answer = usual(*args, **kwargs)
        with suppress(BrokenBarrierError):
            meet.wait(patience())
        return answer

    return both_here


def patience() -> float:
    """Return how long to wait for the other one: briefly where a lock may hold them, longer where none does."""
    return PATIENCE if QuerySet.select_for_update is LOCKING else UNHELD


def locks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read rows without locking them."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self.all())
