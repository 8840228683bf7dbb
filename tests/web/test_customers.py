"""Who goes short: demand beside what can be delivered, split over all customers, shown to each as far as allowed."""

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.models import Actual, ForecastSnapshot, Series
from demand.selectors.layers import plan_months
from sop.constants import Role, StepKind
from sop.models import Customer, Cycle, Price
from supply.constants import ShareRule
from supply.models import CustomerAsked, StockItem, SupplyRun
from supply.selectors.customer_shares import Shares, customer_shares
from supply.selectors.customer_sight import Narrowed, Sight
from supply.selectors.customer_trial import exceptions_of
from supply.selectors.customers import Lines, total_line
from tests.api_calls import api_of
from tests.api_world import step_only
from tests.demand_makers import series_make
from tests.factories import Cast, client_of, customer_make, cycle_make, person_make, product_make
from tests.plan_makers import actual_make, snapshot_make
from tests.supply_makers import Supplied, planned, price_make, stock_make, supplied_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
JANUARY = date(2022, 1, 1)


@dataclass(frozen=True)
class Short:
    """Harbour (Ana's) and Ridge (Ben's) ask 100 a month each of an item; 90 are there, more comes from March on.

    Harbour took twice as much as Ridge.
    """

    world: Supplied
    ridge: Series
    run: SupplyRun


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def short_make(cast: Cast, *, stock: str = "90", harbour: str = "100") -> Short:
    world = supplied_make(cast, demand=harbour)
    ridge = series_make(cast.ridge, world.item.product, world.item.location)
    snapshot_make(world.cycle, {ridge: "100"}, months=tuple(plan_months(world.cycle)))
    actual_make(world.series, JANUARY, "260", "20")  # 240 kept
    actual_make(ridge, JANUARY, "120")
    price_make(world.item.product, "5")
    stock_make(world.item, stock)
    return Short(world, ridge, planned(cast.sam, world.cycle))


def asking_make(cycle: Cycle, series: Series, consensus: str, baseline: str) -> None:
    """Keep a consensus every month that is another than the baseline."""
    ForecastSnapshot.objects.bulk_create(
        ForecastSnapshot(
            **{"cycle": cycle, "version": 1, "series": series, "bucket": month, "baseline": Decimal(baseline)},
            **dict.fromkeys(("sales", "consensus"), Decimal(consensus)),
        )
        for month in plan_months(cycle)
    )


@pytest.fixture
def short(cast: Cast) -> Short:
    return short_make(cast)


def address(short: Short, query: str = "", name: str = "supply:customers") -> str:
    return reverse(name, args=[short.world.cycle.pk]) + query


def text_of(html: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()))


def shares_of(cast: Cast, short: Short, rule: ShareRule = ShareRule.PAST_SALES) -> Shares:
    return customer_shares(short.run, cast.sam, rule)


def again(cast: Cast, short: Short) -> Short:
    """Run the plan again: what is shared belongs to a run."""
    return replace(short, run=planned(cast.sam, short.world.cycle))


def test_a_shortage_is_shared_by_what_each_kept_and_asking_more_earns_nothing(cast: Cast, short: Short) -> None:
    shares = shares_of(cast, short)
    assert shares.asked[:, 0].tolist() == [100, 100]
    assert shares.served[:, 0].tolist() == [60, 30]
    assert (shares.served[:, 1:] == 100).all()
    words = text_of(client_of(cast.sam).get(address(short)).content)
    assert "3,600 asked, 3,490 can be delivered, 110 short: $550" in words
    assert (
        "Asking 30 % more would have earned nothing: of 60 units more asked by those who go short, 0 would have come."
        in words
    )


