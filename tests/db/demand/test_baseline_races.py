"""Two adoptions at the same moment, on real connections."""

import pytest
from django.db import DatabaseError

from demand.models import BaselineRun
from demand.services import baseline
from demand.services.baseline import baseline_adopt
from sop.constants import Source
from sop.models import Cycle
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make
from tests.support.races import locks_off, meet_after, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]


def adopt_both(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Adopt two runs at once, a third being adopted: the first waits with its change until the second has begun its."""
    cycle: Cycle = cycle_make(cast)
    adopted_baseline(cycle, {series_make(cast.harbour): 100})
    common = {"cycle": cycle, "first_bucket": cycle.bucket, "horizon_months": 18, "history_until": cycle.bucket}
    runs = [BaselineRun.objects.create(complete=True, **common) for _ in range(2)]
    meet_after(monkeypatch, "step_edit_lock", baseline)
    meet_after(monkeypatch, "cycle_event", baseline)

    def adopt(run: BaselineRun) -> BaselineRun:
        with acting(cast.olga, Source.PAGE):
            return baseline_adopt(user=cast.olga, run_id=run.pk)

    return together(*(lambda run=run: adopt(run) for run in runs))


def test_of_two_adoptions_at_once_the_later_stands(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = adopt_both(cast, monkeypatch)
    assert all(isinstance(each, BaselineRun) for each in outcome), outcome
    assert BaselineRun.objects.filter(adopted=True).count() == 1


def test_without_the_lock_one_adoption_breaks(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    locks_off(monkeypatch)
    outcome = adopt_both(cast, monkeypatch)
    assert sum(isinstance(each, DatabaseError) for each in outcome) == 1, "the race is no longer there"
