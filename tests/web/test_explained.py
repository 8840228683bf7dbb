"""Stock explained: groups that add up, the stock items behind them, one item's own words, and for programs."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop.constants import StepKind
from sop.models import Location, Product, Supplier
from supply.models import StockExplained, StockItem
from supply.selectors import explained as reads
from tests.api_calls import api_of
from tests.api_world import World, item_make, step_only, world_make
from tests.factories import Cast, client_of, cycle_make, supplier_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.SUPPLY)
    return made


def split_make(world: World, item: StockItem, supplier: Supplier | None = None, **given: Any) -> StockExplained:
    """Return a stock item's split: nothing in any class unless given."""
    parts = dict.fromkeys(reads.SUMS, Decimal(0)) | {name: Decimal(value) for name, value in given.items()}
    held = sum((parts[name] for name in reads.NAMES), Decimal(0))
    facts = dict.fromkeys(("backlog", "safety_planned", "safety_assumed", "safety_measured", "lot", "pre_bought"), 0)
    days = {"per_month": 40.0, "months": 3.5, "assumed_days": 21.0}
    return StockExplained.objects.create(
        run=world.run, item=item, supplier=supplier, on_hand=held, on_order=0, **{**facts, **days, **parts}
    )


def three_make(cast: Cast, world: World) -> tuple[Supplier, Supplier]:
    """Return two suppliers: Able explains all, Zebra little; one of Zebra's items has Sam as its buyer."""
    able, zebra = supplier_make("ABLE"), supplier_make("ZEBRA")
    second, third = (item_make(world.cycle, world.run, code, Location.objects.get()) for code in ("TILE", "NAIL"))
    StockItem.objects.filter(pk=third.pk).update(buyer=cast.sam)
    split_make(world, world.item, able, need="70.5", need_money="141.00")
    split_make(world, second, zebra, need="10", need_money="20", rest="30.25", rest_money="60.51")
    grown = {"growth_money": "80", "grown_by_lead_money": "32.8", "lengthened_money": "32.8"}
    split_make(world, third, zebra, buffer="5", buffer_money="10", early="40", early_money="90.02", **grown)
    return able, zebra


