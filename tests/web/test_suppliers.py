"""The list of suppliers and the page of one: what is measured beside what is assumed, and stating it anew."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop.constants import StepKind
from sop.models import Supplier
from supply.models import LeadTimeAssumption, PurchaseOrderLine, Sourcing, StockItem, SupplierRecord
from supply.selectors.measured import suppliers_measured
from supply.services.suppliers import supplier_records_write
from tests.api_calls import api_of
from tests.api_world import FEBRUARY, World, step_only, world_make
from tests.factories import Cast, client_of, cycle_make, product_make, supplier_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def world(cast: Cast) -> World:
    made = world_make(cast, cycle_make(cast))
    step_only(made.cycle, StepKind.SUPPLY)
    return made


def stuck_make(item: StockItem, code: str = "NORTHGATE") -> Supplier:
    """Return a supplier planned with 21 days who went from 21 to 98 in June 2021."""
    supplier = supplier_make(code)
    Sourcing.objects.create(item=item, supplier=supplier)
    LeadTimeAssumption.objects.create(supplier=supplier, valid_from=date(2020, 1, 1), mean_days=21, note="As always.")
    for at in range(20):
        line_make(item, supplier, date(2020, 8, 1) + timedelta(14 * at), 21)
    for at in range(14):
        line_make(item, supplier, date(2021, 6, 1) + timedelta(7 * at), 98)
    return supplier


def line_make(item: StockItem, supplier: Supplier, placed: date, days: int) -> None:
    promised = placed + timedelta(21)
    PurchaseOrderLine.objects.create(
        **{"number": f"PO-{PurchaseOrderLine.objects.count()}", "item": item, "supplier": supplier},
        **{"ordered_on": placed, "first_promised_on": promised, "promised_on": promised},
        **{"received_on": placed + timedelta(days), "ordered": 1, "received": 1, "unit_cost": 1},
    )


def address(world: World, supplier: Supplier, name: str = "supply:supplier") -> str:
    return reverse(name, args=[world.cycle.pk, supplier.pk])


def records_make(world: World, gap: dict[int, int]) -> None:
    """Keep how suppliers stand with the world's run, with these gaps in money."""
    SupplierRecord.objects.filter(run=world.run).delete()
    supplier_records_write(world.run, suppliers_measured(FEBRUARY))
    for supplier, money in gap.items():
        SupplierRecord.objects.filter(supplier_id=supplier).update(stock_gap=money)


def test_the_dearest_gap_stands_first_with_its_regime(cast: Cast, world: World) -> None:
    cheap, dear = stuck_make(world.item, "ABLE"), stuck_make(world.item, "ZEBRA")
    records_make(world, {cheap.pk: 1000, dear.pk: 2_000_000})
    html = client_of(cast.sam).get(reverse("supply:suppliers", args=[world.cycle.pk])).content.decode()
    assert html.index("Zebra") < html.index("Able")
    assert "+$2M" in html or "+$2.00M" in html or "+$2.0M" in html
    assert "1 Jun 2021" in html and "+77" in html and "36%" in html


def test_without_a_run_the_list_says_who_acts_next(cast: Cast) -> None:
    cycle = cycle_make(cast)
    page = reverse("supply:suppliers", args=[cycle.pk])
    assert "Suppliers are not measured yet" in client_of(cast.sam).get(page).content.decode()


def test_without_suppliers_the_list_says_where_they_come_from(cast: Cast, world: World) -> None:
    page = reverse("supply:suppliers", args=[world.cycle.pk])
    assert "There are no suppliers" in client_of(cast.sam).get(page).content.decode()


def test_the_page_tells_regimes_what_they_are_worth_and_who_assumed_what(cast: Cast, world: World) -> None:
    supplier = stuck_make(world.item)
    html = client_of(cast.sam).get(address(world, supplier)).content.decode()
    assert "Orders since 1 Jun 2021 take 98 days; those before took 21." in html
    assert "What 14 receipts are worth" in html
    assert "no trend stands out from chance" in html
    assert "As always." in html
    assert html.count('<tr><th scope="row" class="nowrap">1 Jun 2021</th>') == 1
    assert supplier.name in html and 'id="state"' in html


def test_a_supplier_without_receipts_says_so(cast: Cast, world: World) -> None:
    html = client_of(cast.sam).get(address(world, supplier_make())).content.decode()
    assert "No receipts to measure" in html and "No lead time is assumed" in html


def test_fast_ones_among_open_orders_make_no_trend_down(cast: Cast, world: World) -> None:
    supplier = stuck_make(world.item)
    for at in range(8):
        line_make(world.item, supplier, date(2021, 11, 20) + timedelta(7 * at), 20 if at % 2 else 98)
    html = client_of(cast.sam).get(address(world, supplier)).content.decode()
    assert "receipts of later orders are not counted yet" in html
    assert "Orders since 1 Jun 2021 take 98 days" in html
    assert "no trend stands out from chance" in html


