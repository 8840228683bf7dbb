"""Limits of suppliers and warehouses: what the plan asks of them, what fits, and who may set them."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from demand.selectors.layers import plan_months
from sop.constants import Source, StepKind, StepState
from sop.models import CycleStep, Supplier, User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.request_context import acting
from sop.selectors.master_history import version_of
from supply.models import Capacity, OnHand, Sourcing, StockItem, SupplierRule, SupplyFlag
from supply.selectors.rough_cut import rough_cut
from supply.services import run as run_service
from supply.services.capacity import capacity_set, supplier_rule_set
from tests.demand_makers import series_make
from tests.factories import FEBRUARY, Cast, client_of, product_make
from tests.plan_makers import snapshot_make
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
    limited(world, "30")
    run = planned(world.cast.sam, world.cycle)
    with django_assert_num_queries(4):
        [row] = rough_cut(run)
    by_month = {month.bucket: month for month in row.months}
    assert by_month[APRIL].limit == 30 and by_month[FEBRUARY].limit is None
    assert by_month[APRIL].before == 40 and by_month[APRIL].after == 30
    assert (by_month[APRIL].moved, by_month[MARCH].moved) == (10, 20), "ten more come into March, which is full too"
    assert by_month[FEBRUARY].after == by_month[FEBRUARY].before + 20
    assert by_month[APRIL].mark_before == "over" and by_month[APRIL].mark_after == "near"
    assert [(item.id, item.moved, item.cut) for item in row.items] == [(world.item.pk, 30, 0)]
    lines = {line.bucket: line for line in run.lines.all()}
    assert (lines[APRIL].wanted, lines[APRIL].releases, lines[APRIL].moved) == (40, 30, 10)
    assert (lines[FEBRUARY].wanted, lines[FEBRUARY].releases) == (40, 60)
    assert not any(line.lost for line in lines.values()), "earlier, and in time"


def test_a_limit_set_after_the_run_is_shown_and_said_to_be_newer(world: Supplied) -> None:
    limited(world, "50")
    run = planned(world.cast.sam, world.cycle)
    assert not rough_cut(run)[0].changed
    limited(world, "30", first=MARCH, last=MARCH, versions={row.pk: version_of(row) for row in Capacity.objects.all()})
    [row] = rough_cut(run)
    march = next(month for month in row.months if month.bucket == MARCH)
    assert (march.limit, march.after, row.changed) == (30, 40, True)


def test_a_first_month_that_is_too_small_cuts(world: Supplied) -> None:
    limited(world, "10", first=FEBRUARY, last=MARCH)
    run = planned(world.cast.sam, world.cycle)
    first, second, *_ = rough_cut(run)[0].months
    assert (first.after, second.after) == (10, 10)
    assert first.cut == first.before + second.before - 20
    assert run.lines.get(bucket=MARCH).lost == 30, "shortages are those of the plan within limits"
    flag = SupplyFlag.objects.get(kind="shortage")
    assert flag.cause == "Short of 60 from Mar 2022: the supplier accepts no more orders in time"


def test_below_safety_stock_a_sentence_names_the_limit_where_it_is_the_limits(world: Supplied) -> None:
    type(world.item).objects.update(safety_stock=40)
    OnHand.objects.update(quantity=80)
    limited(world, "30", first=FEBRUARY, last=APRIL)
    planned(world.cast.sam, world.cycle)
    told = SupplyFlag.objects.get(kind="below_ss").cause
    assert told == "Below safety stock by up to 30 from Mar 2022: the supplier accepts no more orders in time"


def test_space_is_reported_and_moves_nothing(world: Supplied) -> None:
    type(world.item.product).objects.update(volume_m3=2)
    type(world.item.location).objects.update(space_m3=50)
    type(world.item).objects.update(safety_stock=30)
    run = planned(world.cast.sam, world.cycle)
    [row] = rough_cut(run)
    closing = float(run.lines.latest("bucket").closing)
    assert closing > 25
    assert (row.owner, row.months[-1].before, row.months[-1].after) == ("location", closing * 2, closing * 2)
    assert row.months[-1].mark_before == "over" and not row.items
    flag = SupplyFlag.objects.get(kind="space_over")
    assert (flag.item, flag.location, flag.state) == (None, world.item.location, "open")
    assert flag.units == pytest.approx(Decimal(closing - 25))
    assert "of its limit in m³ in" in flag.cause
    type(world.item.location).objects.update(space_m3=5000)
    planned(world.cast.sam, world.cycle)
    flag.refresh_from_db()
    assert flag.state == "gone"


def test_a_limit_says_who_and_why_and_makes_later_steps_stale(world: Supplied) -> None:
    later = CycleStep.objects.filter(cycle=world.cycle, kind=StepKind.RECONCILE)
    later.update(opened_at=timezone.now())
    rows = limited(world, "30")
    assert [row.bucket for row in rows] == [MARCH, APRIL]
    entry = rows[0].history.latest()
    assert (entry.history_user_name, entry.history_change_reason) == (world.cast.sam.name, "Told on the phone")
    assert "run the supply plan again" in later.get().stale_because


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
    assert "run the plan again to see what fits" in client.get(address).content.decode()
    planned(world.cast.sam, world.cycle)
    html = client.get(address).content.decode()
    assert "▼ 133%" in html and ">over<" in html and "Told on the phone" in html and "1 stock item concerned" in html
    refused = client.post(limit, {**form, "quantity": "20"})
    assert refused.status_code == 409 and 'value="20"' in refused.content.decode()
    assert client.post(limit, {**form, "owner": "supplier-999999"}).status_code == 422
    CycleStep.objects.filter(cycle=world.cycle, kind="supply").update(state=StepState.CLOSED)
    assert "Set a limit" not in client.get(address).content.decode()


def test_a_program_reads_loads_and_sets_a_limit(world: Supplied) -> None:
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
    planned(world.cast.sam, world.cycle)
    loads = client.get(reverse("api:supply-loads", args=[world.cycle.pk])).json()["results"]
    assert [row["after"] for row in loads if row["bucket"] == "2022-04-01"] == [30]


def test_a_supplier_near_its_limit_is_flagged_shown_answered_and_closed_again(world: Supplied) -> None:
    cycle, client = world.cycle, client_of(world.cast.sam)
    limited(world, "30")
    planned(world.cast.sam, cycle)
    flag = SupplyFlag.objects.get(kind="supplier_over")
    supplier = world.item.lanes.get().supplier
    assert (flag.supplier, flag.first_bucket, flag.last_bucket, flag.state) == (supplier, MARCH, APRIL, "open")
    assert (flag.units, flag.money) == (20, 40), "ten units too many in each of two months, at a cost of 2"
    told = "the plan wants 133% of its limit in units in Mar 2022; 30 units are ordered earlier"
    assert flag.cause.endswith(told)
    anchor = f"{reverse('supply:rough-cut', args=[cycle.pk])}?owner=supplier-{supplier.pk}#supplier-{supplier.pk}"
    for query in ("", "?kind=supplier_over"):
        assert anchor in client.get(reverse("supply:workbench", args=[cycle.pk]) + query).content.decode()
    assert anchor not in client.get(reverse("supply:workbench", args=[cycle.pk]) + "?kind=space_over").content.decode()
    assert anchor in client.get(reverse("supply:item", args=[cycle.pk, world.item.pk])).content.decode()
    answer = reverse("supply:flag", args=[cycle.pk, flag.pk])
    assert client.post(answer, {"state": "raised", "note": ""}).status_code == 422
    told = client.post(answer, {"state": "raised", "note": "More from Northgate?"}, follow=True).content.decode()
    assert "More from Northgate?" in told and f'id="supplier-{supplier.pk}"' in told
    [row] = client.get(reverse("api:supply-flags", args=[cycle.pk]) + "?kind=supplier_over").json()["results"]
    assert (row["supplier"], row["item"], row["product"], row["location"]) == (supplier.code, None, None, None)
    limited(world, "43", versions={row.pk: version_of(row) for row in Capacity.objects.all()})
    planned(world.cast.sam, cycle)
    flag.refresh_from_db()
    assert (flag.state, flag.money) == ("raised", 0), "near its limit, nothing above it"
    limited(world, "300", versions={row.pk: version_of(row) for row in Capacity.objects.all()})
    planned(world.cast.sam, cycle)
    flag.refresh_from_db()
    assert flag.state == "gone"


def ruled(world: Supplied, cut_by: str = "priority", user: User | None = None, **changes: Any) -> SupplierRule:
    """Set by which rule Northgate's limit is shared."""
    who = user or world.cast.sam
    given = {"supplier_id": world.item.lanes.get().supplier_id, "reason": "Key accounts first", "version": 0} | changes
    with acting(who, Source.PAGE):
        return supplier_rule_set(user=who, cycle_id=world.cycle.pk, cut_by=cut_by, **given)


