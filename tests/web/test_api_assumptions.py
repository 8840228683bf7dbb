"""Assumptions by API: the same rules, the same row scope, the same refusals as the page."""

from typing import Any

import pytest

from demand.models import Assumption, Series
from sop.models import Cycle, CycleStep
from tests.api_calls import api_of, calls_of
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, customer_make, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def north(cast: Cast, cycle: Cycle) -> Series:
    found = series_make(cast.harbour)
    adopted_baseline(cycle, {found: 100, series_make(cast.ridge): 50})
    return found


def at(cycle: Cycle, rest: str = "") -> str:
    return f"/api/v1/cycles/{cycle.pk}/demand/assumptions/{rest}"


def said(**more: Any) -> dict[str, Any]:
    amount = {} if {"quantity", "percent"} & more.keys() else {"quantity": "30"}
    months = {"first_bucket": "2022-05-01", "last_bucket": "2022-06-01"}
    return {"kind": "project", "state": "in_number", "customer": "HARBOUR", "note": "Roofs"} | amount | months | more


def test_stated_read_changed_and_withdrawn(cast: Cast, cycle: Cycle, north: Series) -> None:
    api = api_of(cast.ana)
    made = api.post(at(cycle), said(probability="80"), key="one").json()
    assert api.post(at(cycle), said(probability="80"), key="one").json() == made
    assert (made["version"], made["owner"], made["customer"], made["product"]) == (1, "ana", "HARBOUR", None)
    assert (made["units"], made["weighted_units"], made["quantity"]) == ("60.000", "48.000", "30.000")
    row = api.rows(f"/api/v1/cycles/{cycle.pk}/demand/?month=2022-05-01")[0]
    assert (row["sales"], row["consensus"]) == ("100.000", "130.000")
    changed = api.post(at(cycle, f"{made['id']}/change/"), said(percent="-10", version=1, reason="Smaller")).json()
    assert (changed["version"], changed["percent"], changed["units"]) == (2, "-10.00", "-20.000")
    late = api.post(at(cycle, f"{made['id']}/change/"), said(version=1, reason="Late"))
    assert (late.status_code, "Ana changed this" in late.json()["error"]) == (409, True)
    assert api.rows(at(cycle, "?state=in_number")) == [changed]
    gone = api.post(at(cycle, f"{made['id']}/withdraw/"), {"version": 2, "reason": "Called off"}).json()
    assert (gone["state"], gone["units"]) == ("withdrawn", "0.000")
    assert Assumption.history.filter(source="api").count() == 3


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"customer": "RIDGE"}, 400, "There is no customer 'RIDGE'."),
        ({"customer": None, "product": "SHINGLE"}, 403, "Only a demand planner"),
        ({"percent": "5", "quantity": "5"}, 422, "either a quantity"),
        ({"product": "NONE"}, 400, "There is no product 'NONE'."),
        ({"product": "\0"}, 400, "Null characters"),
        ({"quantity": "NaN"}, 400, "valid number"),
        ({"quantity": "1e30"}, 400, "16 digits"),
        ({"state": "expired"}, 400, "not a valid choice"),
        ({"owner": "ben"}, 400, "Not known here"),
        ({"link": "javascript:alert(1)"}, 400, "valid URL"),
    ],
)
def test_what_does_not_fit_is_refused(
    cast: Cast, cycle: Cycle, north: Series, sent: dict[str, Any], status: int, words: str
) -> None:
    answer = api_of(cast.ana).post(at(cycle), said(**sent))
    assert answer.status_code == status, answer.content
    assert words in answer.content.decode()
    assert not Assumption.objects.exists()


def test_a_rep_sees_own_customers_and_what_is_of_all(cast: Cast, cycle: Cycle, north: Series) -> None:
    bens = api_of(cast.ben).post(at(cycle), said(customer="RIDGE")).json()
    of_all = api_of(cast.olga).post(at(cycle), said(customer=None, product="SHINGLE")).json()
    assert [row["id"] for row in api_of(cast.ana).rows(at(cycle))] == [of_all["id"]]
    assert len(api_of(cast.olga).rows(at(cycle))) == 2
    for act, body in (("change", said(version=1, reason="x")), ("withdraw", {"version": 1, "reason": "x"})):
        assert api_of(cast.ana).post(at(cycle, f"{bens['id']}/{act}/"), body).status_code == 404
        assert api_of(cast.ana).post(at(cycle, f"{of_all['id']}/{act}/"), body).status_code == 403


def test_a_closed_step_is_closed_for_programs_too(cast: Cast, cycle: Cycle, north: Series) -> None:
    CycleStep.objects.filter(cycle=cycle, kind="gather").update(state="closed")
    assert api_of(cast.ana).post(at(cycle), said()).status_code == 422


def test_more_assumptions_take_no_more_queries(cast: Cast, cycle: Cycle, north: Series) -> None:
    api_of(cast.olga).post(at(cycle), said())
    few = calls_of(cast.olga, [at(cycle)])
    for number in range(4):
        series_make(customer_make(f"C{number}", cast.north, cast.ana), north.product)
        api_of(cast.olga).post(at(cycle), said(customer=f"C{number}"))
    assert calls_of(cast.olga, [at(cycle)]) == few


def test_one_is_handed_over_by_its_owner(cast: Cast, cycle: Cycle, north: Series) -> None:
    made = api_of(cast.ana).post(at(cycle), said()).json()
    give = at(cycle, f"{made['id']}/hand-over/")
    sent = {"owner": "olga", "version": 1, "reason": "On leave"}
    assert api_of(cast.ana).post(give, sent | {"owner": "ben"}).status_code == 422
    assert api_of(cast.ana).post(give, sent | {"owner": "nobody"}).status_code == 422
    assert api_of(cast.ben).post(give, sent).status_code == 404
    given = api_of(cast.ana).post(give, sent).json()
    assert (given["owner"], given["version"]) == ("olga", 2)
    assert api_of(cast.ana).post(give, sent).status_code == 409
    assert api_of(cast.ana).post(give, sent | {"version": 2}).status_code == 403
