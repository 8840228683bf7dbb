"""Cycles, steps, people's progress and jobs by API."""

import pytest
from django.utils import timezone

from sop.constants import Progress, StepKind, StepState
from sop.models import Cycle, Job, StepProgress
from sop.selectors.cycle import step
from tests.api_calls import api_of, calls_of
from tests.api_world import step_only
from tests.factories import Cast, cycle_make, location_make, product_make, supplier_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


def at(cycle: Cycle, rest: str) -> str:
    return f"/api/v1/cycles/{cycle.pk}/{rest}"


def test_the_coordinator_opens_the_first_cycle_from_a_month(cast: Cast) -> None:
    assert api_of(cast.olga).post("/api/v1/cycles/", {"bucket": "2022-02-01"}).status_code == 403
    made = api_of(cast.cora).post("/api/v1/cycles/", {"bucket": "2022-02-01"}).json()
    assert (made["bucket"], made["state"]) == ("2022-02-01", "open")
    assert api_of(cast.ana).get(f"/api/v1/cycles/{made['id']}/").json() == made
    assert api_of(cast.ana).rows("/api/v1/cycles/?state=closed") == []


def test_steps_come_in_order_with_names_and_are_filtered_by_state(cast: Cast, cycle: Cycle) -> None:
    rows = api_of(cast.ana).rows(at(cycle, "steps/"))
    assert [row["kind"] for row in rows] == ["gather", "supply", "reconcile", "review", "publish"]
    assert (rows[0]["name"], rows[0]["owner"], rows[0]["state"]) == ("Gather demand", "Olga", "open")
    assert [row["kind"] for row in api_of(cast.ana).rows(at(cycle, "steps/?state=open"))] == ["gather"]


def test_a_step_closes_opens_the_next_and_reopens_with_a_reason(cast: Cast, cycle: Cycle) -> None:
    address = f"/api/v1/steps/{step(cycle, StepKind.GATHER).pk}"
    assert api_of(cast.ana).post(f"{address}/close/").status_code == 403
    late = api_of(cast.olga).post(f"{address}/close/")
    assert (late.status_code, "Not submitted yet: Ana, Ben." in late.json()["error"]) == (422, True)
    closed = api_of(cast.cora).post(f"{address}/close/", {"reason": "Month end."}, key="close").json()
    assert (closed["state"], closed["closed_by"]) == ("closed", "Cora")
    assert [row["kind"] for row in api_of(cast.ana).rows(at(cycle, "steps/?state=open"))] == ["supply"]
    assert api_of(cast.cora).post(f"{address}/close/", {"reason": "Month end."}, key="close").json() == closed
    assert api_of(cast.olga).post(f"{address}/reopen/", {"reason": "Typing error."}).status_code == 403
    assert api_of(cast.cora).post(f"{address}/reopen/").status_code == 422
    assert api_of(cast.cora).post(f"{address}/reopen/", {"reason": "Typing error."}).json()["state"] == "open"
    events = api_of(cast.ana).rows(at(cycle, "events/"))
    assert (events[0]["kind"], events[0]["reason"], events[0]["user_name"]) == (
        *("step_reopened", "Typing error."),
        "Cora",
    )


def test_the_supply_planner_submits_supply_and_nobody_a_part_that_is_not_theirs(cast: Cast, cycle: Cycle) -> None:
    step_only(cycle, StepKind.SUPPLY)
    supply = step(cycle, StepKind.SUPPLY)
    StepProgress.objects.get_or_create(step=supply, user=cast.sam)
    address = f"/api/v1/steps/{supply.pk}/submit/"
    answer = api_of(cast.ana).post(address)
    assert (answer.status_code, answer.json()["error"]) == (403, "You have no part of your own in plan supply.")
    assert api_of(cast.sam).post(address).json()["state"] == Progress.SUBMITTED


