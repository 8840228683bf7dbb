"""The publish page in each of its states, from nothing to a corrected plan."""

from datetime import timedelta

import pytest
from django.urls import reverse

from publish.models import PublishedPlan
from review.models import Pack
from review.selectors import pack_figures
from sop.constants import StepKind, StepState
from sop.models import CycleStep, User
from tests.api_world import NOON, World, step_only, world_make
from tests.demand_makers import series_make
from tests.factories import Cast, client_of, cycle_make
from tests.plan_makers import publish, signed_again, signed_make, snapshot_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    snapshot_make(made.cycle, {series_make(cast.harbour): "7", series_make(cast.ridge): "3"})
    signed_make(cast, made)
    return made


def page(user: User, world: World) -> str:
    return client_of(user).get(reverse("publish:publish", args=[world.cycle.pk])).content.decode()


def press(user: User, world: World, **fields: str) -> tuple[int, str]:
    answer = client_of(user).post(reverse("publish:plan-publish", args=[world.cycle.pk]), fields, follow=True)
    return answer.status_code, answer.content.decode()


def test_the_coordinator_publishes_what_everybody_signed(cast: Cast, world: World) -> None:
    assert "Nothing is published yet" not in page(cast.cora, world)
    assert "Ready to publish" not in page(cast.finn, world), "only the coordinator publishes"
    status, shown = press(cast.cora, world)
    assert status == 200
    assert "Version 1 is published" in shown


def test_before_its_step_the_page_says_who_acts_next(cast: Cast, world: World) -> None:
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.PUBLISH).update(state=StepState.WAITING)
    shown = page(cast.cora, world)
    assert "Nothing is published yet" in shown
    assert "Opens when the review closes" in shown


def test_a_published_plan_says_how_it_is_corrected_and_offers_no_empty_correction(cast: Cast, world: World) -> None:
    publish(cast.cora, world.cycle)
    shown = page(cast.cora, world)
    assert "reopen the review or an earlier step" in shown
    assert reverse("publish:plan-publish", args=[world.cycle.pk]) not in shown
    status, refused = press(cast.cora, world, reason="Once more")
    assert status == 422
    assert "Version 1 is the plan that was signed" in refused


def test_while_a_correction_is_under_way_the_first_version_stands(cast: Cast, world: World) -> None:
    publish(cast.cora, world.cycle)
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.PUBLISH).update(
        state=StepState.WAITING, stale_because="Executive review was reopened: a wrong price"
    )
    shown = page(cast.finn, world)
    assert "A correction is under way. Version 1 stands until it is published." in shown
    assert "Executive review was reopened: a wrong price" in shown


def test_a_correction_signed_anew_is_published_with_its_reason(cast: Cast, world: World) -> None:
    publish(cast.cora, world.cycle)
    signed_again(world.cycle)
    assert "Why version 1 must be corrected" in page(cast.cora, world)
    status, refused = press(cast.cora, world, reason=" ")
    assert status == 422
    assert "say why it must be corrected" in refused
    _, shown = press(cast.cora, world, reason="The price was wrong.")
    assert "Version 2 is published" in shown
    assert "The price was wrong." in shown
    assert PublishedPlan.objects.count() == 2


def test_a_reopened_review_lets_leadership_choose_again_although_everybody_has_signed(cast: Cast, world: World) -> None:
    publish(cast.cora, world.cycle)
    frozen = {"figures": pack_figures(world.cycle), "frozen_at": NOON - timedelta(days=1), "frozen_by": cast.cora}
    Pack.objects.get_or_create(cycle=world.cycle, current=True, defaults={"version": 1, **frozen})
    step_only(world.cycle, StepKind.REVIEW)
    shown = client_of(cast.eve).get(reverse("review:review", args=[world.cycle.pk])).content.decode()
    assert "Choose another plan (signatures start again)" in shown
    assert reverse("review:plan-choose", args=[world.cycle.pk]) in shown
