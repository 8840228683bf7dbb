"""Correcting a month: the row is found, the form keeps what was typed, the correction stands like the others."""

import pytest
from django.urls import reverse

from demand.models import Cleansing, Series
from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep
from tests.api_calls import api_of
from tests.cleansing_makers import SPIKE, at, spiky_make
from tests.demand_makers import series_make
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

TYPED = {"bucket": "2021-05-01", "how": "number", "cleaned": "120", "note": "A depot was filled", "seen": ""}


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def series(cast: Cast) -> Series:
    return spiky_make(series_make(cast.harbour))


def url(cycle: Cycle, series: Series) -> str:
    return reverse("demand:correct", args=[cycle.pk, series.pk])


def test_a_row_is_found_by_words_and_leads_to_its_months(cast: Cast, cycle: Cycle, series: Series) -> None:
    client = client_of(cast.olga)
    rows = reverse("demand:correct-rows", args=[cycle.pk])
    assert rows in client.get(reverse("demand:cleansing", args=[cycle.pk])).content.decode()
    assert "Which row?" in client.get(rows).content.decode()
    assert url(cycle, series) in client.get(rows, {"q": "shingle harb"}).content.decode()
    assert "Nothing found" in client.get(rows, {"q": "nowhere"}).content.decode()
    assert url(cycle, series) in client.get(reverse("demand:baseline-row", args=[cycle.pk, series.pk])).content.decode()


def test_a_number_is_typed_and_stands_with_its_reason(cast: Cast, cycle: Cycle, series: Series) -> None:
    client = client_of(cast.olga)
    assert "May 2021" in client.get(url(cycle, series)).content.decode()
    refused = client.post(url(cycle, series), TYPED | {"note": ""})
    assert (refused.status_code, 'value="120"' in refused.content.decode()) == (422, True)
    assert client.post(url(cycle, series), TYPED | {"cleaned": ""}).status_code == 422
    done = client.post(url(cycle, series), TYPED, follow=True)
    row = at(series, SPIKE)
    assert (row.cleaned, row.raw, row.note) == (120, 500, "A depot was filled")
    assert all(
        word in done.content.decode() for word in ("Olga", "added it", "A depot was filled", "Withdraw, keep 500")
    )
    late = client.post(url(cycle, series), TYPED)
    assert (late.status_code, "Olga accepted 120" in late.content.decode()) == (409, True)
    assert client.post(url(cycle, series), TYPED | {"seen": "nonsense"}).status_code == 422


def test_a_month_is_filled_from_its_neighbours(cast: Cast, cycle: Cycle, series: Series) -> None:
    client_of(cast.olga).post(url(cycle, series), TYPED | {"how": "neighbours", "cleaned": ""})
    assert 95 <= at(series, SPIKE).cleaned <= 115


def test_a_closed_step_is_read_only(cast: Cast, cycle: Cycle, series: Series) -> None:
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    client = client_of(cast.olga)
    assert "can no longer be corrected" in client.get(url(cycle, series)).content.decode()
    assert client.post(url(cycle, series), TYPED).status_code in {403, 409, 422}
    assert not Cleansing.objects.exists()


def test_a_program_corrects_a_month_once(cast: Cast, cycle: Cycle, series: Series) -> None:
    address = f"/api/v1/cycles/{cycle.pk}/cleansing/"
    sent = {"series": series.pk, "bucket": "2021-05-01", "cleaned": "120", "note": "A depot was filled"}
    api = api_of(cast.olga)
    made = api.post(f"{address}add/", sent, key="one").json()
    assert (made["state"], made["cleaned"], made["version"]) == ("accepted", "120.000", 1)
    assert api.post(f"{address}add/", sent, key="one").json() == made
    assert api.post(f"{address}add/", sent).status_code == 409
    assert api_of(cast.ana).post(f"{address}add/", sent).status_code == 403
    (row,) = api.rows(f"{address}?cause=person")
    assert (row["cause"], row["decided_by"], row["note"]) == ("person", "olga", "A depot was filled")
