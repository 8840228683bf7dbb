"""The risk page: families by months, a family's stock items, one item; what they say and in which order."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop.constants import Source, StepKind, StepState
from sop.models import CycleStep, Family, Location, Product
from sop.request_context import acting
from supply.models import RiskGroup, StockItem, SupplyRisk, SupplyRun
from supply.services.receipts import ReceiptCell, receipts_set
from supply.services.risk import risk_groups_sum
from tests.api_calls import api_of
from tests.api_world import FEBRUARY, MARCH
from tests.factories import Cast, client_of, cycle_make, family_make, location_make, product_make
from tests.supply_makers import Supplied, lane_make, planned, price_make, stock_make, supplied_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


def risk_make(run: SupplyRun, item: StockItem, chance: float, *, bucket: date = FEBRUARY, **changed: Any) -> None:
    """Keep what 200 draws say of one month: 100 wanted, 10 late, 4 lost, worth 40."""
    figures = {"demand": 100, "late_units": 10, "late_bar": 2, "fill_bar": 0.02, "lost_units": 4, "lost_value": 40}
    if not chance:
        figures |= {"late_units": 0, "late_bar": 1.5, "fill_bar": 0.015, "lost_units": 0, "lost_value": 0}
    SupplyRisk.objects.create(run=run, item=item, bucket=bucket, stockout=chance, draws=200, **figures | changed)


@pytest.fixture
def run(cast: Cast) -> SupplyRun:
    return SupplyRun.objects.create(
        cycle=cycle_make(cast), snapshot_version=1, first_bucket=FEBRUARY, horizon_months=2, complete=True, current=True
    )


def items_make(run: SupplyRun, family: str, *chances: float, place: str = "DC1", **changed: Any) -> list[StockItem]:
    made = []
    where = Location.objects.filter(code=place).first() or location_make(place)
    kin = Family.objects.filter(code=family).first() or family_make(family)
    for chance in chances:
        product = product_make(f"{family}{Product.objects.count()}", family=kin)
        item = StockItem.objects.create(product=product, location=where)
        risk_make(run, item, chance, **changed)
        risk_make(run, item, 0, bucket=MARCH)
        made.append(item)
    return made


def page(run: SupplyRun, cast: Cast, query: str = "") -> str:
    return client_of(cast.sam).get(reverse("supply:risk", args=[run.cycle_id]) + query).content.decode()


def family_page(run: SupplyRun, cast: Cast, family: Any, query: str = "") -> str:
    address = reverse("supply:risk-family", args=[run.cycle_id, family.pk])
    return client_of(cast.sam).get(address + query).content.decode()


def test_a_familys_chance_is_the_share_of_its_items_that_run_out_with_its_widest_bar(
    cast: Cast, run: SupplyRun
) -> None:
    items_make(run, "ROOF", 0.5, 0.1, 0.0)
    risk_groups_sum(run)
    html = page(run, cast)
    bar = (1.96 * (0.5 * 0.5 / 200) ** 0.5 + 1.96 * (0.1 * 0.9 / 200) ** 0.5) / 3
    assert "20%" in html and f"±{100 * bar:.0f}" in html  # February: (50 + 10 + 0) / 3
    assert "10%" in html, "over both months"
    assert "93.3%" in html or "96.7%" in html  # 20 of 300, and 20 of 600 late
    assert "$80" in html and "200 draws" in html
    assert "±1.5" in html or "±2" in html, "March was never hit: 3 in 200"
    assert "none seen" in html and "high" in html


def test_the_dearest_family_stands_first_and_other_orders_are_a_click_away(cast: Cast, run: SupplyRun) -> None:
    items_make(run, "CHEAP", 0.9, lost_value=5)
    items_make(run, "DEAR", 0.2, lost_value=5000)
    risk_groups_sum(run)
    for query, first, second in (
        ("", "Dear", "Cheap"),
        ("?order=chance", "Cheap", "Dear"),
        ("?order=x", "Dear", "Cheap"),
    ):
        html = page(run, cast, query)
        assert html.index(f">{first}") < html.index(f">{second}"), query


def test_location_and_class_narrow_families_items_and_totals(cast: Cast, run: SupplyRun) -> None:
    north = items_make(run, "ROOF", 0.5, place="NORTH")[0]
    south = items_make(run, "WALL", 0.1, place="SOUTH")[0]
    Product.objects.filter(pk=north.product_id).update(abc="A")
    risk_groups_sum(run)
    both = page(run, cast)
    assert ">Roof" in both and ">Wall" in both
    for query in (f"?location={north.location_id}", "?abc=A"):
        html = page(run, cast, query)
        assert ">Roof" in html and ">Wall" not in html
        assert "$40" in html and "$80" not in html
    assert "Nothing here" in page(run, cast, f"?abc=A&location={south.location_id}")
    family = north.product.family
    assert north.product.name in family_page(run, cast, family, "?abc=A")
    assert "Nothing here" in family_page(run, cast, family, f"?location={south.location_id}")


def test_a_familys_items_stand_worst_first_each_with_its_page(cast: Cast, run: SupplyRun) -> None:
    mild, bad = items_make(run, "ROOF", 0.1, 0.8)
    SupplyRisk.objects.filter(item=bad, bucket=FEBRUARY).update(lost_value=900)
    risk_groups_sum(run)
    html = family_page(run, cast, bad.product.family)
    addresses = [reverse("supply:item", args=[run.cycle_id, item.pk]) for item in (bad, mild)]
    assert 0 < html.index(addresses[0]) < html.index(addresses[1])
    by_name = family_page(run, cast, bad.product.family, "?order=product")
    assert by_name.index(addresses[1]) < by_name.index(addresses[0])
    assert "very high" in html


def test_pages_say_when_there_is_no_plan_and_when_it_is_older_than_risk(cast: Cast, run: SupplyRun) -> None:
    assert "The risk of this plan is not known" in page(run, cast)
    SupplyRun.objects.update(current=False)
    family = family_make("ROOF")
    for html in (page(run, cast), family_page(run, cast, family)):
        assert "There is no supply plan yet" in html


def test_queries_do_not_grow_with_families_and_items(cast: Cast, run: SupplyRun) -> None:
    first = items_make(run, "ROOF", 0.5)[0]
    risk_groups_sum(run)
    client = client_of(cast.sam)
    addresses = [
        reverse("supply:risk", args=[run.cycle_id]),
        reverse("supply:risk-family", args=[run.cycle_id, first.product.family_id]),
    ]

    def counts() -> list[int]:
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            found.append(len(seen))
        return found

    counts()
    few = counts()
    items_make(run, "ROOF", 0.1, 0.2, 0.3)
    items_make(run, "WALL", 0.1, 0.2, 0.3)
    risk_groups_sum(run)
    more = [after - before for before, after in zip(few, counts(), strict=True)]
    assert max(more) <= 1, "what is kept for a minute may be read again, and nothing else"


@pytest.fixture
def world(cast: Cast) -> Supplied:
    """Shingles run short, as their orders take three months."""
    world = supplied_make(cast)
    stock_make(world.item, "50")
    lane_make(world.item, days="90")
    price_make(world.item.product, "5")
    planned(cast.sam, world.cycle)
    return world


def test_the_item_page_says_the_chance_in_words_and_by_month(cast: Cast, world: Supplied) -> None:
    html = client_of(cast.sam).get(reverse("supply:item", args=[world.cycle.pk, world.item.pk])).content.decode()
    assert re.search(r"([89] in 10 chance|Almost certain) to run out in \w+ 2022; \d+ units, \$", html)
    assert "Chance of a stock-out" in html and "Expected lost units" in html and "Fill rate" in html
    SupplyRisk.objects.all().delete()
    html = client_of(cast.sam).get(reverse("supply:item", args=[world.cycle.pk, world.item.pk])).content.decode()
    assert "Chance of a stock-out" not in html and "Demand" in html


def test_the_sums_of_a_run_are_those_of_its_items_and_the_workbench_shows_them(cast: Cast, world: Supplied) -> None:
    groups, items = RiskGroup.objects.all(), SupplyRisk.objects.all()
    assert sum(row.lost_value for row in groups) == pytest.approx(sum(row.lost_value for row in items))
    assert sum(row.stockouts for row in groups) == pytest.approx(sum(row.stockout for row in items))
    html = client_of(cast.sam).get(reverse("supply:workbench", args=[world.cycle.pk])).content.decode()
    assert "Expected lost" in html and reverse("supply:risk", args=[world.cycle.pk]) in html


def test_the_plan_to_publish_is_drawn_2000_times_also_where_it_is_planned_anew(cast: Cast, world: Supplied) -> None:
    bars = SupplyRisk.objects.get(bucket=MARCH).stockout, SupplyRisk.objects.get(bucket=MARCH).fill_bar
    sam, here = client_of(cast.sam), reverse("supply:risk", args=[world.cycle.pk])
    html = sam.get(here).content.decode()
    assert "Run again with 2,000 draws" in html and "200 draws" in html
    assert 'name="draws" value="2000"' in html
    assert "2,000 draws" not in client_of(cast.ana).get(here).content.decode().split("<header>")[0], "not hers to run"
    assert sam.post(reverse("supply:run", args=[world.cycle.pk]), {"draws": "2000"}).status_code == 302
    run = SupplyRun.objects.latest("created_at")
    parts_run(run.job)
    drawn = SupplyRisk.objects.get(run=run, bucket=MARCH)
    assert (drawn.draws, set(RiskGroup.objects.filter(run=run).values_list("draws", flat=True))) == (2000, {2000})
    assert drawn.stockout == pytest.approx(bars[0], abs=0.1) and drawn.fill_bar < bars[1] / 2
    html = sam.get(here).content.decode()
    assert "2,000 draws" in html and "Run again" not in html
    with acting(cast.sam, Source.PAGE):
        cell = ReceiptCell(bucket=MARCH, quantity=Decimal(30), version=0)
        receipts_set(user=cast.sam, cycle_id=world.cycle.pk, item_id=world.item.pk, cells=[cell], reason="By phone")
    assert SupplyRisk.objects.get(run=run, bucket=MARCH).draws == 2000


def test_a_closed_step_is_drawn_anew_by_nobody(cast: Cast, world: Supplied) -> None:
    CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.SUPPLY).update(state=StepState.CLOSED)
    sam = client_of(cast.sam)
    assert "Run again" not in sam.get(reverse("supply:risk", args=[world.cycle.pk])).content.decode()
    assert sam.post(reverse("supply:run", args=[world.cycle.pk]), {"draws": "2000"}).status_code == 422
    assert SupplyRun.objects.filter(draws=2000).count() == 0


@pytest.mark.parametrize("sent", ["0", "201", "2e3", "1000000000000000000000", "-200", "many"])
def test_the_risk_is_drawn_as_often_as_offered_or_not_at_all(cast: Cast, world: Supplied, sent: str) -> None:
    runs = SupplyRun.objects.count()
    answer = client_of(cast.sam).post(reverse("supply:run", args=[world.cycle.pk]), {"draws": sent})
    assert "drawn 200 or 2,000 times" in answer.content.decode()
    assert api_of(cast.sam).post(f"/api/v1/cycles/{world.cycle.pk}/supply/runs/", {"draws": sent}).status_code == 400
    assert SupplyRun.objects.count() == runs


def test_programs_read_families_and_items_with_bars_and_draws(cast: Cast, world: Supplied) -> None:
    api = api_of(cast.sam)
    family = api.get(f"/api/v1/cycles/{world.cycle.pk}/supply/risk/families/?bucket=2022-03-01").json()["results"][0]
    item = api.get(f"/api/v1/cycles/{world.cycle.pk}/supply/risk/items/?bucket=2022-03-01").json()["results"][0]
    assert (family["items"], item["item"]) == (1, world.item.pk)
    assert family["risk"]["stockout"] == item["risk"]["stockout"] > 0.6
    assert family["risk"]["draws"] == 200
    assert family["risk"]["lost_value"] == pytest.approx(5 * family["risk"]["lost_units"])
    assert item["risk"]["fill_bar"] > 0
    none = api.get(f"/api/v1/cycles/{world.cycle.pk}/supply/risk/families/?abc=A").json()
    assert none["count"] == 0
