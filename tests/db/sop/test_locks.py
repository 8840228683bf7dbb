"""What the writes of a cycle lock: the rows they change, never the step or the cycle beside them."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, CycleStep, StepProgress
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.services.cycle import step_ask_back, step_close, step_mark_fresh, step_start, step_submit
from sop.services.cycle_open import cycle_close
from sop.services.step_reopen import step_reopen
from tests.factories import Cast, cycle_make
from tests.support.races import together

pytestmark = pytest.mark.usefixtures("bare_steps")


@pytest.fixture
def locking() -> Iterator[list[str]]:
    """Collect every statement of the test that locks all rows of a join."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    found += [query["sql"] for query in queries if " JOIN " in query["sql"] and query["sql"].endswith("FOR UPDATE")]
    assert found == []


@pytest.mark.django_db
def test_moving_a_cycle_locks_no_more_than_it_changes(cast: Cast, locking: list[str]) -> None:
    cycle = cycle_make(cast)
    gather = step(cycle, StepKind.GATHER)
    with acting(cast.cora, Source.PAGE):
        step_start(user=cast.ana, step_id=gather.pk)
        part = step_submit(user=cast.ana, step_id=gather.pk)
        step_ask_back(user=cast.olga, progress_id=part.pk, note="Look at May.")
        step_close(user=cast.cora, step_id=gather.pk, reason="Ben is ill.")
        step_reopen(user=cast.cora, step_id=gather.pk, reason="Ben is back.")
        step_mark_fresh(cycle_id=cycle.pk, kind=StepKind.SUPPLY)
        CycleStep.objects.update(state=StepState.CLOSED)
        cycle_close(user=cast.cora, cycle_id=cycle.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", range(3))
def test_everybody_hands_in_at_the_same_moment(cast: Cast, number: int) -> None:
    gather = step(cycle_make(cast), StepKind.GATHER)
    outcome = together(*(lambda user=user: step_submit(user=user, step_id=gather.pk) for user in (cast.ana, cast.ben)))
    assert all(isinstance(each, StepProgress) for each in outcome), outcome
    assert Cycle.objects.count() == 1
