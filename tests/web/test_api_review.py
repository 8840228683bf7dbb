"""The review by API: the changes in one's scope, accepting, asking, answering, the consensus, and what is refused."""

from typing import Any

import pytest

from demand.models import ChangeReview, Series
from sop.models import Budget, Cycle, CycleStep
from tests.api_calls import api_of, calls_of
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100, series_make(cast.ridge): 50})
    override_make(cycle, series, FEBRUARY, 140, cast.ana)
    override_make(cycle, Series.objects.get(customer=cast.ridge), FEBRUARY, 51, cast.ben)
    return series


def at(cycle: Cycle, rest: str = "") -> str:
    return f"/api/v1/cycles/{cycle.pk}/demand/changes/{rest}"


def picked(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("person", "product", "version", "mark")}


def test_a_rep_reads_own_changes_and_a_planner_all(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    (own,) = api_of(cast.ana).rows(at(cycle))
    assert (own["person"], own["product"], own["baseline"], own["sales"], own["state"], own["version"]) == (
        "ana",
        "SHINGLE",
        "100.000",
        "140.000",
        "open",
        0,
    )
    assert isinstance(own["mark"], str), "a number as large as this is text"
    planner = api_of(cast.olga)
    assert {row["person"] for row in planner.rows(at(cycle))} == {"ana", "ben"}
    for query, count in (("person=ben", 1), ("state=accepted", 0), ("product=SHINGLE", 2), ("family=NONE", 0)):
        assert len(planner.rows(at(cycle, f"?{query}"))) == count, query
    assert planner.get(at(cycle, "?state=nonsense")).status_code == 400


def test_accepted_as_seen_or_not_at_all(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    planner = api_of(cast.olga)
    (row,) = planner.rows(at(cycle, "?person=ana"))
    body = {"changes": [picked(row)], "note": "Seen"}
    assert planner.post(at(cycle, "accept/"), body).json() == {"accepted": 1, "refused": []}
    again = planner.post(at(cycle, "accept/"), body)
    assert again.status_code == 409
    assert "Shingle of Ana is accepted since" in again.json()["error"]
    assert planner.post(at(cycle, "accept/"), {}).status_code == 422
    assert planner.post(at(cycle, "accept/"), {"changes": []}).status_code == 422
    assert planner.post(at(cycle, "accept/"), {"below_percent": "5"}).json()["accepted"] == 1
    stranger = planner.post(at(cycle, "accept/"), {"changes": [picked(row) | {"person": "nobody"}]})
    assert stranger.status_code == 400
    assert "There is no person" in str(stranger.json())


def test_a_question_and_its_answer(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    planner, rep = api_of(cast.olga), api_of(cast.ana)
    (row,) = planner.rows(at(cycle, "?person=ana"))
    asked = planner.post(at(cycle, "ask/"), picked(row) | {"note": "Why +40 %?"})
    assert (asked.status_code, asked.json()["state"], asked.json()["person"]) == (200, "asked", "ana")
    assert planner.post(at(cycle, "ask/"), picked(row) | {"note": "Again"}).status_code == 409
    (own,) = rep.rows(at(cycle))
    assert (own["state"], own["asked"], own["decided_by"]) == ("asked", "Why +40 %?", "Olga")
    body = {"product": own["product"], "version": own["version"], "note": "A new depot"}
    assert api_of(cast.ben).post(at(cycle, "answer/"), body).status_code == 422
    assert rep.post(at(cycle, "answer/"), body).json()["answer"] == "A new depot"
    assert rep.post(at(cycle, "answer/"), body).status_code == 409
    assert planner.rows(at(cycle, "?state=answered"))[0]["answer"] == "A new depot"
    assert ChangeReview.objects.get().history.latest("history_id").source == "api"


def test_a_closed_step_is_closed_for_programs_too(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    (row,) = api_of(cast.olga).rows(at(cycle, "?person=ana"))
    CycleStep.objects.filter(cycle=cycle, kind="gather").update(state="closed")
    assert api_of(cast.olga).post(at(cycle, "accept/"), {"changes": [picked(row)]}).status_code == 422
    assert not ChangeReview.objects.exists()


def test_the_consensus_with_steps_that_add_up(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    Budget.objects.create(family=harbour.product.family, bucket=FEBRUARY, units=150, revenue=1500)
    found = api_of(cast.finn).get(f"/api/v1/cycles/{cycle.pk}/demand/consensus/?window=3").json()
    assert found["months"] == ["2022-02-01", "2022-03-01", "2022-04-01"]
    (family,) = found["families"]
    assert (family["family"], family["baseline"]["units"], family["consensus"]["units"]) == (
        "ROOFING",
        "450.000",
        "491.000",
    )
    assert family["last"] is None
    assert found["from_last_cycle"] == []
    assert [(step["step"], step["amount"]["units"]) for step in found["from_budget"]] == [
        ("Budget", "150.000"),
        ("Roofing", "41.000"),
        ("Consensus", "191.000"),
    ]
    assert api_of(cast.ana).get(f"/api/v1/cycles/{cycle.pk}/demand/consensus/").status_code == 403


def test_the_list_takes_the_same_queries_however_long(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    addresses = [at(cycle), f"/api/v1/cycles/{cycle.pk}/demand/consensus/"]
    few = calls_of(cast.olga, addresses)
    for number in range(5):
        override_make(cycle, series_make(cast.harbour, product_make(f"P{number}")), FEBRUARY, 5, cast.ana)
    assert calls_of(cast.olga, addresses) == few
