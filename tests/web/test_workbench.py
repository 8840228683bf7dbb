"""The list of stock items at its page: filters in the address, views of one's own, the file, what stays as it was."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from sop.constants import CycleState
from sop.models import Cycle, SavedView
from supply.models import ClassTarget, StockItem, SupplyFlag
from tests.api_world import MARCH, World, item_make, world_make
from tests.factories import Cast, client_of, cycle_make
from tests.supply_makers import planned, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    """Shingles and tiles in one warehouse, both short; somebody raised the tiles."""
    world = world_make(cast, cycle_make(cast))
    item_make(world.cycle, world.run, "TILE", world.item.location)
    SupplyFlag.objects.filter(item__product__code="TILE").update(state="raised", owner=cast.sam)
    return world


def address(world: World, query: str = "", name: str = "supply:workbench") -> str:
    return reverse(name, args=[world.cycle.pk]) + query


def read(client: Client, world: World, query: str = "") -> str:
    answer = client.get(address(world, query))
    assert answer.status_code == 200, answer
    return unescape(answer.content.decode())


def table_of(html: str) -> str:
    return html.split("<tbody>")[-1] if "<tbody>" in html else ""


def links(html: str) -> list[str]:
    return re.findall(r'href="(\?[^"]*)"', html)


def keep(client: Client, world: World, name: str, **state: object) -> SavedView:
    views = reverse("sop:view-save", args=[world.cycle.pk, "supply"])
    assert client.post(views, {"name": name, "state": json.dumps(state)}).status_code == 200
    return SavedView.objects.latest("pk")


def test_filters_are_said_counted_and_removed_one_by_one(cast: Cast, world: World) -> None:
    client = client_of(cast.sam)
    html = read(client, world, "?state=raised&q=tile&kind=shortage&order=product")
    assert "1 of 2 stock items" in html and "Export these 1" in html and "raised by Sam" in html
    assert 'aria-label="No longer filter by Flags: Raised to reconcile"' in html
    without = [link for link in links(html) if "q=tile" not in link and "state=raised" in link]
    assert parse_qs(without[0][1:]) == {"kind": ["shortage"], "state": ["raised"], "order": ["product"]}
    assert "?order=product" in links(html), "clearing keeps the order"
    assert "2 stock items" in read(client, world)


def test_where_nothing_matches_one_link_clears_the_filters(cast: Cast, world: World) -> None:
    html = read(client_of(cast.sam), world, "?q=nothing+like+it&family=999999999")
    assert "Nothing matches" in html and "Family: not there any more" in html
    assert '<a class="button primary" href="?order=money">Clear the filters</a>' in html
    assert "Export these" not in html


def test_filters_hold_through_pages_orders_and_a_run(cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supply.views.workbench.PAGE", 1)
    client = client_of(cast.sam)
    html = read(client, world, "?kind=shortage")
    assert "?kind=shortage&page=2" in links(html) and "1 to 1 of 2" in html
    assert "?kind=shortage&order=product" in links(html)
    assert 'name="kind" value="shortage"' in html, "another filter keeps the flag"
    assert (
        "TILE" not in table_of(html).upper()
        and "TILE" in table_of(read(client, world, "?kind=shortage&page=2")).upper()
    )
    run = address(world, "?kind=shortage&q=tile", "supply:run")
    refused = client.post(run)
    assert refused.status_code == 422
    assert "1 of 2 stock items" in refused.content.decode()
    monkeypatch.setattr("supply.views.workbench.supply_request", lambda **_: None)
    assert client.post(run)["Location"] == address(world, "?kind=shortage&q=tile&order=money")


def test_a_stock_item_leads_back_to_the_list_as_it_was(
    cast: Cast, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supply.views.workbench.PAGE", 1)
    client, whole = client_of(cast.sam), address(world)
    item = reverse("supply:item", args=[world.cycle.pk, world.item.pk])

    def back() -> str:
        return re.findall(r'href="([^"]*)">Back to the list', unescape(client.get(item).content.decode()))[0]

    assert back() == whole, "no list was looked at yet"
    read(client, world, "?kind=shortage&order=product&page=2&page_size=<script>")
    assert back() == whole + "?kind=shortage&order=product&page=2"
    html = read(client, world, urlsplit(back()).query and "?" + urlsplit(back()).query)
    assert "2 to 2 of 2" in html
    Cycle.objects.filter(pk=world.cycle.pk).update(state=CycleState.CLOSED)
    other = reverse("supply:item", args=[cycle_make(cast, MARCH).pk, world.item.pk])
    assert f'href="{other.split("items")[0]}">Back to the list' in client.get(other).content.decode()


def test_the_file_follows_the_filters_and_says_so(cast: Cast, world: World) -> None:
    client = client_of(cast.sam)

    def file(query: str) -> str:
        return b"".join(client.get(address(world, query, "supply:export")).streaming_content).decode()  # type: ignore[attr-defined]

    some, whole = file("?q=tile&state=raised"), file("")
    assert "Stock items,Flags: Raised to reconcile; Words: “tile”" in some
    assert ("SHINGLE" in some, some.count("TILE,")) == (False, 2)
    assert ("SHINGLE" in whole, "Stock items,all" in whole) == (True, True)
    assert "Export the whole plan" in read(client, world, "?q=tile")


def test_a_view_is_opened_spelt_out_and_says_when_the_filters_moved_on(cast: Cast, world: World) -> None:
    client = client_of(cast.sam)
    view = keep(client, world, "Raised", state="raised", order="first")
    opened = client.get(address(world, f"?view={view.pk}"))
    assert parse_qs(urlsplit(opened["Location"]).query) == {
        "state": ["raised"], "order": ["first"], "view": [str(view.pk)],
    }  # fmt: skip
    html = read(client, world, "?" + urlsplit(opened["Location"]).query)
    assert "View Raised" in html and "as it was kept" not in html
    assert "as it was kept" in read(client, world, f"?state=open&view={view.pk}")
    keep(client, world, "Raised", state="open")
    assert SavedView.objects.get().state == {"state": "open"}, "the same name takes the new filters"


def test_the_page_opens_with_the_default_unless_the_address_says_what_to_show(cast: Cast, world: World) -> None:
    client = client_of(cast.sam)
    view = keep(client, world, "Everything by name", order="product")
    client.post(reverse("sop:view-default", args=[world.cycle.pk, "supply", view.pk]), {"on": "1"})
    opened = client.get(address(world))["Location"]
    assert opened == address(world, f"?order=product&view={view.pk}")
    assert "View Everything by name" in read(client, world, "?" + urlsplit(opened).query)
    assert "View Everything" not in read(client, world, "?order=money"), "cleared stays cleared"
    assert client_of(cast.eve).get(address(world)).status_code == 200, "it is Sam's default, not everybody's"


def test_nobody_reaches_the_views_of_somebody_else(cast: Cast, world: World) -> None:
    view = keep(client_of(cast.sam), world, "Raised", state="raised")
    eve = client_of(cast.eve)
    assert "not yours, or was deleted" in read(eve, world, f"?view={view.pk}")
    assert ">Raised<" not in read(eve, world)
    for act in ("rename", "default", "delete"):
        answer = eve.post(reverse(f"sop:view-{act}", args=[world.cycle.pk, "supply", view.pk]), {"name": "Mine"})
        assert (answer.status_code, "not yours" in answer.content.decode()) == (422, True)
    assert SavedView.objects.get() == view


def test_a_kept_state_is_of_the_shape_of_its_page(cast: Cast, world: World) -> None:
    views, client = reverse("sop:view-save", args=[world.cycle.pk, "supply"]), client_of(cast.sam)
    for state in ({"unit": "units"}, {"family": "3"}, {"family": -1}, {"state": "gone"}, {"abc": "D"}, {"q": "x" * 81}):
        assert client.post(views, {"name": "Odd", "state": json.dumps(state)}).status_code == 422, state
    whole = {"family": 3, "location": 2, "abc": "-", "supplier": 0, "buyer": 5, "kind": "excess", "state": "open"}
    keep(client, world, "All", **whole, q="roof", order="money")
    assert client.post(reverse("sop:view-save", args=[world.cycle.pk, "nowhere"])).status_code == 404


def test_who_may_not_see_supply_keeps_no_view_of_it(cast: Cast, world: World) -> None:
    cast.ana.groups.clear()
    answer = client_of(cast.ana).post(reverse("sop:view-save", args=[world.cycle.pk, "supply"]), {"name": "x"})
    assert answer.status_code == 403


def test_the_list_says_who_supplies_and_an_empty_company_says_so(cast: Cast, world: World) -> None:
    client = client_of(cast.sam)
    assert 'data-label="Supplier">·' in read(client, world)
    SupplyFlag.objects.all().delete()
    assert "✓ Fine" in read(client, world)
    assert StockItem.objects.count() == 2


def test_the_list_says_when_an_input_of_the_plan_changed_since(cast: Cast) -> None:
    supplied = supplied_make(cast)
    address = reverse("supply:workbench", args=[supplied.cycle.pk])
    said = "An input of this plan changed since it was calculated."
    for _ in range(2):
        planned(cast.sam, supplied.cycle)
        assert said not in client_of(cast.sam).get(address).content.decode()
        ClassTarget.objects.update_or_create(abc="A", defaults={"service_target": "0.9"})
        assert said in client_of(cast.sam).get(address).content.decode()
        assert "to be run again" in client_of(cast.eve).get(address).content.decode()
