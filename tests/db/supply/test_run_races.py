"""Two planners ask at the same moment, on real connections: one run, and a sentence for the other."""

import pytest

from demand.models import Series
from reconcile.models import Scenario, ScenarioRun
from reconcile.services import scenario
from reconcile.services.calculate import base_request
from sop.constants import Role, StepKind
from sop.refusals import Refused
from supply.models import StockItem, SupplyRun
from supply.services import run
from tests.api_world import step_only
from tests.demand_makers import series_make
from tests.factories import Cast, location_make, person_make, product_make
from tests.supply_makers import ask, planned, supplied_make
from tests.support.races import meet_after, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]


def test_two_supply_runs_asked_for_at_once_are_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    world, tom = supplied_make(cast), person_make("tom", Role.SUPPLY_PLANNER)
    new: Series = series_make(cast.ridge, product_make("TILE"), location_make("DC2"))
    meet_after(monkeypatch, "snapshot_version", run)  # both are to make the stock item the new series lacks
    outcome = together(*(lambda user=user: ask(user, world.cycle) for user in (cast.sam, tom)))
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    assert SupplyRun.objects.count() == 1
    assert StockItem.objects.filter(product=new.product).count() == 1


def test_two_base_plans_asked_for_at_once_are_one(cast: Cast) -> None:
    world = supplied_make(cast)
    planned(cast.sam, world.cycle)
    step_only(world.cycle, StepKind.RECONCILE)
    outcome = together(
        *(lambda user=user: base_request(user=user, cycle_id=world.cycle.pk) for user in (cast.sam, cast.olga))
    )
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome
    assert (Scenario.objects.count(), ScenarioRun.objects.count()) == (1, 1)
    assert Scenario.objects.get().name == scenario.BASE_NAME
