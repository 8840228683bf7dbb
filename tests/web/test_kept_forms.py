"""A form that was refused comes back as it was sent."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from sop.constants import Role, StepKind
from tests.api_world import World, scenario_make, step_only, world_make
from tests.factories import Cast, client_of, cycle_make, person_make, supplier_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    return world_make(cast, cycle_make(cast))


def value_of(html: str, name: str) -> str:
    """Return what stands in an input of a page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
    assert found is not None
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


def test_a_stocking_rule_that_was_refused_stands_as_typed(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.SUPPLY)
    address = reverse("supply:policy", args=[world.cycle.pk, world.item.pk])
    sent = {
        "service_target": "250",
        "service_type": "cycle",
        "safety_stock": "77",
        "reason": "A fair in March",
        "version": 0,
    }
    answer = client_of(cast.sam).post(address, sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert [value_of(html, name) for name in ("service_target", "safety_stock")] == ["250", "77"]
    assert "A fair in March" in html


def test_a_second_planner_keeps_what_they_typed_and_may_save_it_knowingly(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.SUPPLY)
    sam, other = client_of(cast.sam), client_of(person_make("sue", Role.SUPPLY_PLANNER))
    page, address = (reverse(name, args=[world.cycle.pk, world.item.pk]) for name in ("supply:item", "supply:policy"))
    sent = {"service_type": "cycle", "safety_stock": "", "reason": "A fair in March"}
    sent |= {"version": value_of(sam.get(page).content.decode(), "version")}
    assert sam.post(address, sent | {"service_target": "97"}).status_code == 302
    answer = other.post(address, sent | {"service_target": "88"})
    html = answer.content.decode()
    assert (answer.status_code, value_of(html, "service_target")) == (409, "88")
    assert "Sam set the rule to 97.00%" in html
    sent |= {"version": value_of(html, "version")}
    assert other.post(address, sent | {"service_target": "88"}).status_code == 302
    world.item.refresh_from_db()
    assert world.item.service_target == Decimal("0.88")


def test_a_lead_time_changed_by_another_is_a_conflict_on_the_page(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.SUPPLY)
    supplier = supplier_make()
    world.item.lanes.create(supplier=supplier, share=1)
    client = client_of(cast.sam)
    page, address = (
        reverse(name, args=[world.cycle.pk, world.item.pk]) for name in ("supply:item", "supply:lead-time")
    )
    sent = {"supplier": supplier.pk, "valid_from": "2022-05-09", "sd_days": "3", "reason": "Mill"}
    sent |= {"seen": value_of(client.get(page).content.decode(), "seen")}
    assert client.post(address, sent | {"mean_days": "30"}).status_code == 302
    answer = client.post(address, sent | {"mean_days": "50"})
    html = answer.content.decode()
    assert (answer.status_code, value_of(html, "mean_days")) == (409, "50")
    assert "Sam set the lead time from 09 May 2022 to 30.0 days" in html
    assert client.post(address, sent | {"mean_days": "50", "seen": value_of(html, "seen")}).status_code == 302


def test_a_lead_time_that_was_refused_keeps_its_day(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.SUPPLY)
    supplier = supplier_make()
    world.item.lanes.create(supplier=supplier, share=1)
    address = reverse("supply:lead-time", args=[world.cycle.pk, world.item.pk])
    sent = {"supplier": supplier.pk, "valid_from": "2022-05-09", "mean_days": "-5", "sd_days": "3", "reason": "Mill"}
    answer = client_of(cast.sam).post(address, sent)
    assert answer.status_code == 422
    assert value_of(answer.content.decode(), "valid_from") == "2022-05-09"


def test_scenarios_ticked_to_be_combined_stay_ticked(cast: Cast, world: World) -> None:
    step_only(world.cycle, StepKind.RECONCILE)
    scenario_make(world.cycle, world.run, world.item, "Cheaper", base=False, revenue=1.0)
    address = reverse("reconcile:combine", args=[world.cycle.pk])
    answer = client_of(cast.olga).post(address, {"scenario": [world.dearer.pk], "name": "Both"})
    assert answer.status_code == 422
    assert re.search(rf'value="{world.dearer.pk}"[^>]*checked', answer.content.decode())
