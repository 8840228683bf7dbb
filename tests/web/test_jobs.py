"""The strip, the list, one job, stopping it, health: what is shown to whom, when polling ends, how many queries."""

import json
import time
from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sop import broker
from sop.constants import JobState
from sop.models import Job, JobChunk, Sweep, User
from sop.selectors import health
from sop.selectors.job import job_row
from sop.services.job import chunk_run
from tests.api_world import world_make
from tests.factories import Cast, client_of, cycle_make
from tests.support.tally import tally_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

STOP_POLLING = 286
HTMX = {"HX-Request": "true"}
STRIP_QUERIES, LIST_QUERIES = 10, 12  # 6 and 10 of them the frame: session, person, company, rights, cycles


@pytest.fixture(autouse=True)
def silent_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "hints_send", lambda chunk_ids: list(chunk_ids))


def get(user: User, name: str, *args: object, **query: str) -> HttpResponse:
    return client_of(user).get(reverse(f"sop:{name}", args=args), query, headers=HTMX)  # type: ignore[return-value]


def run_all(job: Job) -> None:
    for chunk in job.chunks.order_by("stage", "number"):
        chunk_run(chunk.pk)


# -- the strip


def test_without_work_the_strip_ends_polling(cast: Cast) -> None:
    answer = get(cast.olga, "job-strip")
    assert answer.status_code == STOP_POLLING
    assert "every 2s" not in answer.content.decode()
    assert "jobs-changed from:body" in answer.content.decode()


def test_own_work_is_polled_every_two_seconds_and_says_how_far(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=4)
    chunk_run(job.chunks.order_by("number").values_list("pk", flat=True)[0])
    shown = get(cast.olga, "job-strip").content.decode()
    assert "every 2s" in shown
    assert "Tally 25%" in shown
    assert f"?was={job.pk}" in shown


def test_work_that_waits_says_so(cast: Cast) -> None:
    tally_request(cast.olga)
    assert "Tally (waiting)" in get(cast.olga, "job-strip").content.decode()


def test_others_see_the_work_of_the_open_cycle_only(cast: Cast) -> None:
    tally_request(cast.olga)
    assert "Tally" not in get(cast.ana, "job-strip").content.decode()
    tally_request(cast.olga, cycle=cycle_make(cast))
    assert "Tally" in get(cast.ana, "job-strip").content.decode()


def test_what_ended_since_the_last_poll_is_said_once(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=1)
    run_all(job)
    answer = get(cast.olga, "job-strip", was=str(job.pk))
    assert answer.status_code == STOP_POLLING
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "Tally is done"
    assert "HX-Trigger" not in get(cast.olga, "job-strip")


def test_the_bell_counts_what_was_not_looked_at(cast: Cast) -> None:
    run_all(tally_request(cast.olga, parts=1))
    assert ">1<span" in get(cast.olga, "job-strip").content.decode()
    client_of(cast.olga).get(reverse("sop:jobs"))
    assert ">0<span" in get(cast.olga, "job-strip").content.decode()


def test_nonsense_in_the_address_is_passed_over(cast: Cast) -> None:
    assert get(cast.olga, "job-strip", was="x,,'--,1").status_code == STOP_POLLING


def test_the_strip_takes_few_queries_however_much_runs(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(cast.olga)
    client.get(reverse("sop:job-strip"), headers=HTMX)
    for _ in range(5):
        tally_request(cast.olga)
        run_all(tally_request(cast.olga, parts=1))
    was = ",".join(str(pk) for pk in Job.objects.values_list("pk", flat=True))
    with django_assert_num_queries(STRIP_QUERIES):
        client.get(reverse("sop:job-strip"), {"was": was}, headers=HTMX)


# -- the list and one job


def test_an_empty_list_says_what_will_be_here(cast: Cast) -> None:
    assert "No background work yet" in client_of(cast.ana).get(reverse("sop:jobs")).content.decode()


def test_the_list_shows_state_parts_who_and_why(cast: Cast) -> None:
    run_all(tally_request(cast.olga, parts=3))
    failed = tally_request(cast.olga)
    Job.objects.filter(pk=failed.pk).update(state=JobState.FAILED, error="There is no history yet.")
    shown = client_of(cast.olga).get(reverse("sop:jobs")).content.decode()
    for words in ("3 of 3", "✓ Done", "▼ Failed", "There is no history yet.", "Olga"):
        assert words in shown
    assert "3 of 3" not in client_of(cast.olga).get(reverse("sop:jobs"), {"show": "failed"}).content.decode()


def test_a_reason_is_read_by_whom_it_concerns(cast: Cast) -> None:
    job = tally_request(cast.olga, cycle=cycle_make(cast))
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, error="Harbour has no region.")
    assert "Harbour has no region." in get(cast.cora, "job-detail", job.pk).content.decode()
    shown = get(cast.ben, "job-detail", job.pk).content.decode()
    assert "Harbour has no region." not in shown
    assert "Whoever asked for it sees the reason." in shown


