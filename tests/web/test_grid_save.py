"""What the grid's door takes: numbers and texts of any shape are answered in a sentence, never by a fault."""

import uuid
from typing import Any

import pytest
from django.test import Client

from demand.models import Override, Series
from sop.models import Cycle
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    return series


def send(client: Client, cast: Cast, cycle: Cycle, series: Series, cell: dict[str, Any], note: str = "") -> Any:
    client.force_login(cast.ana)
    body = {
        "change_set": str(uuid.uuid4()),
        "action": "edit",
        "note": note,
        "cells": [{"series": series.pk, "bucket": "2022-05-01", "version": 0} | cell],
    }
    return client.post(f"/cycle/{cycle.pk}/demand/save/", body, content_type="application/json")


@pytest.mark.parametrize("quantity", ["1E+999999999", "-1E+999999999", "Infinity", "1e30", "1e13", "NaN", "ten", True])
def test_a_number_no_cell_can_hold_is_refused_at_once(
    client: Client, cast: Cast, cycle: Cycle, harbour: Series, quantity: object
) -> None:
    answer = send(client, cast, cycle, harbour, {"quantity": quantity})
    assert answer.status_code in (400, 422)
    assert len(answer.content) < 20_000  # a number of a billion digits is not written out
    assert not Override.objects.exists()


def test_a_row_without_a_baseline_has_the_tables_limit_all_the_same(client: Client, cast: Cast, cycle: Cycle) -> None:
    answer = send(client, cast, cycle, series_make(cast.harbour), {"quantity": "10000000000000"})
    assert answer.status_code == 422
    assert "the most a cell can hold" in answer.json()["refused"][0]["message"]


@pytest.mark.parametrize(("typed", "kept"), [("80.12345", "80.123"), ("1e-999999999", "0.000"), ("1.2e2", "120.000")])
def test_the_answer_says_what_is_kept(
    client: Client, cast: Cast, cycle: Cycle, harbour: Series, typed: str, kept: str
) -> None:
    answer = send(client, cast, cycle, harbour, {"quantity": typed})
    assert answer.json()["saved"][0]["quantity"] == kept
    assert str(Override.objects.get().quantity) == kept


def test_a_version_no_cell_ever_had_is_a_change_in_between(
    client: Client, cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    send(client, cast, cycle, harbour, {"quantity": "80"})
    answer = send(client, cast, cycle, harbour, {"quantity": "90", "version": 10**12})
    assert answer.json()["refused"][0]["reason"] == "conflict"


def test_a_note_keeps_every_character_the_database_can(
    client: Client, cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    send(client, cast, cycle, harbour, {"quantity": "80"}, note="Two\0 houses")
    assert Override.objects.get().note == "Two houses"
