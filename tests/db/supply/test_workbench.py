"""Finding stock items among many: each filter alone, together, what there is to filter by, and the queries it takes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop.models import Cycle, Family, Supplier
from supply.models import Sourcing, StockItem, SupplyFlag, SupplyRun
from supply.selectors.filter_choices import chosen_words, filter_choices
from supply.selectors.item_filter import ItemFilter
from supply.selectors.workbench import flag_counts, item_ids, items_flagged, limit_flags
from tests.api_world import FEBRUARY, MARCH
from tests.factories import Cast, client_of, cycle_make, family_make, location_make, product_make, supplier_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    cycle = cycle_make(cast)
    SupplyRun.objects.create(
        cycle=cycle, snapshot_version=1, first_bucket=FEBRUARY, horizon_months=18, complete=True, current=True
    )
    return cycle


def lane(item: StockItem, supplier: Supplier, share: str = "1") -> Sourcing:
    return Sourcing.objects.create(item=item, supplier=supplier, share=Decimal(share))


def flag_make(cycle: Cycle, kind: str, money: int, *, first: date = FEBRUARY, **facts: Any) -> SupplyFlag:
    return SupplyFlag.objects.create(
        cycle=cycle, kind=kind, money=money, first_bucket=first, last_bucket=MARCH, **facts
    )


@pytest.fixture
def items(cast: Cast, cycle: Cycle) -> dict[str, StockItem]:
    """Three stock items that differ in everything there is to filter by."""
    roof, wall = family_make("ROOF"), family_make("WALL")
    north, south = location_make("NORTH"), location_make("SOUTH")
    acme, bolt = supplier_make("ACME"), supplier_make("BOLT")
    made = {
        "tile": StockItem.objects.create(product=product_make("TILE", family=roof), location=north, buyer=cast.sam),
        "ridge": StockItem.objects.create(product=product_make("RIDGE", family=roof), location=south),
        "brick": StockItem.objects.create(product=product_make("BRICK", family=wall), location=south),
    }
    type(made["tile"].product).objects.filter(pk=made["tile"].product_id).update(abc="A")
    type(made["brick"].product).objects.filter(pk=made["brick"].product_id).update(abc="C")
    lane(made["tile"], bolt, "0.2")
    lane(made["tile"], acme, "0.8")
    lane(made["ridge"], bolt)
    flag_make(cycle, "shortage", 900, item=made["tile"], first=MARCH)
    flag_make(cycle, "excess", 50, item=made["tile"], state="accepted", owner=cast.sam)
    flag_make(cycle, "shortage", 400, item=made["ridge"], state="raised", owner=cast.sam)
    flag_make(cycle, "excess", 7, item=made["brick"], state="gone")
    return made


def found(cycle: Cycle, **asked: object) -> list[str]:
    rows = list(items_flagged(cycle, ItemFilter.of(asked)))
    assert list(item_ids(cycle, ItemFilter.of(asked))) == [item.pk for item in rows], "a page is read by these"
    return [item.product.code for item in rows]


def test_each_filter_leaves_its_stock_items(cast: Cast, cycle: Cycle, items: dict[str, StockItem]) -> None:
    roof, acme, bolt = Family.objects.get(code="ROOF"), *Supplier.objects.order_by("code")
    assert found(cycle) == ["TILE", "RIDGE", "BRICK"]
    assert found(cycle, family=roof.pk) == ["TILE", "RIDGE"]
    assert found(cycle, location=items["tile"].location_id) == ["TILE"]
    assert found(cycle, abc="A") == ["TILE"]
    assert found(cycle, abc="-") == ["RIDGE"]
    assert found(cycle, supplier=acme.pk) == ["TILE"], "its lane with the larger share"
    assert found(cycle, supplier=bolt.pk) == ["RIDGE"], "of tiles it is the second lane only"
    assert found(cycle, supplier=0) == ["BRICK"]
    assert found(cycle, buyer=cast.sam.pk) == ["TILE"]
    assert found(cycle, buyer=0) == ["RIDGE", "BRICK"]
    assert found(cycle, kind="shortage") == ["TILE", "RIDGE"]
    assert found(cycle, kind="excess") == ["TILE"], "a flag that is gone is none"
    assert found(cycle, state="raised") == ["RIDGE"]
    assert found(cycle, q="  rid ") == ["RIDGE"]
    assert found(cycle, q="wall") == ["BRICK"]


def test_filters_hold_together_and_kind_and_state_mean_the_same_flag(cycle: Cycle, items: dict[str, StockItem]) -> None:
    roof = Family.objects.get(code="ROOF")
    assert found(cycle, family=roof.pk, location=items["brick"].location_id, kind="shortage") == ["RIDGE"]
    assert found(cycle, kind="shortage", state="accepted") == [], "tiles have either, in two flags"
    assert found(cycle, family=roof.pk, abc="C") == []


def test_money_and_month_are_those_of_the_flags_asked_for(cycle: Cycle, items: dict[str, StockItem]) -> None:
    whole = items_flagged(cycle).get(pk=items["tile"].pk)
    assert (whole.stake, whole.first_month) == (900, FEBRUARY)
    excess = items_flagged(cycle, ItemFilter(kind="excess")).get()
    assert (excess.stake, excess.first_month, len(excess.live_flags)) == (50, FEBRUARY, 2)
    assert found(cycle, order="product") == ["BRICK", "RIDGE", "TILE"]
    assert found(cycle, order="first", kind="shortage") == ["RIDGE", "TILE"]


def test_an_address_that_makes_no_sense_leaves_the_filter_open() -> None:
    odd = {
        "family": "x",
        "supplier": "-1",
        "buyer": "9" * 40,
        "location": "²",
        "abc": "D",
        "kind": "y",
        "state": "gone",
    }
    assert ItemFilter.of(odd | {"order": "colour", "q": " \0 "}) == ItemFilter()
    assert len(ItemFilter.of({"q": "x" * 200}).q) == 80
    kept = ItemFilter(family=3, buyer=0, abc="-", kind="excess", q="a b", order="first")
    assert ItemFilter.of(kept.state_kept) == kept


def test_only_what_there_is_can_be_chosen(cast: Cast, cycle: Cycle, items: dict[str, StockItem]) -> None:
    family_make("EMPTY")
    supplier_make("SECOND")
    lane(items["tile"], Supplier.objects.get(code="SECOND"), "0.1")
    words = {choice.name: [word for _, word in choice.values] for choice in filter_choices(cycle)}
    assert words == {
        "family": ["Roof", "Wall"],
        "location": ["Warehouse NORTH", "Warehouse SOUTH"],
        "abc": ["Class A", "Class C", "No class"],
        "supplier": ["Acme", "Bolt", "No supplier"],
        "buyer": ["Sam", "No buyer"],
        "state": ["Open", "Seen, being handled", "Raised to reconcile"],
    }
    StockItem.objects.update(buyer=None)
    assert "buyer" not in {choice.name for choice in filter_choices(cycle)}, "nobody to choose from"


def test_what_is_asked_is_said_even_when_it_is_not_there_any_more(cycle: Cycle, items: dict[str, StockItem]) -> None:
    asked = ItemFilter(family=999_999, kind="excess", q="tile")
    said = [(each.word, each.value) for each in chosen_words(asked, filter_choices(cycle))]
    assert said == [("Family", "not there any more"), ("Only", "Excess"), ("Words", "“tile”")]


def test_counts_follow_the_other_filters(cycle: Cycle, items: dict[str, StockItem]) -> None:
    flag_make(cycle, "space_over", 5, location=items["tile"].location)

    def counts(**asked: object) -> dict[str, int]:
        return {row.kind.value: row.count for row in flag_counts(cycle, ItemFilter.of(asked))}

    assert counts() == counts(kind="excess") == {"shortage": 2, "excess": 1, "space_over": 1}
    assert counts(location=items["tile"].location_id) == {"shortage": 1, "excess": 1, "space_over": 1}
    assert counts(abc="A") == {"shortage": 1, "excess": 1}
    assert counts(state="raised") == {"shortage": 1}


def test_flags_of_suppliers_and_warehouses_follow_what_they_can(cycle: Cycle, items: dict[str, StockItem]) -> None:
    acme = Supplier.objects.get(code="ACME")
    flag_make(cycle, "space_over", 5, location=items["tile"].location, state="raised")
    flag_make(cycle, "supplier_over", 9, supplier=acme)

    def kinds(**asked: object) -> list[str]:
        return [flag.kind for flag in limit_flags(cycle, ItemFilter.of(asked))]

    assert kinds() == ["supplier_over", "space_over"]
    assert kinds(supplier=acme.pk) == ["supplier_over"]
    assert kinds(location=items["tile"].location_id) == ["space_over"]
    assert kinds(location=items["tile"].location_id, supplier=acme.pk) == []
    assert kinds(state="raised") == kinds(kind="space_over") == ["space_over"]
    assert kinds(kind="shortage") == kinds(q="tile") == kinds(buyer=0) == kinds(location=items["brick"].location_id)
    assert kinds(q="tile") == []


def test_a_list_of_hundreds_takes_the_queries_of_a_few(cast: Cast, cycle: Cycle, items: dict[str, StockItem]) -> None:
    client = client_of(cast.sam)
    acme = Supplier.objects.get(code="ACME")
    address = reverse("supply:workbench", args=[cycle.pk]) + f"?supplier={acme.pk}&abc=A&state=open"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    family, place = Family.objects.get(code="ROOF"), items["tile"].location
    for number in range(297):
        item = StockItem.objects.create(product=product_make(f"P{number}", family=family), location=place)
        type(item.product).objects.filter(pk=item.product_id).update(abc="A")
        lane(item, acme)
        flag_make(cycle, "shortage", number, item=item)
    with CaptureQueriesContext(connection) as many:
        html = client.get(address).content.decode()
    assert "298 of 300 stock items" in html
    assert len(many) == len(few) == 33
