"""A closed step is read-only on its pages, and they say who closed it; leadership is asked until the review closes."""

import pytest
from django.urls import reverse

from reconcile.models import Conflict
from sop.constants import StepKind, StepState
from sop.models import CycleStep
from sop.selectors.cycle import step
from tests.api_world import World, step_only, world_make
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    return world_make(cast, cycle_make(cast))


def test_flags_cannot_be_answered_on_the_page_of_a_closed_step(cast: Cast, world: World) -> None:
    page = reverse("supply:item", args=[world.cycle.pk, world.item.pk])
    answering = f'action="{reverse("supply:flag", args=[world.cycle.pk, world.flag.pk])}"'
    step_only(world.cycle, StepKind.SUPPLY)
    assert answering in client_of(cast.sam).get(page).content.decode()
    step_only(world.cycle, StepKind.RECONCILE)
    html = client_of(cast.sam).get(page).content.decode()
    assert answering not in html
    assert "Plan supply was closed on 10 Feb 2022 at 12:00; its numbers can no longer change." in html


def test_conflicts_cannot_be_answered_on_the_page_of_a_closed_step(cast: Cast, world: World) -> None:
    page = reverse("reconcile:sheet", args=[world.cycle.pk])
    answering = f'action="{reverse("reconcile:conflict", args=[world.conflict.pk])}"'
    asking = f"{reverse('review:question-new', args=[world.cycle.pk])}?conflict={world.conflict.pk}"
    seen = {}
    for kind in (StepKind.RECONCILE, StepKind.REVIEW, StepKind.PUBLISH):
        step_only(world.cycle, kind)
        later = CycleStep.objects.filter(cycle=world.cycle, number__gt=step(world.cycle, kind).number)
        later.update(state=StepState.WAITING)
        html = client_of(cast.olga).get(page).content.decode()
        seen[kind] = (answering in html, asking in html, "was closed on 10 Feb 2022 at 12:00" in html)
    assert seen == {
        StepKind.RECONCILE: (True, True, False),
        StepKind.REVIEW: (False, True, True),
        StepKind.PUBLISH: (False, False, True),
    }


def test_a_conflict_sent_to_the_review_links_to_it(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.RECONCILE)
    Conflict.objects.update(state="sent")
    html = client_of(cast.olga).get(reverse("reconcile:sheet", args=[world.cycle.pk])).content.decode()
    assert f'<a href="{reverse("review:review", args=[world.cycle.pk])}">Sent to review</a>' in html
    assert '<span class="tag info">Sent to review</span>' in html
