"""Whose signature every plan needs is named on a page."""

import pytest
from django.urls import reverse

from review.models import Approver
from tests.factories import Cast, client_of

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
