"""The frame around every page: what it shows and what it costs."""

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse

from sop.constants import CycleState, StepKind
from sop.context import shell
from sop.models import Cycle, User
from sop.selectors.cycle import company
from sop.views.request import about_cycle
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


def frame(user: User, path: str = "/") -> dict[str, object]:
    request = RequestFactory().get(path)
    request.user, request.company, request.resolver_match = user, company(), resolve(path)  # type: ignore[attr-defined]
    return shell(request)["shell"]  # type: ignore[no-any-return]


def test_the_frame_takes_at_most_four_queries(cast: Cast, django_assert_max_num_queries: object) -> None:
    cycle_make(cast)
    cast.cora.has_perm("sop.open_cycle")  # rights are asked once a request, by the page or by the frame
    request_company = company()
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        request = RequestFactory().get("/")
        request.user, request.company, request.resolver_match = cast.cora, request_company, resolve("/")  # type: ignore[attr-defined]
        shell(request)


def test_the_step_one_is_on_is_marked(cast: Cast) -> None:
    cycle = cycle_make(cast)
    for page, kind in (
        ("demand:adjust", StepKind.GATHER),
        ("demand:profiles", StepKind.GATHER),
        ("publish:measure", "publish"),
    ):
        steps = frame(cast.ana, reverse(page, args=[cycle.pk]))["steps"]
        assert [step["kind"] for step in steps if step["current"]] == [kind]  # type: ignore[attr-defined]
    steps = frame(cast.ana, reverse("sop:cycle", args=[cycle.pk]))["steps"]
    assert not any(step["current"] for step in steps)  # type: ignore[attr-defined]


def test_an_old_cycles_page_shows_the_old_cycle(cast: Cast) -> None:
    old = cycle_make(cast)
    Cycle.objects.update(state=CycleState.CLOSED)
    new = cycle_make(cast, old.bucket.replace(month=3))
    assert frame(cast.ana)["cycle"] == new
    assert frame(cast.ana, reverse("sop:cycle", args=[old.pk]))["cycle"] == old


def test_a_page_about_a_part_of_an_old_cycle_says_so(cast: Cast) -> None:
    old = cycle_make(cast)
    Cycle.objects.update(state=CycleState.CLOSED)
    cycle_make(cast, old.bucket.replace(month=3))
    request = RequestFactory().get("/scenarios/7/")
    request.user, request.company = cast.cora, company()  # type: ignore[attr-defined]
    request.resolver_match = resolve("/scenarios/7/")
    about_cycle(request, old.pk)
    assert shell(request)["shell"]["cycle"] == old


def test_only_those_who_may_open_a_page_see_it_in_the_menu(cast: Cast) -> None:
    names = {page["name"] for page in frame(cast.ana)["nav"]}  # type: ignore[attr-defined]
    assert "People" not in names
    assert "People" in {page["name"] for page in frame(cast.cora)["nav"]}  # type: ignore[attr-defined]


def test_without_a_cycle_and_without_a_person_the_frame_is_empty(cast: Cast) -> None:
    assert frame(cast.ana)["steps"] == []
    assert client_of(cast.ana).get("/cycles/").status_code == 200