@pytest.mark.parametrize("rule", ShareRule)
@pytest.mark.parametrize("name", ["family", "product", "location", "customer", "owner"])
def test_what_the_database_adds_up_is_what_the_rows_add_up_to(
    cast: Cast, short: Short, rule: ShareRule, name: str
) -> None:
    padded_make(cast, short, said="200", ordered="100")
    tile = StockItem.objects.create(product=product_make("TILE"), location=short.world.item.location, safety_stock=0)
    for customer, units in ((cast.ridge, "40"), (cast.harbour, "70")):
        series = series_make(customer, tile.product, tile.location)
        snapshot_make(short.world.cycle, {series: units}, months=tuple(plan_months(short.world.cycle))[:5])
    short = again(cast, short)
    shares = shares_of(cast, short, rule)
    for key in np.unique(getattr(shares, name)).tolist():
        narrowed = Narrowed(**{name: key})
        found, sight = narrowed.of(shares), Sight(short.run, rule, None, narrowed)
        total = total_line(sight)
        for cell, table in (("asked", found.asked), ("served", found.served), ("short", found.short)):
            assert [getattr(month, cell) for month in total.months] == pytest.approx(table.sum(axis=0).tolist())
        assert total.total.money == pytest.approx(found.money.sum())
        lines = {line.key: (line.total.asked, line.total.short) for line in Lines(sight)}
        keys = getattr(found, narrowed.level)
        sums = {one: (found.asked[keys == one].sum(), found.short[keys == one].sum()) for one in np.unique(keys)}
        assert lines == {one: pytest.approx(pair) for one, pair in sums.items() if pair[1] >= 0.5}


def test_what_is_drilled_into_is_family_then_product_then_customer(cast: Cast, short: Short) -> None:
    client = client_of(cast.sam)
    family, product = short.world.item.product.family_id, short.world.item.product_id
    html = client.get(address(short)).content.decode()
    assert f"?family={family}" in html
    html = client.get(address(short, f"?family={family}")).content.decode()
    assert f"family={family}&amp;product={product}" in html
    words = text_of(client.get(address(short, f"?family={family}&product={product}")).content)
    assert words.index("Ridge, Warehouse DC1") < words.index("Harbour, Warehouse DC1"), "most money short first"
    assert "▼ 70 short, $350" in words
    assert "▼ 40 short, $200" in words


@pytest.mark.parametrize("query", ["?family=x&product=%00", "?family=" + "9" * 40, "?rule=mine&page=0", "?owner=-1"])
def test_an_address_that_means_nothing_is_left_out(cast: Cast, short: Short, query: str) -> None:
    answer = client_of(cast.sam).get(address(short, query))
    assert (answer.status_code, "110 short" in text_of(answer.content)) == (200, True)


def test_a_rep_sees_own_rows_split_as_over_all_and_nothing_of_the_others(cast: Cast, short: Short) -> None:
    words = text_of(client_of(cast.ana).get(address(short)).content)
    assert "1,800 asked, 1,760 can be delivered, 40 short" in words
    assert "Ridge" not in words and "Ben" not in words
    product = f"?family={short.world.item.product.family_id}&product={short.world.item.product_id}"
    theirs = text_of(client_of(cast.ana).get(address(short, f"{product}&customer={cast.ridge.pk}")).content)
    assert "0 asked, 0 can be delivered, 0 short" in theirs
    rows = api_of(cast.ana).rows(f"/api/v1/cycles/{short.world.cycle.pk}/supply/customers/?limit=1000")
    assert {row["customer"] for row in rows} == {"HARBOUR"}
    assert len(rows) == 18


def test_a_rep_without_customers_is_told_so(cast: Cast, short: Short) -> None:
    words = text_of(client_of(person_make("carl", Role.REP)).get(address(short)).content)
    assert "No customers of yours are planned" in words
    assert "3,600" not in words


def test_nothing_short_is_said_kindly(cast: Cast) -> None:
    short = short_make(cast, stock="4000")
    words = text_of(client_of(cast.sam).get(address(short)).content)
    assert "Everything asked here can be delivered: nobody goes short in these 18 months." in words
    assert "earned" not in words


def test_before_the_first_run_the_page_says_who_acts_next(cast: Cast) -> None:
    cycle = cycle_make(cast)
    client = client_of(cast.olga)
    words = text_of(client.get(reverse("supply:customers", args=[cycle.pk])).content)
    assert "There is no supply plan yet" in words
    assert "Gather demand must close before supply can be planned." in words
    assert api_of(cast.sam).rows(f"/api/v1/cycles/{cycle.pk}/supply/customers/") == []


def test_a_plan_older_than_the_sharing_says_so(cast: Cast, short: Short) -> None:
    CustomerAsked.objects.all().delete()
    assert "This plan is older than the sharing among customers" in text_of(
        client_of(cast.sam).get(address(short)).content
    )


