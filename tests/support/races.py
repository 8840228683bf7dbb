"""Calls at the same moment, each on a connection of its own, and guards that do not hold."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import QuerySet

from sop.refusals import Refused

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
