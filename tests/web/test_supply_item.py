"""The page of one stock item."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop.models import Supplier, User
from supply.models import Capacity, LeadTimeAssumption, ReceiptOverride, SupplyLane
from supply.selectors.why import ROWS
from tests.api_world import FEBRUARY, World, world_make
from tests.factories import Cast, client_of, cycle_make, supplier_make
from tests.supply_makers import Supplied, lane_make, planned, price_make, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    return world_make(cast, cycle_make(cast))


def test_a_unit_stands_as_a_label_and_never_behind_a_number(cast: Cast, world: World) -> None:
    """A company's own word for a unit has no plural anybody could know: 56,146 sheet reads as a fault."""
    type(world.item.product).objects.update(unit="sheet")
    numbers = {"quantity": Decimal(56146), "average_cost": Decimal(2)}
    world.item.on_hand.create(as_of=FEBRUARY, **numbers)
    html = client_of(cast.sam).get(reverse("supply:item", args=[world.cycle.pk, world.item.pk])).content.decode()
    assert "Unit: sheet. 56,146 on hand on 1 Feb 2022." in html
    assert "a demand of 9, give or take 3" in html
    assert not re.search(r"\d sheet", html)


@pytest.fixture
def planned_item(cast: Cast) -> Supplied:
    """Shingles whose orders take three months: short until then."""
    world = supplied_make(cast)
    stock_make(world.item, "50")
    lane_make(world.item, days="90")
    price_make(world.item.product, "5")
    planned(cast.sam, world.cycle)
    return world


def address(world: Supplied, name: str = "item", *more: int) -> str:
    return reverse(f"supply:{name}", args=[world.cycle.pk, world.item.pk, *more])


def post(world: Supplied, user: User, **fields: str) -> HttpResponse:
    return client_of(user).post(address(world, "receipts"), fields, follow=True)


def cells(**months: tuple[str, str, int]) -> dict[str, str]:
    """Return the posted cells of months of 2022: was, now, version."""
    fields = {}
    for name, (was, now, version) in months.items():
        day = f"2022-{name.removeprefix('m')}-01"
        fields |= {f"was-{day}": was, f"now-{day}": now, f"version-{day}": str(version)}
    return fields


def test_a_row_of_receipts_is_set_at_once_and_the_page_says_what_it_did(cast: Cast, planned_item: Supplied) -> None:
    fields = cells(m02=("", "", 0), m03=("", "200", 0), m04=("", "1,000", 0)) | {"reason": "By phone"}
    html = post(planned_item, cast.sam, **fields).content.decode()
    assert f"Planned receipts set. {planned_item.item.product.family.name}: lost sales −$350" in html
    held = dict(ReceiptOverride.objects.values_list("bucket", "quantity"))
    assert held == {date(2022, 3, 1): 200, date(2022, 4, 1): 1000}, "February was not touched"
    assert 'value="1000"' in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (cells(m03=("", "many", 0)), "Mar 2022: “many” cannot be taken."),
        (cells(m03=("", "1,5", 0)), "Mar 2022: “1,5” cannot be taken."),
        (cells(m03=("", "-4", 0)), "Mar 2022: -4 is below zero"),
        (cells(m03=("7", "7", 0)), "No month was changed"),
        (cells(m03=("", "8", 0)) | {"reason": ""}, "Why: say it in a sentence"),
        ({"now-tomorrow": "8"}, "Choose months of the plan."),
        ({"now-1999-01-01": "8"}, "Jan 1999 is outside the plan."),
    ],
)
def test_what_cannot_be_taken_is_said_and_stands_there_again(
    cast: Cast, planned_item: Supplied, fields: dict[str, str], words: str
) -> None:
    answer = post(planned_item, cast.sam, **({"reason": "By phone"} | fields))
    html = unescape(answer.content.decode())
    assert (answer.status_code, words in html) == (422, True)
    assert not ReceiptOverride.objects.exists()
    if "now-2022-03-01" in fields:
        assert f'value="{fields["now-2022-03-01"]}"' in html


def test_a_change_is_listed_and_its_last_one_undone(cast: Cast, planned_item: Supplied) -> None:
    post(planned_item, cast.sam, **cells(m03=("", "200", 0)), reason="By phone")
    post(planned_item, cast.sam, **cells(m03=("200", "300", 1)), reason="By mail")
    html = client_of(cast.sam).get(address(planned_item)).content.decode()
    assert html.count('aria-label="Undo March 2022"') == 1
    last = ReceiptOverride.history.latest("history_id")
    answer = client_of(cast.sam).post(address(planned_item, "receipts-undo", last.history_id), follow=True)
    assert "Change undone." in answer.content.decode()
    assert ReceiptOverride.objects.get().quantity == 200
    again = client_of(cast.sam).post(address(planned_item, "receipts-undo", last.history_id), follow=True)
    assert (again.status_code, "Sam changed Mar 2022 to 200" in again.content.decode()) == (409, True)


