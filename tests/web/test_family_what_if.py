"""A family's price: what history says, what a change would do, thin history, the assumption it becomes."""

import re
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.models import Actual, Assumption, Series
from sop.constants import StepKind
from sop.engine.months import month_add, month_list
from sop.models import Cycle, CycleStep, Price, User
from tests.api_calls import api_of
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
DECEMBER = date(2021, 12, 1)
ELASTICITY = -1.2


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


def sold(
    series: Series, *, months: int = 48, moved: float = 0.06, seed: int = 1, elasticity: float = ELASTICITY
) -> None:
    """Write months in which demand followed the price by a known elasticity, with a season and some noise."""
    rng = np.random.default_rng(seed)
    at = np.arange(months)
    price = np.exp(rng.normal(0, moved, months)) * 20
    logs = elasticity * np.log(price / 20) + 0.2 * np.sin(2 * np.pi * at / 12) + rng.normal(0, 0.03, months)
    units = np.round(1000 * np.exp(logs))
    Actual.objects.bulk_create(
        Actual(
            series=series,
            bucket=bucket,
            ordered=Decimal(int(count)),
            shipped=Decimal(int(count)),
            revenue=Decimal(f"{count * each:.2f}"),
        )
        for bucket, count, each in zip(month_list(month_add(DECEMBER, 1 - months), months), units, price, strict=True)
    )


