"""The company's ceilings: what rises above them is flagged, followed by every run and every edit, and closes itself."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop.constants import Source
from sop.models import Company
from sop.request_context import acting
from supply.models import SupplyFlag, SupplyRun
from supply.selectors.ceilings import ceiling_rows, ceilings
from supply.selectors.inputs import inputs_changed
from supply.services.receipts import ReceiptCell, receipts_set
from tests.api_world import FEBRUARY, MARCH
from tests.factories import Cast, client_of
from tests.supply_makers import Supplied, lane_make, planned, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
FACTS = ("kind", "first_bucket", "last_bucket", "units", "money", "cause", "state")


@pytest.fixture
def world(cast: Cast) -> Supplied:
    """400 shingles at 2, of which 40 go a month: worth 720, 640, 560... at the ends of the months."""
    world = supplied_make(cast)
    lane_make(world.item)
    stock_make(world.item, "400")
    return world


def allow(stock: int | None = None, purchases: int | None = None) -> None:
    Company.objects.update_or_create(id=1, defaults={"cash_ceiling": stock, "purchases_ceiling": purchases})


def receipts(world: Supplied, quantity: int, version: int) -> None:
    with acting(world.cast.sam, Source.PAGE, f"receipts {version}"):
        cells, who = [ReceiptCell(MARCH, Decimal(quantity), version)], world.cast.sam
        receipts_set(user=who, cycle_id=world.cycle.pk, item_id=world.item.pk, cells=cells, reason="By phone")


def facts() -> list[dict[str, Any]]:
    return list(SupplyFlag.objects.filter(item=None).order_by("kind").values(*FACTS))


def test_stock_above_its_ceiling_is_one_flag_with_its_worst_month(world: Supplied) -> None:
    allow(stock=600)
    planned(world.cast.sam, world.cycle)
    flag = SupplyFlag.objects.get(kind="cash_over")
    assert (flag.item, flag.supplier, flag.location, flag.state) == (None, None, None, "open")
    assert (flag.first_bucket, flag.last_bucket, flag.money) == (FEBRUARY, MARCH, 120)
    assert flag.cause == "All stock is worth $720 in Feb 2022, $120 above the ceiling of $600; 2 months above it"
    assert str(flag) == "Stock above its ceiling: the company"


def test_it_keeps_owner_and_answer_through_runs_and_closes_itself(world: Supplied) -> None:
    allow(stock=600)
    planned(world.cast.sam, world.cycle)
    client, flag = client_of(world.cast.sam), SupplyFlag.objects.get(kind="cash_over")
    answer = reverse("supply:flag", args=[world.cycle.pk, flag.pk])
    told = client.post(answer, {"state": "raised", "note": "Ask the bank"}, follow=True).content.decode()
    assert "Ask the bank" in told and 'id="cash_over-0"' in told
    allow(stock=700)
    planned(world.cast.sam, world.cycle)
    flag.refresh_from_db()
    assert (flag.state, flag.owner, flag.note, flag.money) == ("raised", world.cast.sam, "Ask the bank", 20)
    allow(stock=720)
    planned(world.cast.sam, world.cycle)
    flag.refresh_from_db()
    assert flag.state == "gone", "at its ceiling, not above it"


def test_an_edit_follows_it_at_once_as_a_whole_run_would(world: Supplied) -> None:
    allow(stock=600, purchases=100)
    planned(world.cast.sam, world.cycle)
    assert [flag["kind"] for flag in facts()] == ["cash_over"]
    receipts(world, 60, 0)
    at_once = facts()
    assert [(flag["kind"], flag["money"], flag["state"]) for flag in at_once] == [
        ("cash_over", 160, "open"),
        ("purchases_over", 20, "open"),
    ]
    assert "$760 in Mar 2022, $160 above" in at_once[0]["cause"]
    assert at_once[1]["cause"] == (
        "All purchases of Mar 2022 come to $120, $20 above the ceiling of $100; 1 month above it"
    )
    planned(world.cast.sam, world.cycle)
    assert facts() == at_once
    receipts(world, 10, 1)
    assert [(flag["kind"], flag["money"], flag["state"]) for flag in facts()] == [
        ("cash_over", 120, "open"),
        ("purchases_over", 20, "gone"),
    ]


def test_without_a_ceiling_nothing_is_asked_and_nothing_said(world: Supplied) -> None:
    run = planned(world.cast.sam, world.cycle)
    with CaptureQueriesContext(connection) as queries:
        assert ceilings(run) == ceiling_rows(run) == []
    assert not any("supplyline" in query["sql"] for query in queries)
    assert facts() == []
    assert "cash_over" not in client_of(world.cast.sam).get(page(world)).content.decode()


def page(world: Supplied, name: str = "rough-cut") -> str:
    return reverse(f"supply:{name}", args=[world.cycle.pk])


def test_pages_and_programs_show_it(world: Supplied) -> None:
    allow(stock=600)
    run = planned(world.cast.sam, world.cycle)
    [row] = ceiling_rows(run)
    assert [(month.mark_before, month.before) for month in row.months[:3]] == [
        ("over", 720),
        ("over", 640),
        ("ok", 560),
    ]
    client = client_of(world.cast.sam)
    rough = client.get(page(world)).content.decode()
    assert "▼ 120%" in rough and "I take it" in rough
    anchor = f"{page(world)}?owner=cash_over-0#cash_over-0"
    for query in ("", "?kind=cash_over", "?state=open"):
        assert anchor in client.get(page(world, "workbench") + query).content.decode(), query
    for query in ("?kind=shortage", "?q=shingle", f"?location={world.item.location_id}"):
        assert anchor not in client.get(page(world, "workbench") + query).content.decode(), query
    [told] = client.get(reverse("api:supply-flags", args=[world.cycle.pk]) + "?kind=cash_over").json()["results"]
    assert (told["item"], told["supplier"], told["location"], told["money"]) == (None, None, None, "120.00")


def test_another_ceiling_wants_a_run_before_supply_closes(world: Supplied) -> None:
    allow(stock=600)
    run = planned(world.cast.sam, world.cycle)
    assert not inputs_changed(run)
    with acting(world.cast.cora, Source.PAGE, "ceiling"):
        allow(stock=500)
    assert inputs_changed(run)


def test_only_a_ceiling_is_about_nothing_else(world: Supplied) -> None:
    run = SupplyRun.objects.create(cycle=world.cycle, snapshot_version=1, first_bucket=FEBRUARY, horizon_months=18)
    months = {"first_bucket": FEBRUARY, "last_bucket": MARCH}
    with pytest.raises(IntegrityError), transaction.atomic():
        SupplyFlag.objects.create(cycle=world.cycle, run=run, kind="shortage", **months)
    SupplyFlag.objects.create(cycle=world.cycle, run=run, kind="cash_over", **months)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupplyFlag.objects.create(cycle=world.cycle, run=run, kind="cash_over", **months)
