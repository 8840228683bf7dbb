"""The cleansing screen: what it lists and to whom, what its buttons do, what it refuses, and what depends on it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.constants import CleansingState
from demand.models import Actual, Cleansing, Series
from sop.constants import Role, StepKind
from sop.models import Cycle, CycleStep, Job, Price, User
from tests.cleansing_makers import SHORT, SPIKE, at, looked, spiky_make
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import FEBRUARY, Cast, client_of, cycle_make, person_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def spiky(cast: Cast, cycle: Cycle) -> Series:
    series = spiky_make(series_make(cast.harbour))
    Price.objects.create(product=series.product, price=10, valid_from=FEBRUARY)
    looked(cast.olga, cycle)
    return series


def words(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).strip()


def get(user: User, cycle: Cycle, name: str = "cleansing", *numbers: int, **query: Any) -> str:
    answer = client_of(user).get(reverse(f"demand:{name}", args=[cycle.pk, *numbers]), query)
    assert answer.status_code == 200
    return words(answer)


def post(user: User, cycle: Cycle, do: str, **more: Any) -> HttpResponse:
    url = reverse("demand:cleansing-decide", args=[cycle.pk])
    return client_of(user).post(url, {"do": do} | more, follow=True)


def test_without_history_the_page_says_what_is_missing_and_who_acts(cast: Cast, cycle: Cycle) -> None:
    assert "No history to look through" in get(cast.ana, cycle)
    assert "Bring in actuals" in get(cast.olga, cycle)
    assert "Look through history" not in get(cast.olga, cycle)


def test_without_a_proposal_the_page_says_so(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    Cleansing.objects.update(state=CleansingState.LAPSED)
    assert "Nothing waits for a decision Every baseline run looks through history first" in get(cast.olga, cycle)
    assert "Demand planners decide here" in get(cast.ana, cycle)
    assert "Nothing found" in get(cast.olga, cycle, q="nowhere")
    assert "No correction is in this state" in get(cast.olga, cycle, state="refused")


def test_a_row_says_what_when_why_and_what_it_moves(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    text = get(cast.olga, cycle)
    row = at(spiky)
    assert "To decide 1 By rule 1 Accepted 0 Refused 0 All 2" in text
    assert f"Shingle Harbour, Warehouse DC1 May 21 One-off project 500 {row.cleaned:.0f} $" in text
    assert row.why in text
    assert "Ordered 150, shipped 10, cancelled 120: goods were short." in get(cast.olga, cycle, state="rule")
    Actual.objects.filter(series=spiky, bucket=SPIKE).update(ordered=700)
    assert "500 ▲ now 700" in get(cast.olga, cycle)


def test_others_look_and_a_rep_sees_own_customers_only(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    for user in (cast.ana, cast.sam, cast.finn, cast.eve):
        text = get(user, cycle)
        assert "Shingle Harbour" in text
        assert "Accept" not in text.replace("Accepted", "")
        assert "Refuse " not in text.replace("Refused", "")
        assert "to look at" in get(user, cycle, "correction", at(spiky).pk)
        assert post(user, cycle, f"accept:{at(spiky).key}").status_code == 403
        url = reverse("demand:correction", args=[cycle.pk, at(spiky).pk])
        assert client_of(user).post(url, {"decision": "accept", "version": 1}).status_code == 403
    assert "Nothing waits for a decision" in get(cast.ben, cycle)
    assert client_of(cast.ben).get(reverse("demand:correction", args=[cycle.pk, at(spiky).pk])).status_code == 404
    export = reverse("demand:cleansing-export", args=[cycle.pk])
    assert "HARBOUR" not in b"".join(client_of(cast.ben).get(export).streaming_content).decode()  # type: ignore[attr-defined]


def test_one_is_accepted_where_it_stands_and_the_page_asks_for_a_new_baseline(
    cast: Cast, cycle: Cycle, spiky: Series
) -> None:
    adopted_baseline(cycle, {spiky: 100})
    assert "run the baseline again" not in get(cast.olga, cycle)
    answer = post(cast.olga, cycle, f"accept:{at(spiky).key}", state="proposed", order="units")
    assert answer.redirect_chain[0][0].endswith("/cleansing/?state=proposed&order=units")  # type: ignore[attr-defined]
    assert "1 correction accepted." in words(answer)
    assert at(spiky).decided_by == cast.olga
    assert "run the baseline again to use them" in words(answer)
    assert "run the baseline again to use them" in get(cast.olga, cycle, "baseline")
    assert "the next baseline run uses them" in get(cast.ana, cycle)
    assert "Accepted Olga" in get(cast.olga, cycle, state="accepted").split("Why State")[1]


def test_ticked_ones_are_refused_together(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    keys = [at(spiky).key, at(spiky, SHORT).key]
    assert "2 corrections refused." in words(post(cast.olga, cycle, "refuse", row=keys, state=""))
    assert set(Cleansing.objects.values_list("state", flat=True)) == {"refused"}
    answer = post(cast.olga, cycle, "refuse")
    assert (answer.status_code, "Choose at least one correction." in words(answer)) == (422, True)


def test_all_listed_are_accepted_as_they_were_seen(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    spiky_make(series_make(cast.ridge, product_make("P1")))
    looked(cast.olga, cycle)
    page = client_of(cast.olga).get(reverse("demand:cleansing", args=[cycle.pk])).content.decode()
    found = re.search(r'name="stamp" value="([^"]+)"', page)
    assert found is not None
    answer = post(cast.olga, cycle, "accept:all", stamp=found[1], state="proposed")
    assert "2 corrections accepted." in words(answer)
    late = post(cast.olga, cycle, "accept:all", stamp=found[1], state="proposed")
    assert (late.status_code, "The list has changed since you opened it" in words(late)) == (409, True)


def test_the_second_planner_gets_409_with_who_and_what(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    key, row = at(spiky).key, at(spiky)
    post(cast.olga, cycle, f"accept:{key}")
    otto = person_make("otto", Role.DEMAND_PLANNER)
    answer = post(otto, cycle, "refuse", row=key, state="")
    assert answer.status_code == 409
    assert f"Olga accepted {row.cleaned.normalize():,f} for Shingle, Harbour, May 2021" in words(answer)
    url = reverse("demand:correction", args=[cycle.pk, row.pk])
    typed = {"decision": "accept", "version": row.version, "cleaned": "321", "note": "Half a project"}
    answer = client_of(otto).post(url, typed)
    assert answer.status_code == 409
    assert "Show it as it is now" in words(answer)
    assert 'value="321"' in answer.content.decode(), "what was typed is kept"
    assert 'value="Half a project"' in answer.content.decode()


def test_a_number_of_ones_own_with_its_history(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    row = at(spiky)
    url = reverse("demand:correction", args=[cycle.pk, row.pk])
    client = client_of(cast.olga)
    assert f"Accept {row.proposed:.0f} Refuse, keep 500" in words(client.get(url))
    assert b'"Raw"' in client.get(url).content, "the series is drawn"
    assert "Jan 21 , stock-out: 30 raw" in words(client.get(url)), "its other corrections are beside it"
    typed = {"decision": "accept", "version": row.version, "cleaned": "180"}
    assert "Say why it is this number." in words(client.post(url, typed))
    assert client.post(url, typed | {"cleaned": "many", "note": "x"}).status_code == 422
    answer = client.post(url, typed | {"note": "Half was a new depot"}, follow=True)
    assert "Shingle, May 2021: accepted." in words(answer)
    text = words(client.get(url))
    assert "Cleaned 180" in text
    assert "state from Proposed to Accepted" in text
    assert "Half was a new depot" in text
    assert "Olga let history be looked through (job)" in text


def test_a_closed_step_is_read_only_on_the_page_and_behind_it(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state="closed")
    text = get(cast.olga, cycle)
    assert "Gather demand is closed; these can no longer change." in text
    assert "Accept all" not in text
    assert "or count another" not in get(cast.olga, cycle, "correction", at(spiky).pk).lower()
    assert post(cast.olga, cycle, f"accept:{at(spiky).key}").status_code == 422
    look = client_of(cast.olga).post(reverse("demand:cleansing-look", args=[cycle.pk]))
    assert look.status_code == 422
    assert at(spiky).state == "proposed"


def test_a_look_is_asked_for_once(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    url, client = reverse("demand:cleansing-look", args=[cycle.pk]), client_of(cast.olga)
    assert "History is being looked through" in words(client.post(url, follow=True))
    assert client.post(url).status_code == 422
    assert Job.objects.filter(kind="cleansing", state="queued").count() == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"do": "burn"}, 400),
        ({"do": ""}, 400),
        ({"do": "accept:x-y"}, 400),
        ({"do": "accept", "row": ["1-1-1"]}, 400),
        ({"do": "accept", "row": ["99999999999999999999-1"]}, 409),
        ({"do": "accept:all", "stamp": "", "kind": "none"}, 400),
        ({"do": "accept:all", "stamp": "0-0-0"}, 409),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_page(
    cast: Cast, cycle: Cycle, spiky: Series, sent: dict[str, Any], status: int
) -> None:
    answer = client_of(cast.olga).post(reverse("demand:cleansing-decide", args=[cycle.pk]), sent)
    assert answer.status_code == status
    assert at(spiky).state == "proposed"


@pytest.mark.parametrize("query", [{"state": "odd"}, {"kind": "odd"}, {"family": "9999"}, {"order": "odd"}])
def test_a_filter_that_does_not_exist_is_said(cast: Cast, cycle: Cycle, spiky: Series, query: dict[str, str]) -> None:
    for name in ("cleansing", "cleansing-export"):
        answer = client_of(cast.olga).get(reverse(f"demand:{name}", args=[cycle.pk]), query)
        assert answer.status_code == 422


def test_the_file_has_every_row_of_the_filter(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    post(cast.olga, cycle, f"accept:{at(spiky).key}")
    url = reverse("demand:cleansing-export", args=[cycle.pk])
    answer = client_of(cast.olga).get(url, {"state": ""})
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[3].startswith("Family,Product,Customer,Location,Month,Kind,Raw,Proposed,Cleaned,State")
    assert len(lines) == 6
    assert "2021-05-01,One-off project,500.000," in lines[4]
    assert ",Accepted,Olga," in lines[4]
    assert "2021-01-01,Stock-out,30.000," in lines[5]
    assert ",By rule,," in lines[5]


def test_the_baseline_page_and_the_side_panel_name_it(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    assert "Cleansing, 1 to decide" in get(cast.olga, cycle, "baseline")
    adopted_baseline(cycle, {spiky: 100})
    text = get(cast.ana, cycle, "panel", row=f"s{spiky.pk}")
    assert "Cleaned months of this row Jan 21 , stock-out: 30 raw" in text
    assert "Cleaned months" not in get(cast.ana, cycle, "panel", row="total")


def test_a_longer_list_takes_no_more_queries(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    client, url = client_of(cast.olga), reverse("demand:cleansing", args=[cycle.pk])
    counts = []
    for number in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
        for more in range(4):
            spiky_make(series_make(cast.ridge, product_make(f"P{number}{more}")))
        looked(cast.olga, cycle)
    assert counts[0] == counts[1] <= 30, counts


def test_a_cause_is_settled_above_the_list_and_the_rest_is_shown_again(cast: Cast, cycle: Cycle) -> None:
    for number in range(2):
        series = spiky_make(series_make(cast.harbour, product_make(f"P{number}")))
        Price.objects.create(product=series.product, price=10, valid_from=FEBRUARY)
    looked(cast.olga, cycle)
    text = get(cast.olga, cycle)
    assert "One-off projects Apr to Jun 2021 2 2 rows, 1 family" in text
    assert "Only Apr to Jun 2021" in get(cast.olga, cycle, cause="project", quarter="2021-04-01")
    page = client_of(cast.olga).get(reverse("demand:cleansing", args=[cycle.pk]))
    (group,) = page.context["groups"]
    sent = {"stamp": group.stamp, "group": "1", "cause": group.cause, "quarter": group.quarter.isoformat()}
    assert "By cause" in get(cast.ana, cycle)
    assert post(cast.ana, cycle, "accept:all", **sent).status_code == 403
    answer = post(cast.olga, cycle, "refuse:all", **sent)
    assert "2 corrections refused." in words(answer)
    assert answer.redirect_chain[0][0].endswith("/cleansing/?")  # type: ignore[attr-defined]
    assert "changed since you opened it" in words(post(cast.olga, cycle, "accept:all", **sent))


def test_reading_the_page_takes_as_many_queries_with_more_groups(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    def queries() -> int:
        client = client_of(cast.olga)
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("demand:cleansing", args=[cycle.pk]))
        return len(found)

    few = queries()
    for number in range(5):
        spiky_make(series_make(cast.harbour, product_make(f"P{number}")))
    looked(cast.olga, cycle)
    assert queries() == few
