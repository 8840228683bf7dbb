"""The pages of chosen baselines and of how each row is forecast: what they show and to whom, what they refuse."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.models import BaselineChoice, BaselineRun, BaselineSeries, Series
from sop.constants import StepKind
from sop.models import Cycle, CycleStep, User
from tests.api_calls import api_of
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, client_of, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def series(cast: Cast) -> Series:
    return series_make(cast.harbour)


def words(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).strip().replace("&#x27;", "'")


def at(cycle: Cycle, name: str = "choices", *numbers: int) -> str:
    return reverse(f"demand:{name}", args=[cycle.pk, *numbers])


def read(user: User, url: str, **query: str) -> str:
    answer = client_of(user).get(url, query)
    assert answer.status_code == 200
    return words(answer)


def made_run(cycle: Cycle, *rows: tuple[Series, dict[str, Any]]) -> BaselineRun:
    run = adopted_baseline(cycle, {series: 10.0 * (place + 1) for place, (series, _) in enumerate(rows)})
    for series, facts in rows:
        usual = {"route": "regular", "reason": "40 months of regular demand.", "months": 40, "pattern": "smooth"}
        BaselineSeries.objects.create(run=run, series=series, **{**usual, **facts})
    return run


def test_an_empty_page_says_that_history_decides(cast: Cast, cycle: Cycle, series: Series) -> None:
    assert "History decides everywhere" in read(cast.olga, at(cycle))
    assert "Choose one" in read(cast.olga, at(cycle))
    assert "Choose one" not in read(cast.eve, at(cycle))


def test_a_planner_chooses_and_withdraws(cast: Cast, cycle: Cycle, series: Series) -> None:
    client = client_of(cast.olga)
    form = {"product": series.product.code, "method": "flat", "quantity": "40", "reason": "A contract"}
    answer = client.post(at(cycle), form, follow=True)
    text = words(answer)
    assert f"{series.product.name} will be forecast by a flat level of 40 a month from the next run on." in text
    assert "Counting now" in text
    choice = BaselineChoice.objects.get()
    empty = client.post(at(cycle, "choice-end", choice.pk), {"reason": ""})
    assert (empty.status_code, "Say why it no longer holds" in words(empty)) == (422, True)
    answer = client.post(at(cycle, "choice-end", choice.pk), {"reason": "Over"}, follow=True)
    assert "Withdrawn: 1" in words(answer)
    late = client.post(at(cycle, "choice-end", choice.pk), {"reason": "Over"})
    assert (late.status_code, "withdrew it" in words(late)) == (409, True)


def test_what_was_typed_stays_when_refused(cast: Cast, cycle: Cycle, series: Series) -> None:
    form = {"product": series.product.code, "method": "flat", "reason": "A contract with the city"}
    answer = client_of(cast.olga).post(at(cycle), form)
    assert answer.status_code == 422
    assert "A contract with the city" in answer.content.decode()
    wrong = client_of(cast.olga).post(at(cycle), {"product": "NONSENSE", "method": "ses", "reason": "x"})
    assert (wrong.status_code, "There is no product" in words(wrong)) == (422, True)


def test_the_form_begins_with_what_the_address_names(cast: Cast, cycle: Cycle, series: Series) -> None:
    answer = client_of(cast.olga).get(at(cycle), {"product": series.product.code, "customer": str(cast.harbour.pk)})
    assert f'value="{series.product.code}"' in answer.content.decode()


def test_closed_it_is_read_only(cast: Cast, cycle: Cycle, series: Series) -> None:
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state="closed")
    text = read(cast.olga, at(cycle))
    assert "Gather demand is closed" in text
    assert "Choose one" not in text


def test_a_rep_reads_choices_of_own_customers_and_of_all_and_posts_none(
    cast: Cast, cycle: Cycle, series: Series
) -> None:
    series_make(cast.ridge)
    api = api_of(cast.olga)
    url = f"/api/v1/cycles/{cycle.pk}/baseline/choices/"
    code = series.product.code
    for customer, reason in ((None, "Everywhere"), ("HARBOUR", "Mine"), ("RIDGE", "Theirs")):
        answer = api.post(url, {"product": code, "customer": customer, "method": "ses", "reason": reason})
        assert answer.status_code == 200, answer.json()
    text = read(cast.ana, at(cycle))
    assert ("Everywhere" in text, "Mine" in text, "Theirs" in text) == (True, True, False)
    assert {row["reason"] for row in api_of(cast.ana).rows(url)} == {"Everywhere", "Mine"}
    assert client_of(cast.ana).post(at(cycle), {"product": code, "method": "ses", "reason": "x"}).status_code == 403


def test_by_api_chosen_and_withdrawn(cast: Cast, cycle: Cycle, series: Series) -> None:
    api, url = api_of(cast.olga), f"/api/v1/cycles/{cycle.pk}/baseline/choices/"
    other = product_make("OTHER")
    body = {
        "product": series.product.code,
        "method": "like",
        "like": other.code,
        "scale_percent": "40",
        "reason": "New",
    }
    made = api.post(url, body, key="one").json()
    assert api.post(url, body, key="one").json() == made
    assert (made["words"], made["chosen_by"]) == (f"40 % of {other.name}'s last year", "olga")
    refused = api.post(url, body)
    assert (refused.status_code, "withdraw that first" in refused.json()["error"]) == (422, True)
    wrong = api.post(url, body | {"like": "NONSENSE"})
    assert wrong.status_code == 400
    gone = api.post(f"{url}{made['id']}/end/", {"reason": "Over"}).json()
    assert gone["active"] is False
    assert api.rows(f"{url}?active=true") == []


def test_rows_say_their_kind_and_why(cast: Cast, cycle: Cycle, series: Series) -> None:
    broke = {"pattern": "lumpy", "xyz": "Z", "broke_on": date(2021, 11, 1), "broke_to": 0.5, "noise": 9.0, "wape": 0.4}
    made_run(cycle, (series, broke), (series_make(cast.ridge), {"xyz": "X", "noise": 2.0}))
    text = read(cast.olga, at(cycle, "profiles"))
    assert "2 rows" in text
    assert text.index("Level broke Nov 2021") < text.index("Ridge")
    assert "1 row " in read(cast.olga, at(cycle, "profiles"), pattern="lumpy")
    assert "1 row " in read(cast.olga, at(cycle, "profiles"), broke="1")
    assert "1 row " in read(cast.olga, at(cycle, "profiles"), xyz="X")
    assert "1 row " in read(cast.olga, at(cycle, "profiles"), words="ridge")
    assert "No such row" in read(cast.olga, at(cycle, "profiles"), words="nothing", route="ended")
    assert "2 rows" in read(cast.olga, at(cycle, "profiles"), pattern="nonsense", xyz="Q", page="99")
    rep = read(cast.ana, at(cycle, "profiles"))
    assert ("1 row " in rep, "Ridge" in rep) == (True, False)
    rows = api_of(cast.ana).rows(f"/api/v1/cycles/{cycle.pk}/baseline/rows/?pattern=lumpy")
    assert [(row["series"], row["broke_on"]) for row in rows] == [(series.pk, "2021-11-01")]


def test_without_a_baseline_the_page_says_who_acts(cast: Cast, cycle: Cycle) -> None:
    assert "The demand planner runs the baseline" in read(cast.eve, at(cycle, "profiles"))
    assert api_of(cast.eve).rows(f"/api/v1/cycles/{cycle.pk}/baseline/rows/") == []


def test_more_rows_take_no_more_queries(cast: Cast, cycle: Cycle, series: Series) -> None:
    client = client_of(cast.olga)
    rows = [series, *(series_make(cast.harbour, product_make(f"P{number}")) for number in range(20))]
    run = made_run(cycle, (rows[0], {}), (rows[1], {}))
    counts = []
    for extra in (rows[2:4], rows[4:]):
        BaselineSeries.objects.bulk_create(
            BaselineSeries(run=run, series=each, route="regular", reason="x", months=40, pattern="smooth")
            for each in extra
        )
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(at(cycle, "profiles"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
