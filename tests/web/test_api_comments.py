"""Comments by API: the same rules, the same row scope, the same refusals as in the panel."""

from typing import Any

import pytest

from demand.models import Comment, Series
from sop.models import Cycle
from tests.api_calls import api_of, calls_of
from tests.demand_makers import series_make
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def north(cast: Cast) -> Series:
    series_make(cast.ridge)
    return series_make(cast.harbour)


def at(cycle: Cycle, rest: str = "") -> str:
    return f"/api/v1/cycles/{cycle.pk}/demand/comments/{rest}"


def test_said_read_and_resolved(cast: Cast, cycle: Cycle, north: Series) -> None:
    api = api_of(cast.ana)
    sent = {"product": "SHINGLE", "bucket": "2022-03-01", "text": "@ben real?"}
    made = api.post(at(cycle), sent, key="one").json()
    assert api.post(at(cycle), sent, key="one").json() == made
    assert {name: made[name] for name in ("family", "product", "series", "bucket", "author", "mentioned")} == {
        "family": None, "product": "SHINGLE", "series": None, "bucket": "2022-03-01", "author": "ana",
        "mentioned": ["ben"],
    }  # fmt: skip
    assert Comment.objects.get().source == "api"
    of_all = api.post(at(cycle), {"text": "All of it"}).json()
    of_series = api.post(at(cycle), {"series": north.pk, "text": "Mine"}).json()
    assert api.rows(at(cycle)) == [made, of_all, of_series]
    assert api.rows(at(cycle, "?product=SHINGLE")) == api.rows(at(cycle, "?mentioned=ben")) == [made]
    done = api_of(cast.ben).post(at(cycle, f"{made['id']}/resolve/")).json()
    assert (done["resolved_by"], done["resolved_at"] is None) == ("ben", False)
    assert api.rows(at(cycle, "?open=true")) == [of_all, of_series]
    assert api.rows(at(cycle, "?open=false")) == [done]


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"product": "NONE"}, 400, "There is no product 'NONE'."),
        ({"product": "SHINGLE", "family": "ROOFING"}, 400, "Name one row only."),
        ({"text": "@nobody"}, 422, "nobody called @nobody"),
        ({"text": ""}, 400, "blank"),
        ({"text": "x" * 2001}, 400, "2000 characters"),
        ({"bucket": "2030-01-01"}, 422, "outside the plan"),
        ({"author": "ben"}, 400, "Not known here"),
    ],
)
def test_what_does_not_fit_is_refused(
    cast: Cast, cycle: Cycle, north: Series, sent: dict[str, Any], status: int, words: str
) -> None:
    answer = api_of(cast.ana).post(at(cycle), {"text": "x"} | sent)
    assert (answer.status_code, words in answer.content.decode()) == (status, True), answer.content
    assert not Comment.objects.exists()


def test_a_rep_speaks_and_hears_within_own_rows(cast: Cast, cycle: Cycle, north: Series) -> None:
    bens = Series.objects.get(customer=cast.ridge)
    assert api_of(cast.ana).post(at(cycle), {"series": bens.pk, "text": "x"}).status_code == 404
    made = api_of(cast.ben).post(at(cycle), {"series": bens.pk, "text": "x"}).json()
    assert api_of(cast.ana).rows(at(cycle)) == []
    assert api_of(cast.ana).post(at(cycle, f"{made['id']}/resolve/")).status_code == 404


def test_a_closed_cycle_takes_no_more(cast: Cast, cycle: Cycle, north: Series) -> None:
    Cycle.objects.update(state="closed")
    assert api_of(cast.ana).post(at(cycle), {"text": "Late"}).status_code == 422


def test_more_comments_take_no_more_queries(cast: Cast, cycle: Cycle, north: Series) -> None:
    api = api_of(cast.ana)
    api.post(at(cycle), {"text": "@ben one"})
    few = calls_of(cast.olga, [at(cycle)])
    for number in range(5):
        api.post(at(cycle), {"series": north.pk, "text": f"@olga {number}"})
    assert calls_of(cast.olga, [at(cycle)]) == few
