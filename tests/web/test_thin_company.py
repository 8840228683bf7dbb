"""Every page stands while a company has little: no cycle, no history, one product, a rep without customers."""

from collections.abc import Callable

import pytest
from django.urls import NoReverseMatch, reverse

from sop.constants import Role, StepState
from sop.models import Cycle, CycleStep, User
from tests.demand_makers import history_make, series_make
from tests.factories import FEBRUARY, Cast, client_of, cycle_make, person_make
from tests.permission_matrix import TABLE
from tests.support import stops

pytestmark = pytest.mark.django_db

PEOPLE = ("ana", "olga", "sam", "finn", "eve", "cora")


def no_cycle(cast: Cast) -> None:
    """Nothing but people."""


def no_history(cast: Cast) -> Cycle:
    """A cycle has begun and nothing was ever brought in."""
    return cycle_make(cast)


def one_product(cast: Cast) -> Cycle:
    """One product, one customer, three months with one missing."""
    history_make(series_make(cast.harbour), [5, 0, 7], until=FEBRUARY.replace(month=1))
    return cycle_make(cast)


def all_closed(cast: Cast) -> Cycle:
    """A cycle that ended without anything in it."""
    cycle = cycle_make(cast)
    CycleStep.objects.filter(cycle=cycle).update(state=StepState.CLOSED)
    return cycle


Situation = Callable[[Cast], Cycle | None]


def pages(cycle: Cycle | None) -> list[str]:
    """Return the address of every page that needs nothing, or a cycle at most."""
    found = []
    for name, route in TABLE.items():
        if not route.get or stops.is_exempt(name):
            continue
        for keys in ({}, {"cycle_id": cycle.pk if cycle else 0}, {"table": "products"}):
            try:
                found.append(reverse(name, kwargs=keys))
            except NoReverseMatch:
                continue
    return found


def bad_answers(user: User, cycle: Cycle | None) -> list[str]:
    """Ask for every page; return those without a heading, a refusal or a not found that says so."""
    client, bad = client_of(user), []
    for address in pages(cycle):
        answer = client.get(address, follow=True)
        text = answer.content.decode()
        fine = answer.status_code == 200 or (answer.status_code == 404 and cycle is None) or answer.status_code == 403
        if not fine or "<h1" not in text:
            bad.append(f"{address}: {answer.status_code}")
    return bad


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("situation", [no_cycle, no_history, one_product, all_closed])
def test_every_page_stands(cast: Cast, situation: Situation, name: str) -> None:
    cycle = situation(cast)
    assert len(pages(cycle)) > 25
    assert bad_answers(getattr(cast, name), cycle) == []


@pytest.mark.parametrize("situation", [no_cycle, no_history, one_product])
def test_a_rep_without_customers_sees_pages_and_no_rows(cast: Cast, situation: Situation) -> None:
    cycle = situation(cast)
    assert bad_answers(person_make("new", Role.REP), cycle) == []
