"""Gather demand by API: the same rows, the same rules, the same refusals as the grid."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from demand.models import BaselineRun, ChangeSet, Override, Series
from demand.selectors.layers import layers
from sop.constants import Progress, Source, StepKind
from sop.models import Cycle, Job
from sop.selectors.cycle import progress_of, step
from tests.api_calls import api_of, calls_of
from tests.demand_makers import adopted_baseline, history_make, series_make
from tests.factories import FEBRUARY, Cast, customer_make, cycle_make, family_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def north(cast: Cast, cycle: Cycle) -> Series:
    return series_make(cast.harbour)


@pytest.fixture
def south(cast: Cast, cycle: Cycle, north: Series) -> Series:
    found = series_make(cast.ridge)
    adopted_baseline(cycle, {north: 100, found: 50})
    return found


def at(cycle: Cycle, rest: str) -> str:
    return f"/api/v1/cycles/{cycle.pk}/{rest}"


def change(series: Series, quantity: Any = "80", *, version: int = 0, **more: Any) -> dict[str, Any]:
    cell = {"series": series.pk, "bucket": "2022-03-01", "quantity": quantity, "version": version}
    return {"change_set": str(uuid.uuid4()), "cells": [cell]} | more


def test_a_rep_reads_the_plan_of_own_customers_only(cast: Cast, cycle: Cycle, north: Series, south: Series) -> None:
    rows = api_of(cast.ana).rows(at(cycle, "demand/"))
    assert {row["customer"] for row in rows} == {"HARBOUR"}
    assert len(rows) == cycle.horizon_months
    assert api_of(cast.ana).rows(at(cycle, "demand/?customer=RIDGE")) == []
    assert {row["customer"] for row in api_of(cast.olga).rows(at(cycle, "demand/"))} == {"HARBOUR", "RIDGE"}


def test_quantities_are_text_and_every_layer_stands_beside_the_others(
    cast: Cast, cycle: Cycle, north: Series, south: Series
) -> None:
    api_of(cast.ana).post(at(cycle, "demand/overrides/"), change(north, "80.5"))
    row = api_of(cast.ana).rows(at(cycle, "demand/?month=2022-03-01"))[0]
    assert [row[layer] for layer in ("naive", "baseline", "sales", "consensus")] == [
        *("50.000", "100.000", "80.500", "80.500")
    ]
    assert (row["version"], row["month"], row["product"], row["location"]) == (1, "2022-03-01", "SHINGLE", "DC1")


def test_a_plan_without_a_baseline_is_empty_numbers_not_a_fault(cast: Cast, cycle: Cycle, north: Series) -> None:
    row = api_of(cast.ana).rows(at(cycle, "demand/"))[0]
    assert (row["naive"], row["baseline"]) == (None, "0.000")


@pytest.mark.parametrize("page", [1, 7, 18, 25, 1000])
def test_pages_of_any_size_give_every_cell_once(
    cast: Cast, cycle: Cycle, north: Series, south: Series, page: int
) -> None:
    api, found, offset = api_of(cast.olga), [], 0
    while rows := api.rows(at(cycle, f"demand/?limit={page}&offset={offset}")):
        found += [(row["series"], row["month"], row["baseline"]) for row in rows]
        offset += page
    ids = [north.pk, south.pk]
    plan = layers(cycle, series_ids=ids)
    assert found == [
        (pk, month.isoformat(), f"{plan.baseline[at_row, column]:.3f}")
        for at_row, pk in enumerate(ids)
        for column, month in enumerate(plan.months)
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("family=ROOFING", 36),
        ("family=NONE", 0),
        ("product=SHINGLE&customer=RIDGE", 18),
        ("location=DC1&month=2022-02-01", 2),
        ("month=2031-01-01", 0),
    ],
)
def test_the_plan_is_filtered_by_codes_and_month(
    cast: Cast, cycle: Cycle, north: Series, south: Series, query: str, count: int
) -> None:
    assert api_of(cast.olga).get(at(cycle, f"demand/?{query}")).json()["count"] == count


def test_a_month_that_is_none_is_refused(cast: Cast, cycle: Cycle) -> None:
    answer = api_of(cast.olga).get(at(cycle, "demand/?month=2022-13"))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["month"])


def test_the_plan_of_more_series_takes_no_more_queries(cast: Cast, cycle: Cycle, north: Series, south: Series) -> None:
    addresses = [at(cycle, "demand/"), at(cycle, "change-sets/"), at(cycle, "demand/reasons/")]
    api_of(cast.olga).post(at(cycle, "demand/overrides/"), change(north))
    few = calls_of(cast.olga, addresses)
    wood = product_make("WOOD", family_make("WOOD"))
    for number in range(20):
        series_make(customer_make(f"C{number}", cast.north, cast.ana), wood)
    api_of(cast.olga).post(at(cycle, "demand/overrides/"), change(south))
    assert calls_of(cast.olga, addresses) == few


def test_a_rep_changes_own_customers_and_is_refused_the_others_by_name(
    cast: Cast, cycle: Cycle, north: Series, south: Series
) -> None:
    sent = change(north)
    sent["cells"] += change(south)["cells"]
    answer = api_of(cast.ana).post(at(cycle, "demand/overrides/"), sent)
    assert answer.status_code == 200
    assert [cell["series"] for cell in answer.json()["saved"]] == [north.pk]
    assert [(cell["series"], cell["reason"]) for cell in answer.json()["refused"]] == [(south.pk, "scope")]
    assert list(Override.objects.values_list("series", "quantity")) == [(north.pk, Decimal(80))]


def test_a_change_of_foreign_customers_alone_is_refused(cast: Cast, cycle: Cycle, north: Series, south: Series) -> None:
    answer = api_of(cast.ana).post(at(cycle, "demand/overrides/"), change(south))
    assert answer.status_code == 422
    assert answer.json()["refused"][0]["message"] == "This customer is not yours to change."
    assert not Override.objects.exists()


def test_a_change_by_a_program_says_so_in_its_history(cast: Cast, cycle: Cycle, north: Series, south: Series) -> None:
    answer = api_of(cast.ana).post(at(cycle, "demand/overrides/"), change(north, reason="promotion"))
    made = ChangeSet.objects.get()
    assert (made.source, made.action, made.user) == (Source.API, "api", cast.ana)
    noted = Override.history.get()
    assert (noted.source, noted.history_user_name, noted.request_id) == (Source.API, "Ana", answer["X-Request-ID"])


def test_a_cell_somebody_changed_first_is_a_conflict_that_names_them(
    cast: Cast, cycle: Cycle, north: Series, south: Series
) -> None:
    cast.harbour.owner = cast.ben
    cast.harbour.save()
    api_of(cast.ben).post(at(cycle, "demand/overrides/"), change(north, "70"))
    cast.harbour.owner = cast.ana
    cast.harbour.save()
    refused = api_of(cast.ana).post(at(cycle, "demand/overrides/"), change(north)).json()["refused"][0]
    assert (refused["reason"], refused["by"], refused["quantity"]) == ("conflict", "Ben", "70.000")


@pytest.mark.parametrize("body", [{}, {"change_set": "x"}, {"change_set": str(uuid.uuid4()), "cells": [{"series": 1}]}])
def test_a_malformed_change_is_refused_in_the_api_shape(cast: Cast, cycle: Cycle, body: Any) -> None:
    answer = api_of(cast.ana).post(at(cycle, "demand/overrides/"), body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "fields", "request_id"}


def test_who_may_not_change_figures_may_not_by_api(cast: Cast, cycle: Cycle, north: Series, south: Series) -> None:
    for user in (cast.eve, cast.finn, cast.sam, cast.cora):
        answer = api_of(user).post(at(cycle, "demand/overrides/"), change(north))
        assert (answer.status_code, answer.json()["error"]) == (403, "Your role does not include this.")


def test_after_gather_is_closed_nothing_changes(cast: Cast, cycle: Cycle, north: Series, south: Series) -> None:
    gather = step(cycle, StepKind.GATHER)
    answer = api_of(cast.cora).post(f"/api/v1/steps/{gather.pk}/close/", {"reason": "the month ends"})
    assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    answer = api_of(cast.ana).post(at(cycle, "demand/overrides/"), change(north))
    assert answer.status_code == 422
    assert "was closed on" in answer.json()["error"]


def test_change_sets_are_ones_own_unless_one_sees_every_customer(
    cast: Cast, cycle: Cycle, north: Series, south: Series
) -> None:
    api_of(cast.ana).post(at(cycle, "demand/overrides/"), change(north))
    api_of(cast.ben).post(at(cycle, "demand/overrides/"), change(south))
    assert [row["user_name"] for row in api_of(cast.ana).rows(at(cycle, "change-sets/"))] == ["Ana"]
    rows = api_of(cast.olga).rows(at(cycle, "change-sets/?ordering=-at"))
    assert [(row["user_name"], row["total_before"], row["total_after"]) for row in rows] == [
        ("Ana", "100.000", "80.000"),
        ("Ben", "50.000", "80.000"),
    ]


def test_a_change_is_undone_by_whoever_made_it_only(cast: Cast, cycle: Cycle, north: Series, south: Series) -> None:
    sent = change(north)
    api_of(cast.ana).post(at(cycle, "demand/overrides/"), sent)
    address = f"/api/v1/change-sets/{sent['change_set']}/undo/"
    assert api_of(cast.ben).post(address).status_code == 403
    assert api_of(cast.ana).post(address, key="undo").status_code == 200
    assert api_of(cast.ana).post(address, key="undo").status_code == 200
    assert Override.objects.get().quantity is None
    assert api_of(cast.ana).post(f"/api/v1/change-sets/{uuid.uuid4()}/undo/").status_code == 404


def test_reasons_are_asked_for_given_and_then_the_territory_is_submitted(
    cast: Cast, cycle: Cycle, north: Series, south: Series
) -> None:
    api = api_of(cast.ana)
    api.post(at(cycle, "demand/overrides/"), change(north, "5"))
    assert api.post(at(cycle, "demand/submit/")).status_code == 422
    missing = api.rows(at(cycle, "demand/reasons/"))
    assert [(row["product"], row["was"], row["now"]) for row in missing] == [("Shingle", "100.000", "5.000")]
    assert api_of(cast.ben).rows(at(cycle, "demand/reasons/")) == []
    sent = {"cells": missing[0]["cells"], "reason": "customer_lost"}
    assert api_of(cast.ben).post(at(cycle, "demand/reasons/"), sent).json() == {"saved": []}
    assert [cell["version"] for cell in api.post(at(cycle, "demand/reasons/"), sent).json()["saved"]] == [2]
    answer = api.post(at(cycle, "demand/submit/"))
    assert (answer.status_code, answer.json()["state"]) == (200, Progress.SUBMITTED)
    part = progress_of(cast.ana, step(cycle, StepKind.GATHER))
    assert part is not None
    assert part.state == Progress.SUBMITTED


def test_gather_is_not_submitted_past_its_reasons(cast: Cast, cycle: Cycle, north: Series, south: Series) -> None:
    api_of(cast.ana).post(at(cycle, "demand/overrides/"), change(north, "5"))
    gather = step(cycle, StepKind.GATHER)
    assert api_of(cast.ana).post(f"/api/v1/steps/{gather.pk}/submit/").status_code == 404


def test_a_baseline_is_asked_for_followed_stopped_and_adopted(cast: Cast, cycle: Cycle, north: Series) -> None:
    history_make(north, [10.0] * 24, until=FEBRUARY.replace(year=2022, month=1))
    api = api_of(cast.olga)
    asked = api.post(at(cycle, "baseline-runs/"), key="run").json()
    assert api.post(at(cycle, "baseline-runs/"), key="run").json() == asked
    again = api.post(at(cycle, "baseline-runs/"))
    assert (again.status_code, "running already" in again.json()["error"]) == (422, True)
    job = api.get(f"/api/v1/jobs/{asked['job']}/").json()
    assert (job["state"], job["parts_done"], job["user_name"]) == ("queued", 0, "Olga")
    assert api_of(cast.ana).post(f"/api/v1/jobs/{asked['job']}/cancel/").status_code == 403
    assert api.post(f"/api/v1/jobs/{asked['job']}/cancel/").json()["state"] == "cancelled"
    assert Job.objects.get().state == "cancelled"
    assert api.post(f"/api/v1/baseline-runs/{asked['id']}/adopt/").status_code == 422
    BaselineRun.objects.update(complete=True)
    assert api.post(f"/api/v1/baseline-runs/{asked['id']}/adopt/").json()["adopted"] is True
    assert [row["adopted"] for row in api.rows(at(cycle, "baseline-runs/"))] == [True]
    assert api.rows(f"/api/v1/baseline-runs/{asked['id']}/accuracy/") == []


def test_a_run_without_history_says_what_is_missing(cast: Cast, cycle: Cycle, north: Series) -> None:
    answer = api_of(cast.olga).post(at(cycle, "baseline-runs/"))
    assert (answer.status_code, "import actuals first" in answer.json()["error"]) == (422, True)


def test_a_cycle_that_is_not_there_is_not_found_anywhere(cast: Cast) -> None:
    api = api_of(cast.olga)
    for name in ("demand/", "change-sets/", "baseline-runs/", "steps/", "progress/", "events/", "demand/reasons/"):
        assert api.get(f"/api/v1/cycles/99/{name}").status_code == 404, name
    assert api.post("/api/v1/cycles/99/baseline-runs/").status_code == 404
