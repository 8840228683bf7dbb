"""Workers, askers and stoppers at the same moment, on real connections: each race with its guard and without."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from sop import broker, job_kinds
from sop.constants import JOB_ACTIVE, JobState
from sop.models import Job, JobChunk
from sop.refusals import Refused
from sop.services import job_run
from sop.services.job import Lease, chunk_run, job_cancel
from tests.factories import Cast, cast_make
from tests.support.tally import TALLY, region_add, run_part, tallied, tally_request, wanted

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


@pytest.fixture
def people() -> Cast:
    return cast_make()


@pytest.fixture(autouse=True)
def silent_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "hints_send", lambda chunk_ids: list(chunk_ids))


def together(*calls: Callable[[], object]) -> list[object]:
    """Run the calls at once in threads of their own and return what each returned or raised."""
    outcome: list[object] = [None] * len(calls)
    start = Barrier(len(calls))

    def run(number: int, call: Callable[[], object]) -> None:
        start.wait(10)
        try:
            outcome[number] = call()
        except Exception as error:
            outcome[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcome


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Change what a tally does, until the test ends."""
    usual = job_kinds.job_kind(TALLY)
    request.addfinalizer(lambda: job_kinds.register(usual))
    return lambda **what: job_kinds.register(replace(usual, **what))


def ids(job: Job) -> list[int]:
    return list(job.chunks.order_by("stage", "number").values_list("pk", flat=True))


def test_a_part_hinted_at_twice_is_computed_once(people: Cast) -> None:
    for _ in range(ROUNDS):
        job = tally_request(people.olga, parts=1, seconds=0.05)
        (chunk_id,) = ids(job)
        together(*[lambda: chunk_run(chunk_id)] * 4)  # noqa: B023  (called in this round)
        assert tallied(job) == wanted(job)
        assert job.chunks.get().attempts == 1


def test_of_two_askers_one_is_told(people: Cast) -> None:
    for number in range(ROUNDS):
        ask = [lambda: tally_request(people.olga, subject=f"cycle {number}")] * 2  # noqa: B023
        outcome = together(*ask)
        assert sum(isinstance(each, Job) for each in outcome) == 1
        (refusal,) = (each for each in outcome if not isinstance(each, Job))
        assert isinstance(refusal, Refused)
        assert "is running already" in str(refusal)


def test_the_database_itself_holds_one_active_job_per_subject(people: Cast) -> None:
    tally_request(people.olga, subject="cycle 1")
    with pytest.raises(IntegrityError, match="job_one_active_per_subject"):
        Job.objects.create(kind=TALLY, subject="cycle 1", idempotency_key="other", user_name="Sam")


def test_the_same_key_from_two_senders_is_one_job(people: Cast) -> None:
    for number in range(ROUNDS):
        send = [lambda: tally_request(people.olga, subject=f"s{number}", idempotency_key=f"k{number}")] * 2  # noqa: B023
        first, second = together(*send)
        assert isinstance(first, Job)
        assert first == second


def last_two_parts(people: Cast, finished: list[Any]) -> Job:
    """Let the last two parts of a job end at the same moment; `finished` counts how often the job is closed."""
    finished.clear()
    both_written = Barrier(2)
    job = tally_request(people.olga, parts=2)

    def run(chunk: JobChunk, lease: Lease) -> None:
        run_part(chunk, lease)
        both_written.wait(10)  # both parts are done before either looks

    job_kinds.register(replace(job_kinds.job_kind(TALLY), run_chunk=run))
    first, second = ids(job)
    together(lambda: chunk_run(first), lambda: chunk_run(second))
    job.refresh_from_db()
    return job


def test_of_two_last_parts_one_closes_the_job_once(people: Cast, kind: Callable[..., None]) -> None:
    finished: list[Any] = []

    def finish(job: Job) -> dict[str, Any]:
        finished.append(job.pk)
        time.sleep(0.05)
        return {}

    kind(finish=finish)
    for _ in range(ROUNDS):
        job = last_two_parts(people, finished)
        assert (job.state, len(finished)) == (JobState.DONE, 1)


def test_without_the_jobs_lock_two_last_parts_close_it_twice(
    people: Cast, kind: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    finished: list[Any] = []

    def finish(job: Job) -> dict[str, Any]:
        finished.append(job.pk)
        time.sleep(0.2)
        return {}

    def unlocked(job_id: object) -> Job | None:
        found: QuerySet[Job] = Job.objects.filter(pk=job_id, state__in=JOB_ACTIVE)
        return found.first()

    kind(finish=finish)
    monkeypatch.setattr(job_run, "_active_locked", unlocked)
    last_two_parts(people, finished)
    assert len(finished) == 2


def stop_while_writing(people: Cast, kind: Callable[..., None]) -> tuple[Job, float]:
    """Stop a job in the middle of a part's writing; return it and how long the stop took."""
    writing, go_on = Event(), Event()

    def run(chunk: JobChunk, lease: Lease) -> None:
        with lease.writing():
            region_add(chunk)
            writing.set()
            go_on.wait(10)

    kind(run_chunk=run)
    job = tally_request(people.olga, parts=1)
    (chunk_id,) = ids(job)
    took = []

    def stop() -> None:
        writing.wait(10)
        began = time.monotonic()
        job_cancel(user=people.olga, job_id=job.pk)
        took.append(time.monotonic() - began)
        go_on.set()

    together(lambda: chunk_run(chunk_id), stop)
    job.refresh_from_db()
    return job, took[0]


def test_a_stop_does_not_wait_for_a_part_that_writes_and_nothing_of_it_stays(
    people: Cast, kind: Callable[..., None]
) -> None:
    job, took = stop_while_writing(people, kind)
    assert took < 2
    assert job.state == JobState.CANCELLED
    assert tallied(job) == []
    assert job.chunks.get().state == JobState.CANCELLED


def test_without_the_last_look_a_stopped_part_would_stay(
    people: Cast, kind: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sop.services.job_lease.STILL_ACTIVE_SQL", "select %s")
    job, _took = stop_while_writing(people, kind)
    assert job.state == JobState.CANCELLED
    assert tallied(job) == ["0.000"]


def test_a_slow_part_keeps_its_lease_alive(people: Cast, kind: Callable[..., None], settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 1
    job = tally_request(people.olga, parts=1, seconds=2.5)
    (chunk_id,) = ids(job)

    def second_worker() -> None:
        time.sleep(1.8)  # longer than a lease
        chunk_run(chunk_id)

    together(lambda: chunk_run(chunk_id), second_worker)
    assert tallied(job) == wanted(job)
    assert job.chunks.get().attempts == 1
