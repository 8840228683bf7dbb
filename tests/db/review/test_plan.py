"""The one plan: chosen on figures that hold, signed by every named approver once, by nobody who alone prepared it."""

from collections.abc import Callable

import pytest

from reconcile.models import Lever, ScenarioRun
from review import hooks
from review.models import Approval, Approver, PlanChoice
from review.selectors import sign_off
from review.services.plan import plan_choose, plan_sign
from sop.constants import Progress, Role, Source, StepKind, StepState
from sop.models import CycleEvent, CycleStep, StepProgress, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from supply.models import SupplyRun
from tests.api_world import MARCH, World, question_make, step_only, world_make
from tests.factories import Cast, cycle_make, person_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.REVIEW)
    for number, user in enumerate((cast.eve, cast.finn), start=1):
        Approver.objects.create(user=user, function=user.name, number=number)
    return made


def choose(user: User, world: World, scenario_id: int, assumption: str = "Prices hold.") -> PlanChoice:
    with acting(user, Source.PAGE):
        return plan_choose(user=user, cycle_id=world.cycle.pk, scenario_id=scenario_id, assumption=assumption)


def sign(user: User, world: World, version: int = 1, comment: str = "", *, refuse: bool = False) -> Approval:
    with acting(user, Source.PAGE):
        return plan_sign(user=user, cycle_id=world.cycle.pk, version=version, comment=comment, refuse=refuse)


def missing(world: World) -> list[str]:
    return hooks.one_plan_is_signed(step(world.cycle, StepKind.REVIEW))


def test_every_named_approver_is_asked_and_the_review_waits_for_all(cast: Cast, world: World) -> None:
    assert missing(world) == ["No plan is chosen yet."]
    choose(cast.eve, world, world.dearer.pk)
    assert missing(world) == ["Signatures missing: Eve, Finn."]
    sign(cast.finn, world)
    assert missing(world) == ["Signatures missing: Eve."]
    sign(cast.eve, world)
    assert missing(world) == []
    told = Approval.history.filter(state="signed").values_list("history_user_name", "source")
    assert sorted(told) == [("Eve", "page"), ("Finn", "page")]


def test_only_executives_choose_and_only_with_an_assumption(cast: Cast, world: World) -> None:
    for user in (cast.olga, cast.cora, cast.finn):
        with pytest.raises(NotAllowed):
            choose(user, world, world.dearer.pk)
    with pytest.raises(Refused, match="what this plan assumes"):
        choose(cast.eve, world, world.dearer.pk, " ")
    assert not PlanChoice.objects.exists()


def test_no_plan_is_chosen_over_an_open_question(cast: Cast, world: World) -> None:
    question_make(cast, world)
    with pytest.raises(Refused, match="1 question is still open"):
        choose(cast.eve, world, world.dearer.pk)


def test_no_plan_is_chosen_while_no_approver_is_named(cast: Cast, world: World) -> None:
    Approver.objects.update(active=False)
    with pytest.raises(Refused, match="No approver is named"):
        choose(cast.eve, world, world.dearer.pk)


def stale_supply(world: World) -> None:
    SupplyRun.objects.filter(pk=world.run.pk).update(current=False)


def uncalculated(world: World) -> None:
    ScenarioRun.objects.update(current=False)


def dropped(world: World) -> None:
    world.dearer.state = "dropped"
    world.dearer.save()


@pytest.mark.parametrize("spoil", [stale_supply, uncalculated, dropped])
def test_a_plan_needs_figures_that_hold(cast: Cast, world: World, spoil: Callable[[World], None]) -> None:
    spoil(world)
    with pytest.raises(Refused):
        choose(cast.eve, world, world.dearer.pk)


def test_a_new_choice_voids_the_signatures(cast: Cast, world: World) -> None:
    choose(cast.eve, world, world.dearer.pk)
    sign(cast.eve, world)
    sign(cast.finn, world)
    choose(cast.eve, world, world.base.pk)
    assert sign_off(world.cycle).waiting == ["Eve", "Finn"]
    parts = StepProgress.objects.filter(step__kind=StepKind.REVIEW, user__in=[cast.eve, cast.finn])
    assert {part.state for part in parts} == {Progress.WORKING}, "who signed before has work to do again"
    with pytest.raises(Refused, match="Another plan has been chosen"):
        sign(cast.finn, world, version=1)
    sign(cast.finn, world, version=2)
    assert Approval.objects.filter(state="signed").count() == 3, "what was signed before stays in the record"