def test_the_list_is_paged_and_takes_the_same_queries_for_any_length(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(cast.cora)
    for _ in range(30):
        tally_request(cast.olga)
    with django_assert_num_queries(LIST_QUERIES):
        shown = client.get(reverse("sop:jobs"), headers=HTMX).content.decode()
    assert "1 to 25 of 30" in shown
    assert shown.count("<tr>") == 26


def test_a_jobs_page_polls_while_it_runs_and_stops_with_it(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=2, stages=2)
    running = get(cast.olga, "job-detail", job.pk)
    assert (running.status_code, "every 2s" in running.content.decode()) == (200, True)
    run_all(job)
    ended = get(cast.olga, "job-detail", job.pk)
    assert (ended.status_code, "every 2s" in ended.content.decode()) == (STOP_POLLING, False)
    assert "2 of 2" in ended.content.decode()


def test_a_part_that_waits_for_its_next_try_says_until_when(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=1)
    JobChunk.objects.update(attempts=1, not_before=timezone.now() + timedelta(seconds=20))
    assert "tries again at" in get(cast.olga, "job-detail", job.pk).content.decode()


def test_somebody_elses_private_work_is_not_found(cast: Cast) -> None:
    job = tally_request(cast.olga)
    assert get(cast.ana, "job-detail", job.pk).status_code == 404
    assert client_of(cast.ana).post(reverse("sop:job-stop", args=[job.pk])).status_code == 404


def test_stop_needs_the_asker_or_the_kinds_people(cast: Cast) -> None:
    job = tally_request(cast.olga, cycle=cycle_make(cast))
    address = reverse("sop:job-stop", args=[job.pk])
    assert client_of(cast.ana).post(address).status_code == 403
    answer = client_of(cast.olga).post(address, follow=True)
    assert "Tally is stopped; nothing half done is kept." in answer.content.decode()
    assert "Stopped by Olga." in answer.content.decode()


# -- health


def test_healthz_asks_no_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_healthz_with_worker_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(workers: list[str] | None) -> tuple[int, str]:
        monkeypatch.setattr(broker, "workers", lambda **_: workers)
        answer = Client().get("/healthz?worker=1")
        return answer.status_code, answer.content.decode()

    assert found(["worker@here"]) == (200, "ok")
    assert found([]) == (503, "No worker answered within 5 seconds.")
    assert found(None) == (503, "The broker does not answer.")
    monkeypatch.setattr(health, "database_problem", lambda: "The database waits for 2 migrations.")
    assert found(["worker@here"]) == (503, "The database waits for 2 migrations.")


@pytest.mark.parametrize("kind", ["baseline", "supply", "scenario"])
def test_finished_work_leads_to_its_result(cast: Cast, kind: str) -> None:
    world = world_make(cast, cycle_make(cast))
    params = {"run": world.run.pk, "scenario": world.dearer.pk, "base": False}
    job = Job.objects.create(kind=kind, cycle=world.cycle, user=cast.olga, params=params, state=JobState.DONE)
    page = job_row(cast.olga, job).page
    assert page
    assert client_of(cast.olga).get(page).status_code == 200


def test_the_base_plan_leads_to_the_family_sheet(cast: Cast) -> None:
    cycle = cycle_make(cast)
    job = Job.objects.create(kind="scenario", cycle=cycle, params={"run": 1, "base": True}, state=JobState.DONE)
    assert job_row(cast.olga, job).page == reverse("reconcile:sheet", args=[cycle.pk])


def test_work_an_earlier_release_finished_leads_nowhere_and_breaks_no_page(cast: Cast) -> None:
    Job.objects.create(kind="scenario", cycle=cycle_make(cast), user=cast.olga, params={}, state=JobState.DONE)
    assert client_of(cast.olga).get(reverse("sop:jobs")).status_code == 200


def test_the_health_page_says_what_waits_and_who_sweeps(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "workers", lambda **_: ["worker@here"])
    monkeypatch.setattr(broker, "queue_length", lambda: 3)
    tally_request(cast.olga)
    Job.objects.update(created_at=timezone.now() - timedelta(hours=1))
    shown = client_of(cast.cora).get(reverse("sop:health")).content.decode()
    for words in ("PostgreSQL 18", "3 hints waiting", "worker@here", "the oldest since", "has never run", "▲ Look"):
        assert words in shown
    Sweep.objects.create(pk=1, at=timezone.now(), hints=1)
    assert "sent 1 hints again" in client_of(cast.cora).get(reverse("sop:health")).content.decode()
    assert client_of(cast.olga).get(reverse("sop:health")).status_code == 403


def test_the_health_page_stands_while_the_broker_is_down(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "queue_length", lambda: None)
    assert "does not answer; work waits" in client_of(cast.cora).get(reverse("sop:health")).content.decode()


def test_asking_for_work_with_a_dead_broker_costs_little_and_waits(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    monkeypatch.undo()
    dead = Celery(broker="redis+socket:///nowhere/valkey.sock")
    dead.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(broker, "current_app", dead)
    monkeypatch.setattr(broker._Rest, "until", 0.0)
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        job = tally_request(cast.olga)
    assert time.monotonic() - began < 1.5
    assert list(job.chunks.values_list("sent_at", flat=True)) == [None] * 3
    assert "Tally (waiting)" in get(cast.olga, "job-strip").content.decode()