def test_a_new_customer_is_shared_by_its_baseline_and_one_without_it_gets_what_is_left(cast: Cast) -> None:
    world = supplied_make(cast, demand="100")
    others = [
        series_make(customer_make(code, cast.north), world.item.product, world.item.location)
        for code in ("NEW", "BLIND")
    ]
    asking_make(world.cycle, others[0], "100", "10")
    asking_make(world.cycle, others[1], "100", "0")
    actual_make(world.series, JANUARY, "240")
    stock_make(world.item, "90")
    run = planned(cast.sam, world.cycle)
    shares = customer_shares(run, cast.sam, ShareRule.PAST_SALES)
    assert shares.served[:, 0].tolist() == [60, 30, 0], "20 a month against a baseline of 10"
    assert shares.blind.tolist() == [False, False, True]
    assert "1 row without past sales or baseline gets what the others leave" in text_of(
        client_of(cast.sam).get(reverse("supply:customers", args=[world.cycle.pk])).content
    )


def padded_make(cast: Cast, short: Short, *, said: str, ordered: str) -> None:
    """Let Ana have said too much of January a cycle ago."""
    before = Cycle.objects.create(
        bucket=JANUARY, state="closed", opened_at=short.run.created_at, opened_by=cast.cora, horizon_months=18
    )
    snapshot_make(before, {short.world.series: said, short.ridge: "120"}, months=(JANUARY,))
    Actual.objects.filter(series=short.world.series).update(ordered=Decimal(ordered), cancelled=0)


def test_corrected_need_takes_padding_out_and_admits_that_asking_moves_it(cast: Cast, short: Short) -> None:
    padded_make(cast, short, said="200", ordered="100")  # twice as much as came
    short = again(cast, short)
    shares = shares_of(cast, short, ShareRule.CORRECTED_NEED)
    assert shares.served[:, 0].tolist() == [30, 60], "50 needed of 100 asked, against 100"
    trial = exceptions_of(Sight(short.run, ShareRule.CORRECTED_NEED, None, Narrowed())).trial
    assert trial.earned > 6
    words = text_of(client_of(cast.sam).get(address(short, "?rule=corrected-need")).content)
    assert "would have earned those who go short" in words and "taken from the others" in words


@pytest.mark.parametrize("rule", ShareRule)
def test_an_edit_shares_its_item_at_once_as_a_whole_run_would(cast: Cast, short: Short, rule: ShareRule) -> None:
    padded_make(cast, short, said="200", ordered="100")
    short = again(cast, short)
    before = shares_of(cast, short, rule).served.sum()
    sent = {"was-2022-04-01": "", "now-2022-04-01": "40", "version-2022-04-01": "0", "reason": "By phone"}
    page = reverse("supply:receipts", args=[short.world.cycle.pk, short.world.item.pk])
    assert client_of(cast.sam).post(page, sent).status_code == 302
    short.run.refresh_from_db()
    at_once = shares_of(cast, short, rule)
    assert at_once.served.sum() < before
    whole = shares_of(cast, again(cast, short), rule)
    assert (at_once.served.tolist(), at_once.gained.tolist()) == (whole.served.tolist(), whole.gained.tolist())


def test_corrected_need_is_the_baseline_while_no_cycle_is_over(cast: Cast) -> None:
    world = supplied_make(cast, demand="100")
    asking_make(world.cycle, series_make(cast.ridge, world.item.product, world.item.location), "100", "50")
    stock_make(world.item, "90")
    shares = customer_shares(planned(cast.sam, world.cycle), cast.sam, ShareRule.CORRECTED_NEED)
    assert shares.served[:, 0].tolist() == [60, 30]
    assert not shares.gained.any()


def test_who_asks_less_than_the_share_gets_it_and_the_sentence_says_so(cast: Cast) -> None:
    short = short_make(cast, harbour="40")
    assert shares_of(cast, short).served[:, 0].tolist() == [40, 50]
    words = text_of(client_of(cast.sam).get(address(short)).content)
    assert "Asking 30 % more would have earned nothing" in words
    assert "The one exception: in one row a customer asks less than its share and gets all of it" in words
    assert "would have brought 12 units beyond what was said to be needed" in words


