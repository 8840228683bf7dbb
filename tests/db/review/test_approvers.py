"""Whose signature every plan needs: named on a page, asked for by whichever plan is chosen next."""

import pytest
from django.urls import reverse

from review.models import Approval, Approver
from review.services import plan_choose, plan_sign
from sop.constants import Source, StepKind
from sop.models import StepProgress
from sop.request_context import acting
from sop.selectors.cycle import step
from tests.api_world import step_only, world_make
from tests.factories import Cast, client_of, cycle_make

pytestmark = pytest.mark.django_db


def test_coordinator_names_an_approver_among_those_who_may_sign(cast: Cast) -> None:
    address = reverse("sop:master-new", args=["approvers"])
    page = client_of(cast.cora).get(address).content.decode()
    assert "Eve" in page and "Finn" in page
    assert ">Ana<" not in page and ">Olga<" not in page, "they cannot sign"
    wrong = client_of(cast.cora).post(address, {"user": cast.ana.pk, "function": "Sales", "number": 1, "active": "on"})
    assert wrong.status_code == 422
    client_of(cast.cora).post(address, {"user": cast.finn.pk, "function": "Finance", "number": 1, "active": "on"})
    assert str(Approver.objects.get()) == "Finance: Finn"
    assert client_of(cast.eve).get(address).status_code == 403
    people = client_of(cast.cora).get(reverse("sop:people")).content.decode()
    assert reverse("sop:master-list", args=["approvers"]) in people


def test_approver_named_while_the_review_is_open_can_sign(cast: Cast) -> None:
    cycle = cycle_make(cast)
    world = world_make(cast, cycle)
    step_only(cycle, StepKind.REVIEW)
    Approver.objects.create(user=cast.finn, function="Finance")
    choice = {"cycle_id": cycle.pk, "scenario_id": world.dearer.pk, "assumption": "Lead times stay."}
    with acting(cast.eve, Source.PAGE):
        plan_choose(user=cast.eve, **choice)
    with acting(cast.finn, Source.PAGE):
        plan_sign(user=cast.finn, cycle_id=cycle.pk, version=1)
    assert Approval.objects.get().state == "signed"
    assert StepProgress.objects.get(step=step(cycle, StepKind.REVIEW), user=cast.finn).submitted_at is not None
