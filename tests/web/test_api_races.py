"""The same write sent twice at the same moment: the fault without the remembered key, its absence with it."""

from threading import Barrier, Thread
from types import SimpleNamespace

import pytest
from django.db import connection

from reconcile.models import Lever, Scenario
from sop.api import idempotency
from sop.constants import StepKind
from sop.models import Cycle, IdempotencyKey, User
from sop.services.tokens import token_create
from tests.api_calls import Api
from tests.api_world import step_only
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]

LEVER = {"kind": "raise_price", "first_bucket": "2022-03-01", "params": {"percent": 5}}
ROUNDS = 5


@pytest.fixture
def scenario(cast: Cast) -> Scenario:
    cycle: Cycle = cycle_make(cast)
    step_only(cycle, StepKind.RECONCILE)
    return Scenario.objects.create(cycle=cycle, name="Dearer")


def send_twice(cast: Cast, scenario: Scenario, key: str) -> list[int]:
    """Send one lever twice at once with one key; return both statuses."""
    token = token_create(user=cast.olga, name="Program", days=9, read_only=False)[1]
    start, statuses = Barrier(2), []

    def send() -> None:
        try:
            start.wait(timeout=10)
            statuses.append(Api(token).post(f"/api/v1/scenarios/{scenario.pk}/levers/", LEVER, key=key).status_code)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return statuses


def test_a_key_that_is_only_looked_up_lets_the_write_happen_twice(
    cast: Cast, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_looked = Barrier(2)

    def look_only(user: User, key: str, fingerprint: str) -> SimpleNamespace:
        known = IdempotencyKey.objects.filter(user=user, key=key).exists()
        both_looked.wait(timeout=10)
        return SimpleNamespace(status=200 if known else None, answer=None, save=lambda **_: None)

    monkeypatch.setattr(idempotency, "_remembered", look_only)
    assert send_twice(cast, scenario, "once") == [200, 200]
    assert Lever.objects.count() == 2


def test_a_remembered_key_lets_the_second_wait_and_answers_it_the_same(cast: Cast, scenario: Scenario) -> None:
    for number in range(ROUNDS):
        assert send_twice(cast, scenario, f"round {number}") == [200, 200]
        assert Lever.objects.count() == number + 1