def test_who_only_reads_sees_the_rows_and_no_field(cast: Cast, planned_item: Supplied) -> None:
    post(planned_item, cast.sam, **cells(m03=("", "200", 0)), reason="By phone")
    html = client_of(cast.eve).get(address(planned_item)).content.decode()
    assert "Set by hand" in html
    assert "By phone" in html
    assert '<input class="cell"' not in html
    assert "Undo" not in html


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_plan_can_be_opened(cast: Cast, planned_item: Supplied, row: str) -> None:
    """Also what a supplier's limit made of the orders, where there is one."""
    supplier = Supplier.objects.get()
    Capacity.objects.create(supplier=supplier, bucket=date(2022, 3, 1), unit="units", quantity=10)
    planned(cast.sam, planned_item.cycle)
    page = client_of(cast.sam).get(address(planned_item)).content.decode()
    assert f'href="?why={row}#why"' in page
    html = client_of(cast.sam).get(address(planned_item), {"why": row}).content.decode()
    assert ROWS[row].rule in unescape(html)


def test_safety_stock_opened_says_its_figures(cast: Cast, planned_item: Supplied) -> None:
    html = unescape(client_of(cast.sam).get(address(planned_item), {"why": "safety_stock"}).content.decode())
    assert "Target: 95.0% of replenishments without a stock-out." in html
    assert "Protected time P: 3.2" in html
    assert "Spread of that demand" in html


def test_a_row_there_is_not_opens_nothing(cast: Cast, planned_item: Supplied) -> None:
    answer = client_of(cast.sam).get(address(planned_item), {"why": "nonsense"})
    assert (answer.status_code, 'id="why"' in answer.content.decode()) == (200, False)


@pytest.fixture
def two_lanes(cast: Cast) -> Supplied:
    """Shingles from Northgate and Southgate, three to one, in tens."""
    world = supplied_make(cast)
    stock_make(world.item, "50")
    first = lane_make(world.item, days="20")
    world.item.lanes.update(share=Decimal("0.6"), multiple=10)
    supplier = supplier_make("SOUTHGATE")
    second = world.item.lanes.create(supplier=supplier, share=Decimal("0.2"), multiple=10, max_order=200, frozen_days=3)
    assumed = {"valid_from": date(2020, 1, 1), "mean_days": Decimal(41)}
    LeadTimeAssumption.objects.create(supplier=supplier, product=world.item.product, **assumed)
    planned(cast.sam, world.cycle)
    assert {first.supplier_id, second.supplier_id} == set(SupplyLane.objects.values_list("supplier_id", flat=True))
    return world


def numbers(row: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]


def test_orders_to_place_stand_by_supplier_and_the_page_says_by_which_rule(cast: Cast, two_lanes: Supplied) -> None:
    html = client_of(cast.sam).get(address(two_lanes)).content.decode()
    assert "25 days, give or take 0, on average over its lanes" in html, "three orders of 20 days, one of 41"
    assert "Orders go in turn to Northgate (75%) and Southgate (25%)" in html
    rows = {name: numbers(row) for name, row in re.findall(r'<th scope="row">(From \w+)</th>(.*?)</tr>', html)}
    assert set(rows) == {"From Northgate", "From Southgate"}
    south = SupplyLane.objects.filter(supplier__code="SOUTHGATE").order_by("bucket").values_list("releases", flat=True)
    shown = [Decimal(0) if cell == "·" else Decimal(cell.replace(",", "")) for cell in rows["From Southgate"]]
    assert shown == list(south) and sum(shown) > 0
    [lane] = re.findall(r">Southgate</a></th>(<td class=\"number\" data-label=\"Share\">.*?)</tr>", html)
    assert numbers(lane) == ["25%", "41", "·", "10", "200", "7", "3", "100%"]


def test_a_lane_without_a_share_is_shown_as_not_used(cast: Cast, planned_item: Supplied) -> None:
    planned_item.item.lanes.create(supplier=supplier_make("SOUTHGATE"), share=0)
    html = client_of(cast.sam).get(address(planned_item)).content.decode()
    assert "not used" in html and "in turn" not in html and ">From " not in html


def test_the_page_takes_the_same_queries_for_two_lanes_and_for_three(cast: Cast, two_lanes: Supplied) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address(two_lanes))
        return len(queries)

    client = client_of(cast.sam)
    client.get(address(two_lanes))
    two = counted()
    two_lanes.item.lanes.create(supplier=supplier_make("EASTGATE"), share=Decimal("0.2"))
    assert counted() == two


def test_the_file_and_the_api_name_the_supplier_of_each_order(cast: Cast, two_lanes: Supplied) -> None:
    placed = {(row.supplier.code, row.bucket): row.releases for row in SupplyLane.objects.select_related("supplier")}
    answer = client_of(cast.sam).get(reverse("supply:export", args=[two_lanes.cycle.pk]))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    march = date(2022, 3, 1)
    north, south = placed["NORTHGATE", march], placed["SOUTHGATE", march]
    assert f"NORTHGATE {north}; SOUTHGATE {south}" in text
    rows = client_of(cast.sam).get(f"/api/v1/cycles/{two_lanes.cycle.pk}/supply/lane-orders/?bucket=2022-03-01").json()
    found = {row["supplier"]: Decimal(row["releases"]) for row in rows["results"]}
    assert found == {"NORTHGATE": north, "SOUTHGATE": south}
