"""Cleansing by API: the same rules, the same row scope, the same refusals as the page."""

from typing import Any

import pytest

from demand.models import Cleansing, Series
from sop.models import Cycle, CycleStep
from tests.api_calls import api_of, calls_of
from tests.cleansing_makers import SHORT, at, looked, spiky_make
from tests.demand_makers import series_make
from tests.factories import Cast, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def spiky(cast: Cast, cycle: Cycle) -> Series:
    series = spiky_make(series_make(cast.harbour))
    looked(cast.olga, cycle)
    return series


def address(cycle: Cycle, rest: str = "") -> str:
    return f"/api/v1/cycles/{cycle.pk}/cleansing/{rest}"


def test_read_decided_and_read_again(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    api = api_of(cast.olga)
    (row,) = api.rows(address(cycle, "?state=proposed"))
    assert (row["product"], row["customer"], row["kind"], row["raw"]) == ("SHINGLE", "HARBOUR", "project", "500.000")
    assert (row["money"], row["raw_now"], row["by_rule"], row["decided_by"]) == (None, "500.000", False, None)
    sent = {"decision": "accept", "rows": [{"id": row["id"], "version": row["version"]}]}
    made = api.post(address(cycle, "decide/"), sent, key="one").json()
    assert api.post(address(cycle, "decide/"), sent, key="one").json() == made
    assert (made["decided"][0]["state"], made["decided"][0]["version"]) == ("accepted", 2)
    late = api.post(address(cycle, "decide/"), sent)
    assert (late.status_code, "Olga accepted" in late.json()["error"]) == (409, True)
    own = sent | {"rows": [{"id": row["id"], "version": 2}], "cleaned": "180.5", "note": "Half was a depot"}
    assert api.post(address(cycle, "decide/"), own).json()["decided"][0]["cleaned"] == "180.500"
    (again,) = api.rows(address(cycle, "?state=accepted&kind=project&product=SHINGLE"))
    assert (again["decided_by"], again["note"]) == ("olga", "Half was a depot")
    assert Cleansing.history.filter(source="api").count() == 2


def test_a_look_is_asked_for_and_followed(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    api = api_of(cast.olga)
    job = api.post(address(cycle, "look/")).json()
    assert (job["kind"], job["state"]) == ("cleansing", "queued")
    assert api.get(f"/api/v1/jobs/{job['id']}/").status_code == 200
    assert api.post(address(cycle, "look/")).status_code == 422


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"decision": "burn"}, 400, "not a valid choice"),
        ({"rows": []}, 400, "not be empty"),
        ({"rows": [{"id": 0, "version": 1}]}, 400, "greater than or equal"),
        ({"rows": [{"id": 999999, "version": 1}]}, 409, "no longer there"),
        ({"cleaned": "-5", "note": "x"}, 422, "below zero"),
        ({"cleaned": "5"}, 422, "Say why"),
        ({"cleaned": "NaN", "note": "x"}, 400, "valid number"),
        ({"state": "accepted"}, 400, "Not known here"),
    ],
)
def test_what_does_not_fit_is_refused(
    cast: Cast, cycle: Cycle, spiky: Series, sent: dict[str, Any], status: int, said: str
) -> None:
    body = {"decision": "accept", "rows": [{"id": at(spiky).pk, "version": 1}]} | sent
    answer = api_of(cast.olga).post(address(cycle, "decide/"), body)
    assert (answer.status_code, said in answer.content.decode()) == (status, True), answer.content
    assert at(spiky).version == 1


def test_rights_scope_and_a_closed_step_hold(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    body = {"decision": "accept", "rows": [{"id": at(spiky).pk, "version": 1}]}
    for user in (cast.ana, cast.finn, cast.eve):
        assert api_of(user).post(address(cycle, "decide/"), body).status_code == 403
        assert api_of(user).post(address(cycle, "look/")).status_code == 403
    assert len(api_of(cast.ana).rows(address(cycle))) == 2
    assert api_of(cast.ben).rows(address(cycle)) == []
    CycleStep.objects.filter(cycle=cycle).update(state="closed")
    assert api_of(cast.olga).post(address(cycle, "decide/"), body).status_code == 422
    assert at(spiky, SHORT).version == 1


def test_more_rows_take_no_more_queries(cast: Cast, cycle: Cycle, spiky: Series) -> None:
    (before,) = calls_of(cast.olga, [address(cycle)])
    for number in range(3):
        spiky_make(series_make(cast.ridge, product_make(f"P{number}")))
    looked(cast.olga, cycle)
    (after,) = calls_of(cast.olga, [address(cycle)])
    assert before == after