def test_a_submitted_part_is_asked_back_with_a_note(cast: Cast, cycle: Cycle) -> None:
    part = StepProgress.objects.get(user=cast.ana)
    part.state, part.submitted_at = Progress.SUBMITTED, timezone.now()
    part.save()
    address = f"/api/v1/progress/{part.pk}/ask-back/"
    assert api_of(cast.ben).post(address, {"note": "Why?"}).status_code == 403
    assert api_of(cast.olga).post(address).status_code == 400
    assert api_of(cast.olga).post(address, {"note": "Harbour twice?"}).json()["note"] == "Harbour twice?"
    rows = api_of(cast.ana).rows(at(cycle, "progress/?kind=gather&ordering=person"))
    assert [(row["person"], row["state"]) for row in rows] == [("Ana", "working"), ("Ben", "not_started")]


def test_a_cycle_ends_when_all_its_steps_are_closed(cast: Cast, cycle: Cycle) -> None:
    assert api_of(cast.cora).post(at(cycle, "close/")).status_code == 422
    cycle.steps.update(state=StepState.CLOSED)
    assert api_of(cast.cora).post(at(cycle, "close/")).json()["state"] == "closed"


def test_a_step_that_is_not_there_is_not_found(cast: Cast) -> None:
    for action in ("open", "close"):
        assert api_of(cast.cora).post(f"/api/v1/steps/99/{action}/").status_code == 404
    assert api_of(cast.cora).post("/api/v1/steps/99/reopen/", {"reason": "?"}).status_code == 404
    assert api_of(cast.cora).post("/api/v1/progress/99/ask-back/", {"note": "?"}).status_code == 404


def test_jobs_show_their_progress_and_the_reason_of_a_failure_to_whom_it_concerns(cast: Cast, cycle: Cycle) -> None:
    job = Job.objects.create(
        kind="baseline",
        subject="x",
        idempotency_key="x",
        cycle=cycle,
        user=cast.olga,
        user_name="Olga",
        state="failed",
        error="Series 7 has no months.",
    )
    assert api_of(cast.olga).get(f"/api/v1/jobs/{job.pk}/").json()["error"] == "Series 7 has no months."
    assert api_of(cast.ana).get(f"/api/v1/jobs/{job.pk}/").json()["error"] == "Whoever asked for it sees the reason."
    assert api_of(cast.olga).post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 422
    assert [row["id"] for row in api_of(cast.ana).rows("/api/v1/jobs/?state=failed")] == [str(job.pk)]
    Job.objects.update(cycle=None)
    assert api_of(cast.ana).rows("/api/v1/jobs/") == []
    assert api_of(cast.ana).get(f"/api/v1/jobs/{job.pk}/").status_code == 404
    assert api_of(cast.ana).post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 404


def test_master_data_is_for_everyone_but_customers_are_ones_own(cast: Cast) -> None:
    product_make()
    location_make()
    supplier_make()
    api = api_of(cast.ana)
    codes = {
        name: [row["code"] for row in api.rows(f"/api/v1/{name}/")] for name in ("families", "products", "customers")
    }
    assert codes == {"families": ["ROOFING"], "products": ["SHINGLE"], "customers": ["HARBOUR"]}
    assert [row["region"] for row in api.rows("/api/v1/customers/")] == ["NORTH"]
    assert api.rows("/api/v1/customers/?code=RIDGE") == []
    assert [row["code"] for row in api.rows("/api/v1/regions/?ordering=-name")] == ["SOUTH", "NORTH"]
    assert [row["code"] for row in api.rows("/api/v1/locations/")] == ["DC1"]
    assert [row["payment_days"] for row in api.rows("/api/v1/suppliers/")] == [30]


def test_more_people_and_events_take_no_more_queries(cast: Cast, cycle: Cycle) -> None:
    addresses = [at(cycle, name) for name in ("steps/", "progress/", "events/")] + ["/api/v1/jobs/"]
    Job.objects.create(kind="baseline", subject="first", idempotency_key="first", cycle=cycle)
    few = calls_of(cast.ana, addresses)
    for kind in (StepKind.SUPPLY, StepKind.RECONCILE):
        StepProgress.objects.get_or_create(step=step(cycle, kind), user=cast.finn)
    for number in range(5):
        Job.objects.create(kind="baseline", subject=str(number), idempotency_key=str(number), cycle=cycle)
    assert calls_of(cast.ana, addresses) == few