def test_nobody_signs_twice(cast: Cast, world: World) -> None:
    choose(cast.eve, world, world.dearer.pk)
    sign(cast.eve, world)
    with pytest.raises(Refused, match="You signed this plan already"):
        sign(cast.eve, world)
    with pytest.raises(Refused, match="You signed this plan already"):
        sign(cast.eve, world, comment="On second thoughts.", refuse=True)
    assert CycleEvent.objects.filter(kind="plan_signed").count() == 1


def test_a_refusal_says_why_and_keeps_the_review_open(cast: Cast, world: World) -> None:
    choose(cast.eve, world, world.dearer.pk)
    sign(cast.eve, world)
    with pytest.raises(Refused, match="what stands in the way"):
        sign(cast.finn, world, refuse=True)
    sign(cast.finn, world, comment="Cash does not reach.", refuse=True)
    assert missing(world) == ["Signatures missing: Finn."]
    with pytest.raises(Refused, match="You refused this plan already"):
        sign(cast.finn, world)


def test_whose_signature_is_not_asked_for_does_not_sign(cast: Cast, world: World) -> None:
    choose(cast.eve, world, world.dearer.pk)
    mia = person_make("mia", Role.EXECUTIVE)
    with pytest.raises(NotAllowed, match="not asked for"):
        sign(mia, world)
    with pytest.raises(NotAllowed, match="not an approver"):
        sign(cast.cora, world)


def test_a_plan_one_of_its_approvers_could_never_sign_is_not_chosen(cast: Cast, world: World) -> None:
    world.dearer.created_by = cast.finn
    world.dearer.save()
    with pytest.raises(Refused, match="Finn prepared Dearer alone"):
        choose(cast.eve, world, world.dearer.pk)
    cast.finn.groups.clear()
    with pytest.raises(Refused, match="Finn is named as an approver and may not sign"):
        choose(cast.eve, world, world.base.pk)
    assert not PlanChoice.objects.exists()


def test_who_began_the_scenario_does_not_sign_it(cast: Cast, world: World) -> None:
    choose(cast.eve, world, world.dearer.pk)
    world.dearer.created_by = cast.finn
    world.dearer.save()
    with pytest.raises(NotAllowed, match="You prepared this plan"):
        sign(cast.finn, world)


def test_who_pulled_every_lever_does_not_sign_it_whoever_began_it(cast: Cast, world: World) -> None:
    choose(cast.eve, world, world.dearer.pk)
    world.dearer.created_by = cast.olga
    world.dearer.save()
    Lever.objects.all().delete()
    with acting(cast.finn, Source.PAGE):
        Lever.objects.create(scenario=world.dearer, kind="raise_price", first_bucket=MARCH, params={"percent": 5})
    with pytest.raises(NotAllowed, match="You prepared this plan"):
        sign(cast.finn, world)
    with acting(cast.olga, Source.PAGE):
        Lever.objects.create(scenario=world.dearer, kind="safety_stock", first_bucket=MARCH, params={"multiplier": 1})
    sign(cast.finn, world)


def test_an_approver_named_after_the_review_opened_can_sign(cast: Cast, world: World) -> None:
    late = person_make("mia", Role.EXECUTIVE)
    Approver.objects.create(user=late, function="Operations", number=3)
    choose(cast.eve, world, world.dearer.pk)
    sign(late, world)
    assert StepProgress.objects.get(step__kind=StepKind.REVIEW, user=late).state == Progress.SUBMITTED


def test_signatures_do_not_outlive_the_figures_they_were_given_for(cast: Cast, world: World) -> None:
    choose(cast.eve, world, world.dearer.pk)
    sign(cast.eve, world)
    stale_supply(world)
    with pytest.raises(Refused, match="calculated again since it was chosen"):
        sign(cast.finn, world)
    Approval.objects.update(state="signed")
    assert not sign_off(world.cycle).complete
    assert "choose the plan again" in missing(world)[0]


@pytest.mark.parametrize("state", [StepState.WAITING, StepState.CLOSED])
def test_nothing_is_chosen_or_signed_outside_the_review(cast: Cast, world: World, state: StepState) -> None:
    choose(cast.eve, world, world.dearer.pk)
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.REVIEW).update(state=state)
    with pytest.raises(StepClosed):
        choose(cast.eve, world, world.base.pk)
    with pytest.raises(StepClosed):
        sign(cast.eve, world)
