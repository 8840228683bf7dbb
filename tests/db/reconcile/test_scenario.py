"""Scenarios: begun, pulled and put away while reconcile is open; frozen ones change no more; several become one."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from reconcile.models import Lever, Scenario
from reconcile.selectors import scenarios
from reconcile.services.scenario import (
    lever_release,
    scenario_combine,
    scenario_create,
    scenario_drop,
)
from sop.constants import StepKind, StepState
from sop.models import CycleEvent, CycleStep
from sop.refusals import NotAllowed, Refused, StepClosed
from tests.api_world import FEBRUARY, MARCH, World, step_only, world_make
from tests.factories import Cast, cycle_make, product_make
from tests.reconcile_makers import begun, pulled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.RECONCILE)
    return made


def test_a_scenario_is_begun_with_a_name_of_its_own(cast: Cast, world: World) -> None:
    made = begun(cast.sam, world.cycle, "  Buy early ")
    assert (made.name, made.state, made.base, made.created_by) == ("Buy early", "draft", False, cast.sam)
    assert CycleEvent.objects.get(kind="scenario_created").sentence == "Sam began the scenario Buy early."
    for name, words in (
        ("Buy early", "called Buy early already"),
        (" ", "Give the scenario a name"),
        ("x" * 121, "121"),
    ):
        with pytest.raises(Refused, match=words):
            begun(cast.sam, world.cycle, name)


@pytest.mark.parametrize("name", ["ana", "finn", "eve", "cora"])
def test_only_planners_change_scenarios(cast: Cast, world: World, name: str) -> None:
    user, lever = getattr(cast, name), Lever.objects.get()
    for write in (
        lambda: scenario_create(user=user, cycle_id=world.cycle.pk, name="Mine"),
        lambda: pulled(user, world.dearer),
        lambda: lever_release(user=user, lever_id=lever.pk),
        lambda: scenario_drop(user=user, scenario_id=world.dearer.pk),
    ):
        with pytest.raises(NotAllowed):
            write()


@pytest.mark.parametrize("state", [StepState.WAITING, StepState.CLOSED])
def test_a_step_that_is_not_open_takes_no_lever(cast: Cast, world: World, state: StepState) -> None:
    CycleStep.objects.filter(kind=StepKind.RECONCILE).update(state=state)
    with pytest.raises(StepClosed):
        begun(cast.sam, world.cycle)
    with pytest.raises(StepClosed):
        pulled(cast.sam, world.dearer)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "pray"}, "Choose a lever"),
    ({"first_bucket": date(2022, 1, 1)}, "Choose a month of the plan, Feb 2022 to Jul 2023"),
    ({"first_bucket": date(2022, 2, 2)}, "Choose a month of the plan"),
    ({"first_bucket": MARCH, "last_bucket": FEBRUARY}, "ends before it begins"),
    ({"last_bucket": date(2023, 8, 1)}, "Jul 2023 at the latest"),
    ({"params": {}}, "by how many percent"),
    ({"params": {"percent": 15.1}}, "between -15 and 15"),
    ({"params": {"percent": "much"}}, "must be a number"),
    ({"params": {"percent": float("nan")}}, "between -15 and 15"),
    ({"params": {"percent": 5, "elasticity": 0.1}}, "Elasticity must lie between -5 and 0"),
    ({"params": {"percents": 5}}, "No lever has a strength called percents"),
    ({"kind": "safety_stock", "params": {}}, "either a service target or a multiplier"),
    ({"kind": "safety_stock", "params": {"target": 0.9, "multiplier": 1}}, "either a service target"),
    ({"kind": "safety_stock", "params": {"target": 1}}, "Target must lie between 0.5 and 0.9999"),
    ({"kind": "pre_buy", "params": {"cover_months": 13}}, "Cover months must lie between 0.25 and 12"),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED)
def test_a_lever_beyond_sense_is_refused_with_its_limits(
    cast: Cast, world: World, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        pulled(cast.sam, world.dearer, **changes)
    assert Lever.objects.count() == 1


def test_a_lever_is_pulled_on_a_family_or_product_and_told_in_history(cast: Cast, world: World) -> None:
    tile = product_make("TILE")
    lever = pulled(cast.sam, world.dearer, family_id=tile.family_id, product_id=tile.pk, params={"percent": "5"})
    assert (lever.params, lever.product, lever.last_bucket) == ({"percent": 5.0}, tile, None)
    told = Lever.history.get(id=lever.pk)
    assert (told.history_type, told.history_user_name, told.source) == ("+", "Sam", "page")
    lever_release(user=cast.olga, lever_id=lever.pk)
    assert Lever.history.filter(id=lever.pk).latest("history_id").history_type == "-"


CHANGES: dict[str, Callable[[Cast, World], object]] = {
    "pull": lambda cast, world: pulled(cast.sam, world.dearer),
    "release": lambda cast, world: lever_release(user=cast.sam, lever_id=Lever.objects.get().pk),
    "drop": lambda cast, world: scenario_drop(user=cast.sam, scenario_id=world.dearer.pk),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_frozen_scenario_takes_no_change(cast: Cast, world: World, name: str) -> None:
    Scenario.objects.filter(pk=world.dearer.pk).update(state="frozen")
    with pytest.raises(Refused, match="Dearer is frozen for the review; copy it into a new scenario"):
        CHANGES[name](cast, world)
    assert Lever.objects.get().scenario == world.dearer


def test_the_base_plan_has_no_levers_and_is_not_put_away(cast: Cast, world: World) -> None:
    with pytest.raises(Refused, match="base plan has no levers"):
        pulled(cast.sam, world.base)
    with pytest.raises(Refused, match="base plan"):
        scenario_drop(user=cast.sam, scenario_id=world.base.pk)


def test_a_scenario_put_away_is_out_of_sight_and_in_history(cast: Cast, world: World) -> None:
    scenario_drop(user=cast.sam, scenario_id=world.dearer.pk)
    assert list(scenarios(world.cycle)) == [world.base]
    assert Scenario.history.filter(id=world.dearer.pk).latest("history_id").state == "dropped"
    with pytest.raises(Refused):
        pulled(cast.sam, world.dearer)


def combine(cast: Cast, world: World, *chosen: Scenario, name: str = "Both") -> Scenario:
    ids = [each.pk for each in chosen]
    return scenario_combine(user=cast.cora, cycle_id=world.cycle.pk, name=name, scenario_ids=ids)


def test_several_scenarios_become_one_with_all_their_levers(cast: Cast, world: World) -> None:
    early = begun(cast.sam, world.cycle, "Buy early")
    pulled(cast.sam, early, "pre_buy", params={"cover_months": 2})
    made = combine(cast, world, world.dearer, early)
    assert sorted(made.levers.values_list("kind", flat=True)) == ["pre_buy", "raise_price"]
    assert (made.state, "Dearer" in made.note, "Buy early" in made.note) == ("draft", True, True)
    assert (world.dearer.levers.count(), early.levers.count()) == (1, 1), "the parts stay as they are"


def test_combining_takes_two_of_this_cycle(cast: Cast, world: World) -> None:
    with pytest.raises(Refused, match="at least two"):
        combine(cast, world, world.dearer)
    world.cycle.state = "closed"
    world.cycle.save()
    foreign = Scenario.objects.create(cycle=cycle_make(cast, MARCH), name="Later")
    with pytest.raises(Refused, match="at least two"):
        combine(cast, world, world.dearer, foreign)
    with pytest.raises(NotAllowed):
        scenario_combine(user=cast.finn, cycle_id=world.cycle.pk, name="", scenario_ids=[])


def test_scenarios_are_combined_for_leadership_until_the_review_closes(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.REVIEW)
    combine(cast, world, world.base, world.dearer, name="A copy")
    CycleStep.objects.filter(kind=StepKind.REVIEW).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        combine(cast, world, world.base, world.dearer, name="Too late")
