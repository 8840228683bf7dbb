"""Two who decide on the same correction at the same moment, and closing beside deciding, on real connections."""

import pytest

from demand.constants import CleansingDecision
from demand.models import Cleansing
from demand.services import cleansing as service
from demand.services.cleansing import cleansing_decide
from sop.constants import Progress, Role, Source, StepKind
from sop.models import StepProgress, User
from sop.refusals import Conflict, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from tests.cleansing_makers import SPIKE, at, looked, spiky_make
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make, person_make
from tests.support.races import begun_while_closing, locks_off, meet_after, step_unlocked, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]


def decide_both(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let two planners decide on one correction at once: one accepts, the other refuses."""
    cycle, series = cycle_make(cast), spiky_make(series_make(cast.harbour))
    looked(cast.olga, cycle)
    row = at(series)
    meet_after(monkeypatch, "_locked", service)

    def decide(user: User, decision: CleansingDecision) -> object:
        with acting(user, Source.PAGE):
            seen = {row.pk: row.version}
            return cleansing_decide(user=user, cycle_id=cycle.pk, decision=decision, seen=seen)

    otto = person_make("otto", Role.DEMAND_PLANNER)
    return together(lambda: decide(cast.olga, CleansingDecision.ACCEPT), lambda: decide(otto, CleansingDecision.REFUSE))


def test_of_two_decisions_at_once_one_stands_and_the_other_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = decide_both(cast, monkeypatch)
    told = [each for each in outcome if isinstance(each, Conflict)]
    assert len(told) == 1, outcome
    row = Cleansing.objects.select_related("decided_by").get(bucket=SPIKE)
    assert row.version == 2
    assert row.decided_by is not None
    assert str(told[0]).startswith(f"{row.decided_by.name} {row.state}")


def test_without_the_lock_one_decision_is_lost_unseen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    locks_off(monkeypatch)
    outcome = decide_both(cast, monkeypatch)
    assert not any(isinstance(each, Conflict) for each in outcome), "the race is no longer there"


@pytest.mark.parametrize("guarded", [True, False])
def test_a_decision_is_before_the_close_or_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    cycle, series = cycle_make(cast), spiky_make(series_make(cast.harbour))
    looked(cast.olga, cycle)
    adopted_baseline(cycle, {series: 100})
    StepProgress.objects.update(state=Progress.SUBMITTED)
    row = at(series)
    if not guarded:
        monkeypatch.setattr(service, "step_edit_lock", step_unlocked)
    gather = step(cycle, StepKind.GATHER)

    def decide() -> object:
        with acting(cast.olga, Source.PAGE):
            seen = {row.pk: row.version}
            return cleansing_decide(user=cast.olga, cycle_id=cycle.pk, decision=CleansingDecision.ACCEPT, seen=seen)

    outcome = begun_while_closing(cast.cora, gather, decide)
    assert isinstance(outcome, StepClosed) == guarded, outcome
