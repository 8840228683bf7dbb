"""The API's door: tokens, one shape for every refusal, bounded pages, writes done once, the schema."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from demand.models import ChangeSet
from sop.api import master
from sop.models import ApiToken, Cycle, IdempotencyKey
from sop.services.tokens import token_create, token_revoke
from tests.api_calls import Api, api_of, calls_of
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, client_of, customer_make, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

CYCLES = "/api/v1/cycles/"


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


def test_without_a_token_nothing_is_answered() -> None:
    answer = Client().get(CYCLES)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert set(answer.json()) == {"error", "fields", "request_id"}


def test_a_token_gives_its_owners_rights_and_notes_its_use(cast: Cast, cycle: Cycle) -> None:
    answer = api_of(cast.ana).get(CYCLES)
    assert answer.status_code == 200
    assert [row["bucket"] for row in answer.json()["results"]] == ["2022-02-01"]
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("fault", ["unknown", "expired", "revoked", "deactivated", "halved"])
def test_a_token_that_no_longer_counts_is_turned_away_with_a_sentence(cast: Cast, fault: str) -> None:
    token, text = token_create(user=cast.ana, name="Sheet", days=9, read_only=False)
    if fault == "unknown":
        text += "x"
    elif fault == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif fault == "revoked":
        token_revoke(user=cast.ana, token_id=token.pk)
    elif fault == "deactivated":
        cast.ana.is_active = False
        cast.ana.save()
    else:
        text = text[:9] + " " + text[9:]
    answer = Api(text).get(CYCLES)
    assert answer.status_code == 401
    assert "oken" in answer.json()["error"]


def test_a_read_only_token_reads_and_does_not_write(cast: Cast, cycle: Cycle) -> None:
    api = api_of(cast.cora, read_only=True)
    assert api.get(CYCLES).status_code == 200
    answer = api.post(f"{CYCLES}{cycle.pk}/close/")
    assert (answer.status_code, answer.json()["error"]) == (403, "This token may only read.")


def test_a_signed_in_page_may_call_too_but_not_write_without_its_csrf_token(cast: Cast, cycle: Cycle) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.cora, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(CYCLES).status_code == 200
    answer = browser.post(f"{CYCLES}{cycle.pk}/close/", content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["error"]


def test_an_address_that_does_not_exist_answers_in_the_same_shape(cast: Cast) -> None:
    answer = api_of(cast.ana).get("/api/v1/nothing/here/")
    assert answer.status_code == 404
    assert answer.json()["request_id"] == answer["X-Request-ID"]
    assert Client().get("/api/v1/nothing/here/").status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("offset=-1", "offset"),
        ("offset=%C2%B2", "offset"),
        ("ordering=owner__password", "ordering"),
        ("ordering=--code", "ordering"),
        ("owner__password__startswith=argon", "owner__password__startswith"),
        ("page=2", "page"),
        ("region=N&region=S", "region"),
        ("key_account=perhaps", "key_account"),
        ("code=%00", "code"),
    ],
)
def test_what_stands_after_the_question_mark_is_known_or_refused(cast: Cast, query: str, field: str) -> None:
    answer = api_of(cast.olga).get(f"/api/v1/customers/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_pages_follow_each_other_in_the_order_asked_for(cast: Cast) -> None:
    api = api_of(cast.olga)
    first = api.get("/api/v1/customers/?limit=1&ordering=-code").json()
    assert (first["count"], [row["code"] for row in first["results"]]) == (2, ["RIDGE"])
    second = api.get(first["next"]).json()
    assert [row["code"] for row in second["results"]] == ["HARBOUR"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b'{"bucket": "soon"}', "application/json", 400),
        (b'{"month": "2022-02-01"}', "application/json", 400),
        (b"bucket=2022-02-01", "application/x-www-form-urlencoded", 415),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(cast: Cast, body: bytes, kind: str, status: int) -> None:
    answer = api_of(cast.cora).post(CYCLES, body, content_type=kind)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)
    assert not Cycle.objects.exists()


def test_a_rule_that_refuses_speaks_in_the_same_shape(cast: Cast, cycle: Cycle) -> None:
    answer = api_of(cast.cora).post(CYCLES, {})
    assert answer.status_code == 422
    assert answer.json()["error"] == f"The {cycle} is still open; publish its plan and close it first."


def test_an_unforeseen_fault_is_logged_and_answered_without_its_inside(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(master.FamiliesView, "rows", broken)
    answer = api_of(cast.ana).get("/api/v1/families/")
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer["X-Request-ID"]
    assert b"secret" not in answer.content
    assert "the secret inside" in caplog.text


def _override(series_id: int, number: int, quantity: str = "80") -> dict[str, Any]:
    cell = {"series": series_id, "bucket": "2022-03-01", "quantity": quantity, "version": 0}
    return {"change_set": f"00000000-0000-4000-8000-{number:012}", "cells": [cell]}


def test_a_write_sent_twice_with_one_key_is_done_once(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    api, address = api_of(cast.ana), f"{CYCLES}{cycle.pk}/demand/overrides/"
    first = api.post(address, _override(series.pk, 1), key="a")
    again = api.post(address, _override(series.pk, 1), key="a")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert ChangeSet.objects.count() == 1


def test_one_key_for_two_different_writes_is_a_conflict(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    api, address = api_of(cast.ana), f"{CYCLES}{cycle.pk}/demand/overrides/"
    api.post(address, _override(series.pk, 1), key="a")
    answer = api.post(address, _override(series.pk, 2, "90"), key="a")
    assert answer.status_code == 409
    assert "new key" in answer.json()["error"]
    assert ChangeSet.objects.count() == 1


def test_a_key_belongs_to_one_person(cast: Cast, cycle: Cycle) -> None:
    series, south = series_make(cast.harbour), series_make(cast.ridge)
    adopted_baseline(cycle, {series: 100, south: 100})
    address = f"{CYCLES}{cycle.pk}/demand/overrides/"
    assert api_of(cast.ana).post(address, _override(series.pk, 1), key="a").status_code == 200
    assert api_of(cast.ben).post(address, _override(south.pk, 2), key="a").status_code == 200


def test_a_refused_write_is_not_remembered_and_may_be_sent_again(cast: Cast) -> None:
    api = api_of(cast.cora)
    opened = cycle_make(cast)
    assert api.post(CYCLES, {}, key="next").status_code == 422
    assert not IdempotencyKey.objects.exists()
    Cycle.objects.filter(pk=opened.pk).update(state="closed")
    answer = api.post(CYCLES, {}, key="next")
    assert (answer.status_code, answer.json()["bucket"]) == (200, "2022-03-01")
    assert api.post(CYCLES, {}, key="next").json() == answer.json()
    assert Cycle.objects.count() == 2


def test_old_keys_are_forgotten(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    api, address = api_of(cast.ana), f"{CYCLES}{cycle.pk}/demand/overrides/"
    api.post(address, _override(series.pk, 1), key="old")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=8))
    api.post(address, _override(series.pk, 2), key="new")
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["new"]


@pytest.mark.parametrize("key", ["", "x" * 81])
def test_a_key_of_no_use_is_refused(cast: Cast, key: str) -> None:
    answer = api_of(cast.cora).post(CYCLES, {}, key=key)
    assert answer.status_code == 400
    assert not Cycle.objects.exists()


def test_a_longer_list_takes_no_more_queries(cast: Cast) -> None:
    product_make("SHINGLE")
    short = calls_of(cast.olga, ["/api/v1/products/", "/api/v1/customers/"])
    for number in range(30):
        product_make(f"P{number}")
        customer_make(f"C{number}", cast.north, cast.ana)
    assert calls_of(cast.olga, ["/api/v1/products/", "/api/v1/customers/"]) == short


def test_the_schema_describes_every_address_without_a_warning() -> None:
    out = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=out)
    paths = json.loads(out.getvalue())["paths"]
    assert {"get", "post"} <= set(paths["/api/v1/cycles/{cycle_id}/scenarios/"])
    writes = [call["post"] for call in paths.values() if "post" in call]
    assert all("Idempotency-Key" in [each["name"] for each in call["parameters"]] for call in writes)


def test_the_schema_is_for_people_with_an_account(cast: Cast) -> None:
    assert Client().get("/api/v1/schema/").status_code == 401
    assert client_of(cast.ana).get("/api/v1/schema/").status_code == 200
