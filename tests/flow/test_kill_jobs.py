"""Workers, broker and database die in the middle of work: nothing is lost, nothing doubled, every job ends.

Each breakdown is also shown without its guard, so that the tests are known to see the fault.
"""

import time
from collections.abc import Iterator

import pytest

from sop import broker
from sop.constants import JOB_ACTIVE, JobState, Role
from sop.models import Job, JobChunk, User
from sop.services.job import job_cancel
from tests.factories import person_make
from tests.support.live import Live
from tests.support.tally import BARE, tallied, tally_request, wanted

END_SECONDS = 90


@pytest.fixture
def cora(live: Live) -> Iterator[User]:
    """The coordinator of the running product, with this process looking into its database."""
    with live.orm():
        yield person_make("cora", Role.COORDINATOR)


def wait_for(job: Job, *, done: int) -> None:
    """Wait until so many parts are done."""
    end = time.monotonic() + END_SECONDS
    while JobChunk.objects.filter(job=job, state=JobState.DONE).count() < done:
        assert time.monotonic() < end, f"{job} does not get on"
        time.sleep(0.05)


def wait_for_end(job: Job) -> Job:
    """Wait until a job has ended."""
    end = time.monotonic() + END_SECONDS
    while Job.objects.filter(pk=job.pk, state__in=JOB_ACTIVE).exists():
        assert time.monotonic() < end, f"{job} does not end"
        time.sleep(0.1)
    job.refresh_from_db()
    return job


def test_killed_workers_lose_and_double_nothing(live: Live, cora: User) -> None:
    second = live.worker_start()
    job = tally_request(cora, parts=40, stages=2, seconds=0.3)
    for done in (4, 20, 44):
        wait_for(job, done=done)
        for name in ("worker", second):
            live.worker_kill(name)
            live.worker_start(name)
    job = wait_for_end(job)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert tallied(job) == wanted(job)
    assert job.chunks.filter(attempts__gt=1).exists(), "no part was under way when its worker was killed"
    for name in ("worker", second):
        assert "sop.tasks.run_chunk" in live.log(name)


def test_without_the_lease_a_killed_worker_doubles_parts(live: Live, cora: User) -> None:
    job = tally_request(cora, kind=BARE, parts=4, seconds=1)
    end = time.monotonic() + END_SECONDS
    while not tallied(job):
        assert time.monotonic() < end
        time.sleep(0.02)
    live.worker_kill()
    live.worker_start("worker")
    wait_for_end(job)
    assert len(tallied(job)) > len(wanted(job))


def test_a_killed_broker_delays_work_and_no_more(live: Live, cora: User) -> None:
    job = tally_request(cora, parts=30, seconds=0.2)
    wait_for(job, done=3)
    live.valkey_kill()
    began = time.monotonic()
    waiting = tally_request(cora, parts=2)  # asked for while the broker is down
    assert time.monotonic() - began < 1.5
    live.valkey_start()
    for each in (job, waiting):
        assert wait_for_end(each).state == JobState.DONE
        assert tallied(each) == wanted(each)


def test_without_the_sweeper_a_killed_broker_loses_work(live: Live, cora: User) -> None:
    live.worker_kill("beat")
    live.worker_kill()
    job = tally_request(cora, parts=5)
    live.valkey_kill()
    live.valkey_start()
    live.worker_start("worker")
    live.wait_until_ready()
    time.sleep(3)
    assert tallied(job) == []
    assert broker.queue_length() in {0, None}, "the hints are gone, or the broker is still unheard of"
    live.manage("sweep_jobs")
    assert wait_for_end(job).state == JobState.DONE
    assert tallied(job) == wanted(job)


def test_a_database_crash_delays_work_and_no_more(live: Live, cora: User) -> None:
    job = tally_request(cora, parts=20, seconds=0.3)
    wait_for(job, done=3)
    live.postgres_crash()
    live.postgres_start()
    assert wait_for_end(job).state == JobState.DONE
    assert tallied(job) == wanted(job)


def test_a_stopped_job_writes_nothing_more(live: Live, cora: User) -> None:
    job = tally_request(cora, parts=20, seconds=0.5)
    wait_for(job, done=1)
    job_cancel(user=cora, job_id=job.pk)
    there = tallied(job)
    time.sleep(2)
    assert tallied(job) == there
    assert len(there) < len(wanted(job))
    assert not job.chunks.filter(state__in=JOB_ACTIVE).exists()
