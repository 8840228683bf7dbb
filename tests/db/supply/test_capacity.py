"""Limits of suppliers and warehouses: what the plan asks of them, what fits, and who may set them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sop.constants import Source, StepKind, StepState
from sop.models import CycleStep, User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.request_context import acting
from sop.selectors.master_history import version_of
from supply.models import Capacity
from supply.selectors.rough_cut import rough_cut
from supply.services.capacity import capacity_set
from tests.factories import FEBRUARY, Cast, client_of
from tests.supply_makers import Supplied, lane_make, planned, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
MARCH, APRIL = date(2022, 3, 1), date(2022, 4, 1)


@pytest.fixture
def world(cast: Cast) -> Supplied:
    world = supplied_make(cast)
    lane_make(world.item)
    stock_make(world.item, "40")
    return world


def limited(world: Supplied, quantity: str, user: User | None = None, **changes: Any) -> list[Capacity]:
    """Set Northgate's limit of March and April."""
    given = {
        "supplier_id": world.item.lanes.get().supplier_id,
        "location_id": None,
        "unit": "units",
        "first": MARCH,
        "last": APRIL,
        "reason": "Told on the phone",
        "versions": {},
        **changes,
    }
    who = user or world.cast.sam
    with acting(who, Source.PAGE):
        return capacity_set(user=who, cycle_id=world.cycle.pk, quantity=Decimal(quantity), **given)


def test_what_a_limit_leaves_out_is_ordered_earlier(
    world: Supplied, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    run = planned(world.cast.sam, world.cycle)
    limited(world, "30")
    with django_assert_num_queries(5):
        [row] = rough_cut(run)
    by_month = {month.bucket: month for month in row.months}
    assert by_month[APRIL].limit == 30 and by_month[FEBRUARY].limit is None
    assert by_month[APRIL].before == 40 and by_month[APRIL].after == 30
    assert (by_month[APRIL].moved, by_month[MARCH].moved) == (10, 20), "ten more come into March, which is full too"
    assert by_month[FEBRUARY].after == by_month[FEBRUARY].before + 20
    assert by_month[APRIL].mark_before == "over" and by_month[APRIL].mark_after == "near"
    assert [(item.id, item.moved, item.cut) for item in row.items] == [(world.item.pk, 30, 0)]


def test_a_first_month_that_is_too_small_cuts(world: Supplied) -> None:
    run = planned(world.cast.sam, world.cycle)
    limited(world, "10", first=FEBRUARY, last=MARCH)
    first, second, *_ = rough_cut(run)[0].months
    assert (first.after, second.after) == (10, 10)
    assert first.cut == first.before + second.before - 20


def test_space_is_reported_and_moves_nothing(world: Supplied) -> None:
    run = planned(world.cast.sam, world.cycle)
    type(world.item.product).objects.update(volume_m3=2)
    type(world.item.location).objects.update(space_m3=1)
    stock_line = run.lines.order_by("bucket").first()
    run.lines.filter(pk=stock_line.pk).update(closing=3)
    [row] = rough_cut(run)
    assert (row.owner, row.months[0].before, row.months[0].after) == ("location", 6, 6)
    assert row.months[0].mark_before == "over" and not row.items


def test_a_limit_says_who_and_why_and_makes_later_steps_stale(world: Supplied) -> None:
    later = CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.RECONCILE)
    later.update(opened_at=timezone.now())
    rows = limited(world, "30")
    assert [row.bucket for row in rows] == [MARCH, APRIL]
    entry = rows[0].history.latest()
    assert (entry.history_user_name, entry.history_change_reason) == (world.cast.sam.name, "Told on the phone")
    assert "rough cut" in later.get().stale_because


def test_a_limit_set_since_the_page_was_opened_is_not_overwritten(world: Supplied) -> None:
    rows = limited(world, "30")
    seen = {row.pk: version_of(row) for row in rows}
    limited(world, "35", versions=seen)
    with pytest.raises(Conflict, match="set the limit of Mar 2022 to 35"):
        limited(world, "20", versions=seen)
    with pytest.raises(Conflict):
        limited(world, "20")
    assert set(Capacity.objects.values_list("quantity", flat=True)) == {35}


@pytest.mark.parametrize(
    ("quantity", "changes"),
    [
        ("-1", {}),
        ("1", {"reason": " "}),
        ("1", {"unit": "pallets"}),
        ("1", {"supplier_id": None}),
        ("1", {"first": APRIL, "last": MARCH}),
        ("1", {"last": date(2040, 1, 1)}),
    ],
)
def test_senseless_limits_are_refused(world: Supplied, quantity: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        limited(world, quantity, **changes)
    assert not Capacity.objects.exists()


def test_only_planners_of_supply_set_limits(world: Supplied) -> None:
    with pytest.raises(NotAllowed):
        limited(world, "30", world.cast.olga)


def test_the_page_sets_shows_and_refuses(world: Supplied) -> None:
    planned(world.cast.sam, world.cycle)
    client, address = client_of(world.cast.sam), reverse("supply:rough-cut", args=[world.cycle.pk])
    assert "No limits are known" in client.get(address).content.decode()
    supplier = world.item.lanes.get().supplier_id
    form = {
        "owner": f"supplier-{supplier}",
        "unit": "units",
        "first": "2022-03-01",
        "last": "2022-04-01",
        "quantity": "30",
        "reason": "Told on the phone",
        "seen": "",
    }
    limit = reverse("supply:limit", args=[world.cycle.pk])
    assert client.post(limit, form).status_code == 302
    html = client.get(address + "?rule=priority").content.decode()
    assert "▼ 133%" in html and ">over<" in html and "Told on the phone" in html and "1 stock item concerned" in html
    refused = client.post(limit, {**form, "quantity": "20"})
    assert refused.status_code == 409 and 'value="20"' in refused.content.decode()
    assert client.post(limit, {**form, "owner": "supplier-999999"}).status_code == 422
    CycleStep.objects.filter(cycle=world.cycle, kind="supply").update(state=StepState.CLOSED)
    assert "Set a limit" not in client.get(address).content.decode()


def test_a_program_reads_loads_and_sets_a_limit(world: Supplied) -> None:
    planned(world.cast.sam, world.cycle)
    client = client_of(world.cast.sam)
    supplier = world.item.lanes.get().supplier.code
    body = {
        "supplier": supplier,
        "bucket": "2022-04-01",
        "unit": "units",
        "quantity": "30",
        "reason": "R",
        "version": 0,
    }
    address = reverse("api:capacity", args=[world.cycle.pk])
    answer = client.post(address, body, content_type="application/json")
    assert answer.status_code in (200, 201), answer.content
    assert client.post(address, body, content_type="application/json").status_code == 409
    assert client.get(address).json()["results"][0]["version"] == answer.json()["version"]
    loads = client.get(reverse("api:supply-loads", args=[world.cycle.pk])).json()["results"]
    assert [row["after"] for row in loads if row["bucket"] == "2022-04-01"] == [30]