def test_a_price_changed_after_a_run_counts_in_the_next_one_as_in_all_of_the_plan(cast: Cast, short: Short) -> None:
    assert "110 short: $550" in text_of(client_of(cast.sam).get(address(short)).content)
    Price.objects.create(product=short.world.item.product, valid_from=date(2022, 1, 1), price=Decimal(6))
    assert "110 short: $550" in text_of(client_of(cast.sam).get(address(short)).content)
    assert shares_of(cast, again(cast, short)).money.sum() == 110 * 6
    assert "110 short: $660" in text_of(client_of(cast.sam).get(address(short)).content)


def test_the_file_holds_every_month_and_names_run_rule_and_person(cast: Cast, short: Short) -> None:
    client = client_of(cast.sam)
    body = b"".join(client.get(address(short, "", "supply:customers-export")).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert ["Shared by", "Past sales"] in rows and ["For", "Sam"] in rows
    head = rows.index(
        ["Family", "Product", "Customer", "Location", "Month", "Asked", "Can be delivered", "Short", "Money short"]
    )
    assert len(rows) - head - 1 == 36
    assert ["ROOFING", "SHINGLE", "RIDGE", "DC1", "2022-02-01", "100.0", "30.0", "70.0", "350.0"] in rows
    only = b"".join(client.get(address(short, f"?customer={cast.ridge.pk}", "supply:customers-export")))
    assert b"HARBOUR" not in only
    assert client_of(cast.ana).get(address(short, "", "supply:customers-export")).status_code == 403


def test_programs_read_the_dearest_rows_first_and_narrow_by_codes(cast: Cast, short: Short) -> None:
    api, base = api_of(cast.sam), f"/api/v1/cycles/{short.world.cycle.pk}/supply/customers/"
    rows = api.rows(base + "?limit=1000")
    assert [row["money"] for row in rows] == sorted((row["money"] for row in rows), reverse=True)
    assert len(rows) == 36
    first = next(row for row in rows if (row["customer"], row["bucket"]) == ("HARBOUR", "2022-02-01"))
    assert (first["asked"], first["delivered"], first["short"], first["money"]) == (100.0, 60.0, 40.0, 200.0)
    assert {row["customer"] for row in api.rows(base + "?customer=RIDGE")} == {"RIDGE"}
    assert api.rows(base + "?product=NOBODY") == []
    assert api.get(base + "?rule=mine").status_code == 400
    assert api.get(base + "?custmer=RIDGE").status_code == 400


def test_an_items_page_shows_who_goes_short_in_its_worst_month(cast: Cast, short: Short) -> None:
    page = reverse("supply:item", args=[short.world.cycle.pk, short.world.item.pk])
    words = text_of(client_of(cast.sam).get(page).content)
    assert "Who goes short in February 2022, the worst month" in words
    assert "Ridge 100 30 ▼ 70 $350 Harbour 100 60 ▼ 40 $200" in words
    mine = text_of(client_of(cast.ana).get(page).content)
    assert "Harbour 100 60 ▼ 40" in mine and "Ridge" not in mine
    nobody = text_of(client_of(person_make("carl", Role.REP)).get(page).content)
    assert "Who goes short" not in nobody


def test_a_page_takes_the_same_queries_however_many_customers_there_are(cast: Cast, short: Short) -> None:
    def queries() -> int:
        client = client_of(cast.sam)
        cache.clear()
        client.get(reverse("sop:home"))
        with CaptureQueriesContext(connection) as found:
            assert client.get(address(short, f"?family={short.world.item.product.family_id}")).status_code == 200
        return len([each for each in found if "supply" in each["sql"] or "demand_" in each["sql"]])

    few = queries()
    months = tuple(plan_months(short.world.cycle))
    for number in range(12):
        made = Customer.objects.create(code=f"C{number}", name=f"C{number}", region=cast.north)
        series = series_make(made, product_make(f"P{number}"), short.world.item.location)
        snapshot_make(short.world.cycle, {series: "9"}, months=months)
    planned(cast.sam, short.world.cycle)
    assert queries() == few
    assert few <= 14


def test_a_closed_step_is_read_and_says_so(cast: Cast, short: Short) -> None:
    step_only(short.world.cycle, StepKind.RECONCILE)
    words = text_of(client_of(cast.sam).get(address(short)).content)
    assert "110 short" in words
