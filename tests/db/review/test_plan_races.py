"""Choosing and signing at the same moment, on real connections: shut with the guard, shown without it."""

import pytest
from django.db import DatabaseError

from review.models import Approval, Approver, PlanChoice
from review.selectors import sign_off
from review.services import plan
from review.services.plan import plan_choose, plan_sign
from sop.constants import Role, Source, StepKind
from sop.models import CycleEvent, User
from sop.refusals import Refused
from sop.request_context import acting
from tests.api_world import World, step_only, world_make
from tests.factories import Cast, cycle_make, person_make
from tests.support.races import locks_off, meet_after, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.REVIEW)
    for number, user in enumerate((cast.eve, cast.finn), start=1):
        Approver.objects.create(user=user, function=user.name, number=number)
    return made


def choose(user: User, world: World, scenario_id: int) -> PlanChoice:
    with acting(user, Source.PAGE):
        return plan_choose(user=user, cycle_id=world.cycle.pk, scenario_id=scenario_id, assumption="Prices hold.")


def sign(user: User, world: World) -> Approval:
    with acting(user, Source.PAGE):
        return plan_sign(user=user, cycle_id=world.cycle.pk, version=1)


def signed_twice(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], int]:
    choose(cast.eve, world, world.dearer.pk)
    meet_after(monkeypatch, "plan_outdated", plan)  # behind the check that the signature still waits
    outcome = together(lambda: sign(cast.finn, world), lambda: sign(cast.finn, world))
    return outcome, CycleEvent.objects.filter(kind="plan_signed").count()


def test_two_clicks_sign_once(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, signatures = signed_twice(cast, world, monkeypatch)
    assert signatures == 1, outcome
    assert sum(isinstance(each, Refused) for each in outcome) == 1, outcome


def test_without_the_lock_two_clicks_sign_twice(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    locks_off(monkeypatch)
    _, signatures = signed_twice(cast, world, monkeypatch)
    assert signatures == 2, "the race is no longer there: is the test still a race?"


def test_two_approvers_sign_at_once_and_both_count(cast: Cast, world: World) -> None:
    choose(cast.eve, world, world.dearer.pk)
    outcome = together(lambda: sign(cast.finn, world), lambda: sign(cast.eve, world))
    assert sign_off(world.cycle).complete, outcome


def chosen_while_signing(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let Finn sign version 1 while Eve chooses another plan, both past their checks if nothing holds one."""
    choose(cast.eve, world, world.dearer.pk)
    meet_after(monkeypatch, "run_holds", plan.reconcile)
    return together(lambda: sign(cast.finn, world), lambda: choose(cast.eve, world, world.base.pk))


def test_a_signature_is_before_another_choice_or_refused(
    cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, chosen = chosen_while_signing(cast, world, monkeypatch)
    assert isinstance(chosen, PlanChoice), chosen
    assert isinstance(signed, Approval | Refused), signed
    now = sign_off(world.cycle)
    assert (now.choice and now.choice.version, now.signed) == (2, 0)
    assert sorted(now.waiting) == ["Eve", "Finn"]


def first_choices(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    mia = person_make("mia", Role.EXECUTIVE)
    meet_after(monkeypatch, "run_holds", plan.reconcile)
    return together(
        lambda: choose(cast.eve, world, world.base.pk),
        lambda: choose(mia, world, world.dearer.pk),
    )


def test_two_first_choices_follow_each_other(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = first_choices(cast, world, monkeypatch)
    assert all(isinstance(each, PlanChoice) for each in outcome), outcome
    now = sign_off(world.cycle)
    assert (now.choice and now.choice.version, len(now.approvals)) == (2, 2)


def test_without_the_lock_one_first_choice_breaks(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    locks_off(monkeypatch)
    outcome = first_choices(cast, world, monkeypatch)
    assert sum(isinstance(each, DatabaseError) for each in outcome) == 1, outcome