def words(answer: HttpResponse) -> str:
    text = re.sub(r"<script.*?</script>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip().replace("&#x27;", "'")


def at(cycle: Cycle, series: Series, name: str = "family-study") -> str:
    return reverse(f"demand:{name}", args=[cycle.pk, series.product.family_id])


def read(user: User, cycle: Cycle, series: Series, **query: str) -> str:
    answer = client_of(user).get(at(cycle, series), query)
    assert answer.status_code == 200
    return words(answer)


def test_an_elasticity_is_told_and_answers_by_month(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    sold(series)
    adopted_baseline(cycle, {series: 1000})
    page = client_of(cast.olga).get(at(cycle, series, "family-what-if"))
    assert "Nothing here changes the plan" in words(page)
    assert f"{at(cycle, series)}?percent=5" in page.content.decode()
    text = read(cast.olga, cycle, series, percent="5")
    found = re.search(r"1 % dearer has gone with ([\d.]+) % less \(between ([\d.]+) and ([\d.]+)\)", text)
    assert found is not None
    likely, low, high = map(float, found.groups())
    assert low - 0.05 <= -ELASTICITY <= high + 0.05
    assert "Price by what was paid" in text and "48 months (R2 0." in text
    told = api_of(cast.olga).get(f"/api/v1/cycles/{cycle.pk}/baseline/families/{series.product.family.code}/").json()
    assert (told["is_told"], told["observations"], told["refusal"]) == (True, 48, "")
    assert told["percent"] == pytest.approx(100 * (1.05 ** told["elasticity"]["value"] - 1))
    month = told["months"][0]
    assert month["plan"] == 1000
    assert month["changed"] == pytest.approx(1000 * (1 + told["percent"] / 100))
    assert month["low"] < month["changed"] < month["high"] < 1000
    assert likely == round(-told["elasticity"]["value"], 1)


def test_it_leads_to_an_assumption_that_a_person_states(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    sold(series)
    adopted_baseline(cycle, {series: 1000})
    client = client_of(cast.olga)
    query = {"percent": "-4", "first": "2022-03-01", "last": "2022-05-01"}
    html = client.get(at(cycle, series), query).content.decode()
    link = re.search(r'class="button primary" href="([^"]+)"', html)
    assert link is not None
    address = link[1].replace("&amp;", "&")
    begun = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (begun["kind"], begun["first_bucket"], begun["last_bucket"]) == ("price_change", "2022-03", "2022-05")
    assert 3.5 < float(begun["percent"]) < 7
    form = client.get(address).content.decode()
    assert 'value="price_change" selected' in form
    assert f'value="{series.product.family_id}" selected' in form
    assert f'value="{begun["percent"]}"' in form and 'value="2022-03"' in form
    assert "Price -4 %. By 48 months of history: 1 % dearer" in form
    assert not Assumption.objects.exists()
    posted = client.post(address, begun | {"state": "in_number", "probability": "100"})
    assert posted.status_code == 302
    stated = Assumption.objects.get()
    assert (stated.family_id, str(stated.percent)) == (series.product.family_id, begun["percent"])


def test_noise_and_a_wrong_sign_lead_to_no_assumption(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    sold(series, elasticity=0.0, seed=3)
    text = read(cast.olga, cycle, series)
    assert "No effect of the price can be told from noise" in text
    assert "State an assumption" not in text
    Actual.objects.all().delete()
    sold(series, elasticity=1.5)
    text = read(cast.olga, cycle, series)
    assert "Plan no price by it" in text
    assert "No what-if by price" in text
    assert "State an assumption" not in text
    address = f"/api/v1/cycles/{cycle.pk}/baseline/families/{series.product.family.code}/"
    told = api_of(cast.olga).get(address).json()
    assert (told["is_told"], told["months"], told["percent"], told["assumption"]) == (False, [], None, {})


def test_thin_history_and_a_still_price_are_refused_in_words(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    assert "There is no history of this family yet" in read(cast.olga, cycle, series)
    sold(series, months=20)
    assert "Only 20 months have both demand and a price; 24 are needed." in read(cast.olga, cycle, series)
    told = api_of(cast.olga).get(f"/api/v1/cycles/{cycle.pk}/baseline/families/{series.product.family.code}/").json()
    assert told["refusal"].startswith("Only 20 months") and told["elasticity"] is None
    Actual.objects.all().delete()
    sold(series, moved=0.0)
    assert "The price hardly moved" in read(cast.olga, cycle, series)
    Actual.objects.update(revenue=0)
    assert "No month has both demand and a price" in read(cast.olga, cycle, series)


def test_without_revenue_the_price_list_counts(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    sold(series)
    rows = list(Actual.objects.order_by("bucket"))
    Price.objects.filter(product=series.product).delete()
    Price.objects.bulk_create(
        Price(product=series.product, valid_from=row.bucket, price=row.revenue / row.shipped) for row in rows
    )
    by_revenue = read(cast.olga, cycle, series)
    Actual.objects.update(revenue=0)
    by_list = read(cast.olga, cycle, series)
    assert "Price by the price list" in by_list
    sentence = re.compile(r"1 % dearer has gone with [\d.]+ % less")
    assert sentence.findall(by_list) == sentence.findall(by_revenue) != []


def test_a_dearer_mix_is_no_dearer_price(cast: Cast, cycle: Cycle) -> None:
    cheap, dear = series_make(cast.harbour), series_make(cast.ridge)
    months = month_list(month_add(DECEMBER, -35), 36)
    for series, price, rising in ((cheap, 10, -1), (dear, 40, 1)):
        for place, bucket in enumerate(months):
            count = Decimal(500 + rising * 10 * (place % 12))
            Actual.objects.create(series=series, bucket=bucket, ordered=count, shipped=count, revenue=count * price)
    assert "The price hardly moved: beside trend and season by 0.0%" in read(cast.olga, cycle, cheap)


def test_past_promotions_are_seen_and_asked_for(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    sold(series)
    adopted_baseline(cycle, {series: 1000})
    assert "What a promotion does cannot be told: no month had one" in read(cast.olga, cycle, series, promotion="on")
    for months_ago in (5, 15, 25, 35):
        bucket = month_add(DECEMBER, -months_ago)
        row = Actual.objects.get(bucket=bucket)
        row.ordered = row.ordered * Decimal("1.5")
        row.save()
        kept = {"state": "expired", "owner": cast.olga, "first_bucket": bucket, "last_bucket": bucket, "percent": 40}
        Assumption.objects.create(cycle=cycle, kind="promotion", family=series.product.family, **kept)
    text = read(cast.olga, cycle, series, percent="0", promotion="on")
    lift = re.search(r"A promotion has gone with \+(\d+)%", text)
    assert lift is not None
    assert 40 <= int(lift[1]) <= 60
    assert "With a promotion: +" in text
    html = client_of(cast.olga).get(at(cycle, series), {"percent": "0", "promotion": "on"}).content.decode()
    assert "kind=promotion" in html


def test_a_question_that_cannot_be_meant_is_refused_on_the_page(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    page, study = at(cycle, series, "family-what-if"), at(cycle, series)
    client = client_of(cast.olga)
    for query, said in (
        ({"percent": "-90"}, "greater than or equal to -50"),
        ({"percent": "much"}, "Enter a number"),
        ({"first": "2022-05-01", "last": "2022-03-01"}, "The last month lies before the first"),
        ({"first": "2031-01-01"}, "not one of the available choices"),
    ):
        answer = client.get(page, query)
        assert (answer.status_code, said in words(answer)) == (422, True), (query, words(answer))
        assert client.get(study, query).status_code == 404
    api, address = api_of(cast.olga), f"/api/v1/cycles/{cycle.pk}/baseline/families/"
    assert api.get(f"{address}{series.product.family.code}/?percent=-90").status_code == 400
    assert api.get(f"{address}{series.product.family.code}/?last=2031-01-01").status_code == 400
    assert api.get(f"{address}NOWHERE/").status_code == 404


def test_a_rep_sees_sums_of_own_rows_only_in_few_queries(cast: Cast, cycle: Cycle) -> None:
    mine, theirs = series_make(cast.harbour), series_make(cast.ridge)
    sold(mine, seed=1)
    sold(theirs, seed=2)
    adopted_baseline(cycle, {mine: 100, theirs: 900})
    address = f"/api/v1/cycles/{cycle.pk}/baseline/families/{mine.product.family.code}/?percent=0"
    assert api_of(cast.ana).get(address).json()["months"][0]["plan"] == 100
    assert api_of(cast.olga).get(address).json()["months"][0]["plan"] == 1000
    client = client_of(cast.ana)
    client.get(at(cycle, mine))
    with CaptureQueriesContext(connection) as queries:
        client.get(at(cycle, mine))
    assert len(queries) <= 24
    Series.objects.filter(pk=mine.pk).update(active=False)
    for name in ("family-study", "family-what-if"):
        assert client.get(at(cycle, mine, name)).status_code == 404
    assert api_of(cast.ana).get(address).status_code == 404


def test_closed_it_is_a_question_only(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    sold(series)
    adopted_baseline(cycle, {series: 1000})
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state="closed")
    text = read(cast.olga, cycle, series)
    assert "An effect is seen" in text
    assert "State an assumption" not in text


def test_an_address_begins_the_form_with_what_it_can_mean(cast: Cast, cycle: Cycle) -> None:
    address = reverse("demand:assumption-new", args=[cycle.pk])
    answer = client_of(cast.olga).get(address, {"percent": "5", "kind": "nonsense", "note": "a\0b", "owner": "9"})
    assert answer.status_code == 200
    assert 'value="5"' in answer.content.decode()
    assert "ab</textarea>" in answer.content.decode()
