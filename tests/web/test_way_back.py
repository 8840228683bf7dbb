"""An address that only takes a form leads back to the form's page when somebody loads it again."""

import pytest
from django.test import Client
from django.urls import reverse

from sop.constants import StepKind
from sop.selectors.cycle import step
from tests.api_world import World, world_make
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

BROWSER = {"HTTP_ACCEPT": "text/html,application/xhtml+xml"}


@pytest.fixture
def world(cast: Cast) -> World:
    return world_make(cast, cycle_make(cast))


def send(client: Client, path: str, sent_from: str, values: dict[str, str] | None = None) -> int:
    return client.post(path, values or {}, HTTP_REFERER=f"http://testserver{sent_from}", **BROWSER).status_code


def reload(client: Client, path: str) -> str:
    answer = client.get(path, **BROWSER)
    assert answer.status_code == 302
    return answer["Location"]


def test_a_refused_close_loaded_again_shows_the_cycle(cast: Cast, world: World) -> None:
    client, cycle = client_of(cast.olga), reverse("sop:cycle", args=[world.cycle.pk])
    close = reverse("sop:step-close", args=[step(world.cycle, StepKind.GATHER).pk])
    assert send(client, close, cycle) == 422
    assert reload(client, close) == cycle
    assert send(client, close, close) == 422, "sent once more from the refusal itself"
    assert reload(client, close) == cycle


def test_each_refused_form_leads_to_its_own_page_with_its_search(cast: Cast, world: World) -> None:
    client = client_of(cast.sam)
    flag = reverse("supply:flag", args=[world.cycle.pk, world.flag.pk])
    item = reverse("supply:item", args=[world.cycle.pk, world.item.pk]) + "?from=list"
    run, workbench = (reverse(f"supply:{name}", args=[world.cycle.pk]) for name in ("run", "workbench"))
    assert (send(client, flag, item), send(client, run, workbench)) == (422, 422)
    assert (reload(client, flag), reload(client, run)) == (item, workbench)
    assert client.get(item).status_code == client.get(workbench).status_code == 200


@pytest.mark.parametrize(
    "sent_from", ["", "http://elsewhere.example/page/", "//elsewhere.example/", "http://testserver//elsewhere.example/"]
)
def test_an_address_nobody_was_refused_at_leads_home_and_never_elsewhere(
    cast: Cast, world: World, sent_from: str
) -> None:
    client = client_of(cast.olga)
    close = reverse("sop:step-close", args=[step(world.cycle, StepKind.GATHER).pk])
    client.post(close, HTTP_REFERER=sent_from, **BROWSER)
    assert reload(client, close) == reverse("sop:home")


def test_another_form_on_a_refusals_page_leads_back_to_the_same_page(cast: Cast, world: World) -> None:
    client, cycle = client_of(cast.cora), reverse("sop:cycle", args=[world.cycle.pk])
    close, again = (reverse(f"sop:step-{verb}", args=[step(world.cycle, "gather").pk]) for verb in ("close", "reopen"))
    assert (send(client, close, cycle), send(client, again, close)) == (422, 422)
    assert reload(client, again) == cycle


def test_the_session_remembers_the_latest_only(cast: Cast, world: World) -> None:
    client, cycle = client_of(cast.olga), reverse("sop:cycle", args=[world.cycle.pk])
    for number in range(30):
        send(client, f"/no-such-page-{number}/", cycle)
    assert len(client.session["way_back"]) == 20


def test_programs_are_told_as_before(cast: Cast, world: World) -> None:
    close = step(world.cycle, StepKind.GATHER).pk
    client = client_of(cast.olga)
    assert client.get(reverse("sop:step-close", args=[close])).status_code == 405
    assert client.get(f"/api/v1/steps/{close}/close/").status_code == 405
