"""Makers of reconcile for tests: a supply plan that is run, the base plan beside it, scenarios with levers."""

from typing import Any

from reconcile.models import Scenario, ScenarioRun
from reconcile.services.calculate import base_request, scenario_request
from reconcile.services.scenario import Pull, lever_pull, scenario_create
from sop.constants import Source, StepKind
from sop.models import Cycle, User
from sop.request_context import acting
from tests.api_world import FEBRUARY, step_only
from tests.factories import Cast
from tests.supply_makers import Supplied, lane_make, planned, price_make, stock_make, supplied_make
from tests.support.work import parts_run


def reconciled_make(cast: Cast) -> Supplied:
    """Return a cycle at reconcile: 40 a month asked for at 5, 30 in stock at 2, nothing in time for three months."""
    world = supplied_make(cast)
    price_make(world.item.product, "5")
    stock_make(world.item, "30")
    lane_make(world.item, days="90")
    planned(cast.sam, world.cycle)
    step_only(world.cycle, StepKind.RECONCILE)
    return world


def base_calculated(user: User, cycle: Cycle) -> ScenarioRun:
    """Return the base plan's run, done."""
    with acting(user, Source.PAGE):
        run = base_request(user=user, cycle_id=cycle.pk)
    return _done(run)


def calculated(user: User, scenario: Scenario) -> ScenarioRun:
    """Return a scenario's run, done."""
    with acting(user, Source.PAGE):
        run = scenario_request(user=user, scenario_id=scenario.pk)
    return _done(run)


def begun(user: User, cycle: Cycle, name: str = "Dearer") -> Scenario:
    """Return a new scenario."""
    with acting(user, Source.PAGE):
        return scenario_create(user=user, cycle_id=cycle.pk, name=name)


def pulled(user: User, scenario: Scenario, kind: str = "raise_price", **changes: Any) -> Any:
    """Pull a lever on everything from February on."""
    params = changes.pop("params", {"percent": 10, "elasticity": 0})
    with acting(user, Source.PAGE):
        pull = Pull(kind, changes.pop("first_bucket", FEBRUARY), params=params, **changes)
        return lever_pull(user=user, scenario_id=scenario.pk, pull=pull)


def _done(run: ScenarioRun) -> ScenarioRun:
    job = parts_run(run.job)
    assert job.state == "done", job.error
    run.refresh_from_db()
    return run