def page(cast: Cast, world: World, name: str = "explained", query: str = "") -> str:
    answer = client_of(cast.sam).get(reverse(f"supply:{name}", args=[world.cycle.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("by", reads.GROUPS)
def test_groups_add_up_to_every_stock_item_however_they_are_cut(cast: Cast, world: World, by: str) -> None:
    three_make(cast, world)
    found = reads.groups(world.run, by)
    total = reads.total(found)
    assert (total.items, total.units, total.money) == (3, Decimal("155.75"), Decimal("321.53"))
    assert total.unexplained == Decimal("150.53")
    assert total.justified_share == Decimal("0.41")
    assert [group.unexplained for group in found] == sorted((group.unexplained for group in found), reverse=True)
    for group in found:
        rows = list(reads.of_group(reads.items_explained(world.cycle), by, group.key))
        assert len(rows) == group.items, group.name
        assert sum(row.unexplained_money for row in rows) == group.unexplained


def test_quantities_are_added_up_only_where_all_count_in_the_same_unit(cast: Cast, world: World) -> None:
    three_make(cast, world)
    Product.objects.filter(code="NAIL").update(unit="box")
    able, zebra = sorted(reads.groups(world.run, "supplier"), key=lambda group: group.name)
    assert (able.unit, able.units, able.parts[0].units) == ("each", Decimal("70.5"), Decimal("70.5"))
    assert (zebra.unit, zebra.units, {part.units for part in zebra.parts}) == (None, None, {None})
    total = reads.total([able, zebra])
    assert (total.unit, total.units, total.money) == (None, None, Decimal("321.53"))
    html = page(cast, world, query="?by=supplier")
    assert "71 each" in html or "70 each" in html
    assert html.count('<span class="muted small">70') + html.count('<span class="muted small">71') == 2, (
        "Able alone: all and need"
    )
    assert '<span class="muted small">85' not in html and '<span class="muted small">156' not in html
    address = f"/api/v1/cycles/{world.cycle.pk}/supply/explained/groups/?by=supplier"
    sent = {row["name"]: (row["unit"], row["parts"][0]["units"]) for row in api_of(cast.sam).rows(address)}
    assert sent == {"Able": ("each", "70.500"), "Zebra": (None, None)}


def test_who_is_named_as_buyer_stands_first_and_suppliers_stand_for_the_others(cast: Cast, world: World) -> None:
    three_make(cast, world)
    names = [group.name for group in reads.groups(world.run, "buyer")]
    assert names == ["Sam", "No buyer, Zebra", "No buyer, Able"]


def test_the_page_says_what_longer_lead_times_justify(cast: Cast, world: World) -> None:
    three_make(cast, world)
    html = page(cast, world)
    assert "Longer lead times justify 41% of the growth" in html
    assert html.index("Sam") < html.index("No buyer, Zebra"), "by buyer where one is named"
    assert "■ $151" in html and "✓ none" in html
    assert "Zebra" in page(cast, world, query="?by=supplier") and "Roofing" in page(cast, world, query="?by=family")


def test_without_buyers_suppliers_group_it(cast: Cast, world: World) -> None:
    three_make(cast, world)
    StockItem.objects.update(buyer=None)
    assert 'href="?by=supplier" aria-current="true"' in page(cast, world)


def test_behind_a_group_stand_its_items_the_worst_first(cast: Cast, world: World) -> None:
    _, zebra = three_make(cast, world)
    html = page(cast, world, "explained-items", f"?by=supplier&group={zebra.pk}")
    assert html.index("Nail") < html.index("Tile")
    assert "Shingle" not in html
    assert (
        f"{reverse('supply:item', args=[world.cycle.pk, StockItem.objects.get(buyer=cast.sam).pk])}#explained" in html
    )
    assert "Shingle" in page(cast, world, "explained-items")


@pytest.mark.parametrize("query", ["?by=supplier&group=x", "?by=buyer&group=b99", "?group=%00", "?by=nobody&group=s"])
def test_an_address_of_nobody_is_answered_kindly(cast: Cast, world: World, query: str) -> None:
    three_make(cast, world)
    assert "No stock item is here" in page(cast, world, "explained-items", query)


def test_the_item_says_how_each_class_comes_about(cast: Cast, world: World) -> None:
    facts = {"measured_days": 98.0, "safety_measured": 33, "earlier_days": 21.0, "held_before": 50, "backlog": 4}
    row = split_make(world, world.item, need="144", need_money="288", rest="20", rest_money="40")
    StockExplained.objects.filter(pk=row.pk).update(
        **facts, growth_money=228, grown_by_lead_money=57, lengthened_money=57
    )
    html = client_of(cast.sam).get(reverse("supply:item", args=[world.cycle.pk, world.item.pk])).content.decode()
    assert "40 a month over 3.5 months, the 98 days measured and the review, and 4 that customers wait for" in html
    assert "33 safety stock, calculated for the 98 days measured" in html
    assert "Planned with 21 days, 98 were measured" in html
    assert "with a lead time of 21 days. Of the 114 more, longer lead times justify 25%." in html
    assert "■ Rest" in html


def test_without_a_plan_or_with_one_made_before_the_page_says_who_acts_next(cast: Cast, world: World) -> None:
    assert "This plan does not explain stock" in page(cast, world)
    assert "This plan does not explain stock" in page(cast, world, "explained-items")
    html = client_of(cast.sam).get(reverse("supply:item", args=[world.cycle.pk, world.item.pk])).content.decode()
    assert 'id="explained"' not in html
    world.run.current = False
    world.run.save()
    assert "There is no supply plan yet" in page(cast, world)


def test_a_closed_step_is_said_and_shown(cast: Cast, world: World) -> None:
    three_make(cast, world)
    step_only(world.cycle, StepKind.RECONCILE)
    html = page(cast, world)
    assert "was closed" in html and "Sam" in html


def test_more_items_ask_no_more_queries(cast: Cast, world: World) -> None:
    three_make(cast, world)

    def count(name: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            page(cast, world, name)
        return len(asked)

    count("explained")
    before = {name: count(name) for name in ("explained", "explained-items")}
    for number in range(6):
        item = item_make(world.cycle, world.run, f"MORE{number}", Location.objects.get())
        split_make(world, item, supplier_make(f"S{number}"), rest="1", rest_money="2")
    assert {name: count(name) for name in before} == before


def test_programs_read_the_same(cast: Cast, world: World) -> None:
    three_make(cast, world)
    api = api_of(cast.sam)
    rows = api.get(f"/api/v1/cycles/{world.cycle.pk}/supply/explained/?ordering=unexplained").json()["results"]
    assert [(row["product"], row["buyer"], row["unexplained_money"]) for row in rows] == [
        ("NAIL", "sam", "90.02"),
        ("TILE", None, "60.51"),
        ("SHINGLE", None, "0.00"),
    ]
    found = api.get(f"/api/v1/cycles/{world.cycle.pk}/supply/explained/groups/?by=supplier").json()["results"]
    assert [(row["name"], row["unexplained"]) for row in found] == [("Zebra", "150.53"), ("Able", "0.00")]
    assert sum(Decimal(part["money"]) for row in found for part in row["parts"]) == Decimal("321.53")