def test_receipts_before_their_order_are_said(cast: Cast, world: World) -> None:
    supplier = stuck_make(world.item)
    line_make(world.item, supplier, date(2021, 12, 1), -4)
    html = client_of(cast.sam).get(address(world, supplier)).content.decode()
    assert "1 receipt lies before its order and is left out" in html


def test_the_measured_lead_time_is_taken_with_its_reason(cast: Cast, world: World) -> None:
    supplier, client = stuck_make(world.item), client_of(cast.sam)
    html = client.get(address(world, supplier) + "?take=measured").content.decode()
    form = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', html) for name in ("mean_days", "sd_days", "reason")}
    sent = {name: found[1] for name, found in form.items() if found}
    assert sent["mean_days"] == "98.0" and sent["reason"] == "Measured: 14 receipts of orders since 1 Jun 2021."
    answer = client.post(
        address(world, supplier, "supply:supplier-lead-time"), sent | {"valid_from": "2022-02-01", "product": ""}
    )
    assert answer.status_code == 302
    row = LeadTimeAssumption.objects.get(supplier=supplier, valid_from=FEBRUARY)
    assert (row.mean_days, row.note, row.product) == (Decimal(98), sent["reason"], None)
    assert "Sam" in client.get(address(world, supplier)).content.decode().split("Who stated what")[1]


def test_a_product_bought_elsewhere_or_a_newer_number_is_refused(cast: Cast, world: World) -> None:
    supplier, client = stuck_make(world.item), client_of(cast.sam)
    stating = address(world, supplier, "supply:supplier-lead-time")
    typed = {"valid_from": "2020-01-01", "mean_days": "77", "sd_days": "4", "reason": "Said so", "seen": ""}
    refused = client.post(stating, typed | {"product": "NOWHERE"})
    assert refused.status_code == 422
    assert "No product NOWHERE is bought from" in refused.content.decode()
    assert 'value="77"' in refused.content.decode(), "what was typed stays"
    assert client.post(stating, typed | {"product": ""}).status_code == 409, "somebody stated that day already"
    assert client.post(stating, typed | {"product": world.item.product.code}).status_code == 302
    assert LeadTimeAssumption.objects.get(product=world.item.product).mean_days == 77


def test_nobody_states_in_a_closed_step_or_without_the_right(cast: Cast, world: World) -> None:
    supplier = stuck_make(world.item)
    page = address(world, supplier)
    for person in (cast.ana, cast.finn, cast.eve):
        assert 'id="state"' not in client_of(person).get(page).content.decode()
    step_only(world.cycle, StepKind.RECONCILE)
    html = client_of(cast.sam).get(page).content.decode()
    assert 'id="state"' not in html and "Plan supply was closed" in html
    refused = client_of(cast.sam).post(address(world, supplier, "supply:supplier-lead-time"), {"seen": ""})
    assert refused.status_code == 422


def test_pages_take_the_same_queries_for_few_and_many(cast: Cast, world: World) -> None:
    client, first = client_of(cast.sam), stuck_make(world.item, "ONE")
    records_make(world, {})
    pages = (reverse("supply:suppliers", args=[world.cycle.pk]), address(world, first))

    def count() -> list[int]:
        counts = []
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            counts.append(len(queries))
        return counts

    count()  # what is read once
    few = count()
    for code in ("TWO", "THREE", "FOUR"):
        stuck_make(world.item, code)
        other = StockItem.objects.create(product=product_make(code), location=world.item.location)
        line_make(other, first, date(2021, 9, 1), 90)
        LeadTimeAssumption.objects.create(
            supplier=first, product=other.product, valid_from=date(2021, 1, 1), mean_days=50
        )
    records_make(world, {})
    assert count() == few


def test_programs_read_suppliers_and_their_regimes(cast: Cast, world: World) -> None:
    supplier = stuck_make(world.item)
    records_make(world, {supplier.pk: 500})
    api = api_of(cast.sam)
    row = api.rows(f"/api/v1/cycles/{world.cycle.pk}/supply/suppliers/?ordering=-stock_gap")[0]
    assert (row["supplier"], row["measured_days"], row["stock_gap"]) == ("NORTHGATE", 98.0, "500.00")
    one = api.get(f"/api/v1/cycles/{world.cycle.pk}/supply/suppliers/{supplier.pk}/").json()
    assert [(each["mean_days"], each["receipts"]) for each in one["regimes"]] == [(21.0, 20), (98.0, 14)]
    assert one["trend_days_a_month"] == 0
