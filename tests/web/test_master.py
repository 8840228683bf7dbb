"""Screens of master data: lists, one row, who may change what, and two people at one row."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sop.constants import Source, StepKind, StepState
from sop.master_spec import master_tables
from sop.models import Company, Customer, CycleStep, Family, Price, Product
from sop.request_context import acting
from supply.models import ClassTarget, LeadTimeAssumption, OnHand, StockItem
from tests.factories import (
    Cast,
    client_of,
    customer_make,
    cycle_make,
    family_make,
    location_make,
    product_make,
    supplier_make,
)

pytestmark = pytest.mark.django_db


def page(client: Client, table: str, query: str = "", status: int = 200) -> str:
    answer = client.get(reverse("sop:master-list", args=[table]) + query)
    assert answer.status_code == status
    return answer.content.decode()


def row_url(row: object, table: str) -> str:
    return reverse("sop:master-row", args=[table, row.pk])


def version(row: object) -> int:
    return row.history.latest().history_id


def test_every_table_opens_empty_and_with_rows(cast: Cast) -> None:
    boss = client_of(cast.sam)
    for table in master_tables():
        answer = boss.get(reverse("sop:master-list", args=[table.name]), follow=True)
        assert answer.status_code == 200, table.name
        if table.fields and boss.get(reverse("sop:master-new", args=[table.name])).status_code != 403:
            assert not table.single


def test_every_tables_rows_can_be_ordered_by_every_column(cast: Cast) -> None:
    client = client_of(cast.sam)
    product_make("A")
    for table in master_tables():
        for shown in table.shown:
            if not table.single:
                page(client, table.name, f"?order=-{shown.path}")


def test_a_list_is_searched_narrowed_and_ordered(cast: Cast) -> None:
    roof, wall = family_make("ROOF"), family_make("WALL")
    for code, family in (("A1", roof), ("A2", wall), ("B1", roof)):
        product_make(code, family)
    client = client_of(cast.olga)
    found = page(client, "products", "?q=a")
    assert [f">{code}<" in found for code in ("A1", "A2", "B1")] == [True, True, False]
    found = page(client, "products", f"?family={roof.pk}")
    assert [f">{code}<" in found for code in ("A1", "A2", "B1")] == [True, False, True]
    text = page(client, "products", "?order=-code")
    assert text.index(">B1<") < text.index(">A2<") < text.index(">A1<")
    assert "Nothing found" in page(client, "products", "?q=zzz")


@pytest.mark.parametrize(
    "query", ["?order=family__secret", "?order=history", "?owner__password=1", "?family=1;drop", "?x=1"]
)
def test_what_a_list_does_not_offer_is_refused(cast: Cast, query: str) -> None:
    product_make("A")
    page(client_of(cast.olga), "products", query, status=400)


def test_odd_pages_and_words_do_no_harm(cast: Cast) -> None:
    product_make("A")
    for query in ("?page=99999", "?page=x", "?q=%00", "?q=%25", "?page=-1"):
        page(client_of(cast.olga), "products", query)


def test_a_list_takes_the_same_queries_whatever_is_in_it(cast: Cast) -> None:
    client = client_of(cast.olga)

    def count(table: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, table)
        return len(queries)

    def fill(number: int) -> None:
        product = product_make(f"P{number}")
        customer = customer_make(f"K{number}", cast.north, cast.ana)
        Price.objects.create(product=product, customer=customer, valid_from=date(2022, 1, 1), price=5)
        item = StockItem.objects.create(product=product, location=location_make(f"L{number}"))
        OnHand.objects.create(item=item, as_of=date(2022, 1, 1), quantity=1, average_cost=1)

    for number in (1, 2):
        fill(number)
    tables = ("products", "customers", "prices", "on-hand", "stock-items")
    before = {table: count(table) for table in tables}
    for number in range(3, 12):
        fill(number)
    assert {table: count(table) for table in tables} == before


def test_a_rep_sees_own_customers_and_their_prices_only(cast: Cast) -> None:
    product = product_make("A")
    for customer in (None, cast.harbour, cast.ridge):
        Price.objects.create(product=product, customer=customer, valid_from=date(2022, 1, 1), price=5)
    client = client_of(cast.ana)
    assert ["Harbour" in page(client, "customers"), "Ridge" in page(client, "customers")] == [True, False]
    assert ["Harbour" in page(client, "prices"), "Ridge" in page(client, "prices")] == [True, False]
    assert page(client, "prices").count("master/prices/") == 2, "own and everybody's, nothing of Ben's"
    assert client.get(row_url(cast.ridge, "customers")).status_code == 404
    assert client.get(row_url(cast.harbour, "customers")).status_code == 200


def test_who_may_not_change_sees_the_row_and_no_button(cast: Cast) -> None:
    product = product_make("A")
    client = client_of(cast.eve)
    answer = client.get(row_url(product, "products")).content.decode()
    assert "to look at" in answer
    assert ">Save<" not in answer
    assert client.post(row_url(product, "products"), {"code": "B"}).status_code == 403
    assert client.get(reverse("sop:master-new", args=["products"])).status_code == 403
    assert client.post(reverse("sop:master-delete", args=["products", product.pk])).status_code == 403


def test_a_row_is_written_with_who_and_shown_in_its_history(cast: Cast) -> None:
    client = client_of(cast.olga)
    answer = client.post(
        reverse("sop:master-new", args=["families"]),
        {"code": "ROOF", "name": "Roofing", "base_per_planning_unit": "33.3"},
    )
    assert answer.status_code == 302
    family = Family.objects.get()
    values = {"code": "ROOF", "name": "Roofs", "base_per_planning_unit": "33.3", "version": version(family)}
    assert client.post(row_url(family, "families"), values).status_code == 302
    family.refresh_from_db()
    assert (family.name, family.base_per_planning_unit) == ("Roofs", Decimal("33.3"))
    history = client.get(row_url(family, "families")).content.decode()
    assert "<strong>Olga</strong> changed it: name from Roofing to Roofs" in history


def test_saving_without_a_change_writes_no_history(cast: Cast) -> None:
    family = family_make("ROOF")
    values = {"code": "ROOF", "name": "Roof", "base_per_planning_unit": "1", "version": version(family)}
    assert client_of(cast.olga).post(row_url(family, "families"), values).status_code == 302
    assert family.history.count() == 1


def test_the_second_editor_is_told_who_changed_what(cast: Cast) -> None:
    family = family_make("ROOF")
    values = {"code": "ROOF", "base_per_planning_unit": "1", "version": version(family)}
    client_of(cast.cora).post(row_url(family, "families"), values | {"name": "Coras"})
    answer = client_of(cast.olga).post(row_url(family, "families"), values | {"name": "Olgas"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Cora changed name from Roof to Coras at" in text
    assert 'value="Olgas"' in text, "nothing typed is lost"
    family.refresh_from_db()
    assert family.name == "Coras"


def test_a_row_in_use_stays_and_says_by_what(cast: Cast) -> None:
    product = product_make("A", family_make("ROOF"))
    client = client_of(cast.olga)
    delete = reverse("sop:master-delete", args=["families", product.family_id])
    answer = client.post(delete, {"version": version(product.family)})
    assert answer.status_code == 422
    assert "Roof is used by 1 product and stays" in answer.content.decode()
    product_delete = reverse("sop:master-delete", args=["products", product.pk])
    assert client.post(product_delete, {"version": 0}).status_code == 409
    assert client.post(product_delete, {"version": version(product)}).status_code == 302
    assert not Product.objects.exists()
    assert Product.history.filter(history_type="-", history_user=cast.olga).exists()


def test_codes_are_typed_and_the_nearest_is_named(cast: Cast) -> None:
    product_make("SHINGLE-1")
    client = client_of(cast.finn)
    new = reverse("sop:master-new", args=["prices"])
    values = {"product": "SHINGEL-1", "customer": "", "valid_from": "2022-02-01", "price": "5.25"}
    answer = client.post(new, values)
    assert answer.status_code == 422
    assert "There is no product &#x27;SHINGEL-1&#x27;. Did you mean SHINGLE-1?" in answer.content.decode()
    assert client.post(new, values | {"product": "SHINGLE-1", "customer": "RIDGE"}).status_code == 302
    assert Price.objects.get().customer == cast.ridge
    twice = client.post(new, values | {"product": "SHINGLE-1", "customer": "RIDGE"})
    assert twice.status_code == 422
    assert "already exists" in twice.content.decode()


def test_a_stock_item_is_named_by_product_and_location(cast: Cast) -> None:
    item = StockItem.objects.create(product=product_make("A"), location=location_make("DC1"))
    client = client_of(cast.sam)
    values = {"item": "A @ DC1", "as_of": "2022-02-01", "quantity": "5", "average_cost": "2.5", "backlog": "0"}
    assert client.post(reverse("sop:master-new", args=["on-hand"]), values).status_code == 302
    count = OnHand.objects.get()
    assert count.item == item
    assert 'value="A @ DC1"' in client.get(row_url(count, "on-hand")).content.decode()


def test_an_assumption_of_a_closed_step_is_to_look_at(cast: Cast) -> None:
    supplier = supplier_make("S")
    with acting(cast.sam, Source.PAGE):
        assumed = LeadTimeAssumption.objects.create(supplier=supplier, valid_from=date(2022, 1, 1), mean_days=42)
    CycleStep.objects.filter(cycle=cycle_make(cast), kind=StepKind.SUPPLY).update(state=StepState.CLOSED)
    client = client_of(cast.sam)
    text = client.get(row_url(assumed, "lead-times")).content.decode()
    assert ">Save<" not in text
    values = {
        "supplier": supplier.pk,
        "valid_from": "2022-01-01",
        "mean_days": "60",
        "sd_days": "0",
        "version": version(assumed),
    }
    answer = client.post(row_url(assumed, "lead-times"), values)
    assumed.refresh_from_db()
    assert (answer.status_code, assumed.mean_days) == (422, 42)


COMPANY = {
    "name": "Harlow",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "horizon_months": "18",
    "reason_percent": "10",
    "reason_value": "25000",
    "carry_rate": "0.18",
    "cash_ceiling": "",
    "version": "0",
}


def test_public_holidays_are_those_of_a_calendar_that_is_known(cast: Cast) -> None:
    url, client = reverse("sop:master-row", args=["company", 1]), client_of(cast.cora)
    assert '<datalist id="codes-holidays">' in client.get(url).content.decode()
    refused = client.post(url, COMPANY | {"holidays": "us-qq"})
    assert refused.status_code == 422
    assert "No public holidays are known of &#x27;us-qq&#x27;. Did you mean US-" in refused.content.decode()
    assert client.post(url, COMPANY | {"holidays": " de-by"}).status_code == 302
    assert Company.objects.get().holidays == "DE-BY"


def test_the_company_is_one_row_kept_by_the_coordinator(cast: Cast) -> None:
    url, values = reverse("sop:master-row", args=["company", 1]), COMPANY
    assert client_of(cast.eve).get(url).status_code == 200
    client = client_of(cast.cora)
    assert client.post(url, values | {"timezone": "Mars/Olympus"}).status_code == 422
    assert client.post(url, values | {"currency": "euro"}).status_code == 422
    kept = Company.objects.first()
    assert client.post(url, values | {"version": version(kept) if kept else 0}).status_code == 302
    assert Company.objects.get().currency == "EUR"
    assert client.get(reverse("sop:master-new", args=["company"])).status_code == 403
    assert client.get(reverse("sop:master-row", args=["company", 2])).status_code == 404


def test_what_suppliers_charge_is_not_shown_to_a_rep(cast: Cast) -> None:
    address = reverse("sop:master-list", args=["costs"])
    assert client_of(cast.sam).get(address).status_code == 200
    assert client_of(cast.ana).get(address).status_code in {403, 404}
    assert "Costs" not in client_of(cast.ana).get(reverse("sop:master")).content.decode()


def test_a_rep_is_chosen_among_active_reps(cast: Cast) -> None:
    text = client_of(cast.olga).get(row_url(cast.harbour, "customers")).content.decode()
    assert ["Ana" in text, "Ben" in text, ">Finn<" in text] == [True, True, False]
    Customer.objects.get(pk=cast.harbour.pk)


def test_a_choice_is_listed_in_words(cast: Cast) -> None:
    ClassTarget.objects.create(abc="A", service_target="0.97", service_type="fill")
    html = client_of(cast.sam).get("/master/class-targets/").content.decode()
    assert "Share of demand served from stock" in html
    assert ">fill<" not in html