def test_a_rule_says_who_and_why_and_is_not_overwritten_unseen(world: Supplied) -> None:
    row = ruled(world)
    entry = row.history.latest()
    assert (entry.history_user_name, entry.history_change_reason) == (world.cast.sam.name, "Key accounts first")
    ruled(world, "proportional", version=version_of(row))
    with pytest.raises(Conflict, match="set the rule to in proportion"):
        ruled(world, "fair share")
    for given in ({"cut_by": "by colour"}, {"reason": " "}):
        with pytest.raises(Refused):
            ruled(world, **given)
    with pytest.raises(NotAllowed):
        ruled(world, user=world.cast.ana)


def test_two_items_of_one_supplier_share_its_limit_by_its_rule(
    world: Supplied, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts of one stock item each the two still stand together; who is first in class gets all there is."""
    monkeypatch.setattr(run_service, "SUPPLY_CHUNK_ITEMS", 1)
    product = product_make("NAIL")
    series = series_make(world.cast.ridge, product, world.item.location)
    snapshot_make(world.cycle, {series: "40"}, months=tuple(plan_months(world.cycle)))
    other = StockItem.objects.create(product=product, location=world.item.location, safety_stock=0)
    Sourcing.objects.create(item=other, supplier=world.item.lanes.get().supplier)
    stock_make(other, "40")
    type(product).objects.filter(pk=product.pk).update(abc="A")
    limited(world, "50", first=FEBRUARY, last=plan_months(world.cycle)[-1])
    ruled(world)
    run = planned(world.cast.sam, world.cycle)
    cut = {line.item_id: line.cut for line in run.lines.filter(bucket=FEBRUARY)}
    assert cut[other.pk] < cut[world.item.pk]
    total: dict[date, Decimal] = {}
    for line in run.lines.all():
        total[line.bucket] = total.get(line.bucket, Decimal(0)) + line.releases
    assert max(total.values()) <= 50


def test_the_page_tells_what_another_rule_would_do_and_sets_it(world: Supplied) -> None:
    limited(world, "10", first=FEBRUARY, last=MARCH)
    planned(world.cast.sam, world.cycle)
    client, address = client_of(world.cast.sam), reverse("supply:rough-cut", args=[world.cycle.pk])
    supplier = world.item.lanes.get().supplier_id
    html = client.get(f"{address}?supplier={supplier}&rule=priority").content.decode()
    assert "cut by priority, then margin" in html and "Set this rule" in html
    for query in ("?supplier=x&rule=priority", "?supplier=999999&rule=priority", f"?supplier={supplier}&rule=colour"):
        assert "Set this rule" not in client.get(address + query).content.decode()
    form = {"supplier": supplier, "cut_by": "priority", "reason": "Key accounts first", "version": "0"}
    post = reverse("supply:cut-rule", args=[world.cycle.pk])
    assert "Key accounts first" in client.post(post, form, follow=True).content.decode()
    assert client.post(post, form | {"cut_by": "proportional"}).status_code == 409
    assert client.post(post, form | {"cut_by": "colour"}).status_code == 422
    assert client.post(post, form | {"supplier": "999999"}).status_code == 404


def test_many_limits_come_page_by_page_and_a_link_opens_the_page_of_its_owner(world: Supplied) -> None:
    months = plan_months(world.cycle)
    for number in range(25):
        supplier = Supplier.objects.create(code=f"LIM{number:02}", name=f"Limited {number:02}")
        Capacity.objects.bulk_create(
            Capacity(supplier=supplier, unit="units", bucket=month, quantity=9) for month in months
        )
    planned(world.cast.sam, world.cycle)
    client, address = client_of(world.cast.sam), reverse("supply:rough-cut", args=[world.cycle.pk])

    def shown(query: str) -> list[str]:
        return re.findall(r"<h2>(Limited \d\d)</h2>", client.get(address + query).content.decode())

    assert shown("") == [f"Limited {number:02}" for number in range(10)]
    assert shown("?page=3") == [f"Limited {number:02}" for number in range(20, 25)]
    assert shown(f"?owner=supplier-{supplier.pk}") == shown("?page=3")
    assert shown(f"?supplier={supplier.pk}&rule=priority") == shown("?page=3")
    assert shown("?owner=nobody&page=x") == shown("")
    told = client.get(address).content.decode()
    assert "1 to 10 of 25 limits" in told and f'href="{address}?page=2"' in told
    with CaptureQueriesContext(connection) as queries:
        shown("?page=2")
    with CaptureQueriesContext(connection) as fewer:
        shown("?page=3")
    assert len(queries) == len(fewer) <= 30
