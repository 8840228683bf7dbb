"""Two publish at the same moment, on real connections: exactly one plan, and nobody meets a deadlock."""

import pytest

from publish import services
from publish.models import PublishedPlan
from publish.selectors.seals import seal_check
from sop.constants import StepKind
from sop.models import CycleStep
from sop.refusals import Refused
from tests.api_world import World, world_make
from tests.demand_makers import series_make
from tests.factories import Cast, cycle_make
from tests.plan_makers import publish, signed_again, signed_make, snapshot_make
from tests.support.races import locks_off, meet_after, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    snapshot_make(made.cycle, {series_make(cast.harbour): "7", series_make(cast.ridge): "3"})
    signed_make(cast, made)
    return made


def twice(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    meet_after(monkeypatch, "plan_line_rows", services)  # behind the check that no version is there
    return together(lambda: publish(cast.cora, world.cycle), lambda: publish(cast.cora, world.cycle))


@pytest.mark.parametrize("stale", ["", "Publish was reopened: a wrong rate"])
def test_two_clicks_publish_one_plan(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch, stale: str) -> None:
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.PUBLISH).update(stale_because=stale)
    outcome = twice(cast, world, monkeypatch)
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    plan = PublishedPlan.objects.get()
    assert plan.version == 1
    assert seal_check(plan).intact


def test_without_the_lock_only_the_table_stands_in_the_way(
    cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks_off(monkeypatch)
    outcome = twice(cast, world, monkeypatch)
    assert not any(isinstance(each, Refused) for each in outcome), "the race is no longer there"
    assert PublishedPlan.objects.count() == 1, "the version is unique, whatever the lock"


def test_of_two_corrections_at_once_one_goes_out(cast: Cast, world: World) -> None:
    publish(cast.cora, world.cycle)
    signed_again(world.cycle)
    outcome = together(*(lambda why=why: publish(cast.cora, world.cycle, why) for why in ("One.", "Two.")))
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    plans = list(PublishedPlan.objects.order_by("version"))
    assert [plan.version for plan in plans] == [1, 2]
    assert plans[1].previous_seal == plans[0].seal
