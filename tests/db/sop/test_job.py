"""Background work asked for, computed, failed, stopped, swept: one worker's view, in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from sop import broker, job_kinds
from sop.constants import JOB_ATTEMPTS, JobState, Source
from sop.models import Job, JobChunk, Sweep
from sop.refusals import NotAllowed, Refused
from sop.request_context import acting, current
from sop.services.job import ChunkSpec, Lease, LeaseLost, chunk_run, job_cancel, job_request, jobs_sweep
from sop.services.job_lease import lease_take
from tests.factories import Cast
from tests.support.tally import TALLY, run_part, tallied, tally_request, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Take the broker's place: remember the parts hinted at."""
    taken: list[int] = []

    def take(chunk_ids: list[int]) -> list[int]:
        taken.extend(chunk_ids)
        return list(chunk_ids)

    monkeypatch.setattr(broker, "hints_send", take)
    monkeypatch.setattr(broker, "queue_length", lambda: 0)
    return taken


@contextmanager
def part_runs(run: Callable[[JobChunk, Lease], None]) -> Iterator[None]:
    """Let the tally's parts do something else."""
    usual = job_kinds.job_kind(TALLY)
    job_kinds.register(replace(usual, run_chunk=run))
    try:
        yield
    finally:
        job_kinds.register(usual)


def ids(job: Job) -> list[int]:
    return list(job.chunks.order_by("stage", "number").values_list("pk", flat=True))


def run_all(job: Job) -> Job:
    for chunk_id in ids(job):
        chunk_run(chunk_id)
    job.refresh_from_db()
    return job


# -- asking


def test_a_job_runs_its_parts_and_closes_with_what_its_kind_says(cast: Cast) -> None:
    job = run_all(tally_request(cast.olga, parts=3))
    assert (job.state, job.result, job.error) == (JobState.DONE, {"rows": 3}, "")
    assert tallied(job) == wanted(job)


def test_parts_are_hinted_at_after_commit_only_and_stage_by_stage(
    cast: Cast, hints: list[int], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = tally_request(cast.olga, parts=2, stages=2)
        assert hints == []
    first, second, third, fourth = ids(job)
    assert hints == [first, second]
    with django_capture_on_commit_callbacks(execute=True):
        chunk_run(third)  # its stage has not come
        chunk_run(first)
        chunk_run(second)
    assert hints == [first, second, third, fourth]
    assert tallied(job) == ["0.000", "0.001"]


def test_the_same_key_gives_the_same_job_and_another_asker_is_told(cast: Cast) -> None:
    job = tally_request(cast.olga, subject="cycle 1", idempotency_key="once")
    assert tally_request(cast.olga, subject="cycle 1", idempotency_key="once") == job
    with pytest.raises(Refused, match="Tally is running already, asked for by Olga at"):
        tally_request(cast.sam, subject="cycle 1")
    run_all(job)
    assert tally_request(cast.sam, subject="cycle 1") != job


def test_a_job_without_parts_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="nothing to do"):
        job_request(user=cast.olga, kind=TALLY, subject="x", chunks=[])


def test_a_part_acts_as_the_asker_within_the_asking_request(cast: Cast) -> None:
    seen = []
    with acting(cast.olga, Source.PAGE, "the-request"):
        job = tally_request(cast.olga, parts=1)

    def look(chunk: JobChunk, lease: Lease) -> None:
        seen.append((current().user_name, current().source, current().request_id))
        run_part(chunk, lease)

    with part_runs(look):
        run_all(job)
    assert seen == [("Olga", Source.JOB, "the-request")]


# -- once only


def test_a_part_run_again_changes_nothing(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=2)
    for _ in range(3):
        run_all(job)
    assert tallied(job) == wanted(job)


def test_a_part_in_hand_is_not_taken_by_another_until_its_lease_is_over(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=1)
    (chunk_id,) = ids(job)
    lease = lease_take(chunk_id)
    assert lease is not None
    assert lease_take(chunk_id) is None
    JobChunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert lease_take(chunk_id) is not None
    with pytest.raises(LeaseLost), lease.writing():
        pytest.fail("a lost lease must not get as far as writing")


def test_a_part_taken_over_while_computing_throws_its_result_away(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=1)

    def slow(chunk: JobChunk, lease: Lease) -> None:
        JobChunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        with part_runs(run_part):
            chunk_run(chunk.pk)  # another worker takes it and is quicker
        run_part(chunk, lease)

    with part_runs(slow):
        run_all(job)
    assert tallied(job) == ["0.000"]
    assert job.state == JobState.DONE


def test_a_part_that_forgets_to_write_fails_its_job(cast: Cast) -> None:
    with part_runs(lambda chunk, lease: None):
        job = run_all(tally_request(cast.olga, parts=1))
    assert job.state == JobState.FAILED
    assert "met a fault" in job.error


def test_a_part_writes_in_one_go(cast: Cast) -> None:
    def twice(chunk: JobChunk, lease: Lease) -> None:
        run_part(chunk, lease)
        run_part(chunk, lease)

    with part_runs(twice):
        job = run_all(tally_request(cast.olga, parts=1))
    assert tallied(job) == ["0.000"]


# -- failing


def fails_with(error: Exception) -> Callable[[JobChunk, Lease], None]:
    def run(chunk: JobChunk, lease: Lease) -> None:
        raise error

    return run


def test_a_rule_that_refuses_ends_the_job_with_its_sentence(cast: Cast) -> None:
    with part_runs(fails_with(Refused("There is no history yet: import actuals first."))):
        job = run_all(tally_request(cast.olga, parts=3))
    assert (job.state, job.error) == (JobState.FAILED, "There is no history yet: import actuals first.")
    assert set(job.chunks.values_list("state", flat=True)) == {JobState.FAILED, JobState.CANCELLED}


def test_a_fault_of_the_program_ends_the_job_with_a_sentence_and_its_number(cast: Cast) -> None:
    with part_runs(fails_with(ZeroDivisionError("1/0 in line 3"))):
        job = run_all(tally_request(cast.olga, parts=1))
    assert job.state == JobState.FAILED
    assert job.error.startswith("Stage 0, part 1 met a fault in the program")
    assert str(job.pk)[:8] in job.error
    assert "1/0" not in job.error


@pytest.mark.parametrize("error", [OperationalError("the server went away"), OSError("No space left on device")])
def test_passing_trouble_is_tried_again_later_and_later(cast: Cast, error: Exception) -> None:
    job = tally_request(cast.olga, parts=1)
    waits = []
    with part_runs(fails_with(error)):
        for _ in range(JOB_ATTEMPTS):
            run_all(job)
            run_all(job)  # too early: nothing happens
            chunk = job.chunks.get()
            if chunk.not_before:
                waits.append(round((chunk.not_before - timezone.now()).total_seconds()))
            JobChunk.objects.update(not_before=None)
    assert waits == [5, 10, 20, 40]
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert f"given up after {JOB_ATTEMPTS} tries" in job.error


def test_trouble_that_passed_leaves_no_trace(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=2)
    with part_runs(fails_with(OperationalError("away"))):
        chunk_run(ids(job)[0])
    JobChunk.objects.update(not_before=None)
    assert run_all(job).state == JobState.DONE
    assert tallied(job) == wanted(job)


def test_a_close_that_refuses_fails_the_job_and_switches_nothing(cast: Cast) -> None:
    usual = job_kinds.job_kind(TALLY)

    def finish(job: Job) -> dict[str, object]:
        cast.harbour.name = "switched"
        cast.harbour.save()
        raise Refused("The run is not whole.")

    job_kinds.register(replace(usual, finish=finish))
    try:
        job = run_all(tally_request(cast.olga, parts=1))
    finally:
        job_kinds.register(usual)
    assert (job.state, job.error) == (JobState.FAILED, "The run is not whole.")
    cast.harbour.refresh_from_db()
    assert cast.harbour.name == "Harbour"


def test_a_close_in_passing_trouble_is_tried_by_the_sweeper_and_given_up_in_the_end(cast: Cast) -> None:
    usual = job_kinds.job_kind(TALLY)
    calls = []

    def finish(job: Job) -> dict[str, object]:
        calls.append(job.pk)
        raise OperationalError("canceling statement due to statement timeout")

    job_kinds.register(replace(usual, finish=finish))
    try:
        job = run_all(tally_request(cast.olga, parts=1))
        assert job.state == JobState.RUNNING
        for _ in range(JOB_ATTEMPTS + 2):
            jobs_sweep()
    finally:
        job_kinds.register(usual)
    job.refresh_from_db()
    assert len(calls) == JOB_ATTEMPTS
    assert job.state == JobState.FAILED
    assert "given up after" in job.error


# -- stopping


def test_the_asker_stops_a_job_and_parts_under_way_write_nothing(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=2)

    def stopped_meanwhile(chunk: JobChunk, lease: Lease) -> None:
        job_cancel(user=cast.olga, job_id=job.pk)
        run_part(chunk, lease)

    with part_runs(stopped_meanwhile):
        run_all(job)
    assert (job.state, job.error) == (JobState.CANCELLED, "Stopped by Olga.")
    assert tallied(job) == []
    assert set(job.chunks.values_list("state", flat=True)) == {JobState.CANCELLED}


def test_a_stop_after_a_part_began_to_write_still_leaves_nothing_of_it(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=1)

    def stopped_while_writing(chunk: JobChunk, lease: Lease) -> None:
        with lease.writing():
            Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)
            cast.harbour.name = "half written"
            cast.harbour.save()

    with part_runs(stopped_while_writing):
        run_all(job)
    cast.harbour.refresh_from_db()
    assert cast.harbour.name == "Harbour"


def test_only_the_asker_or_the_kinds_people_stop_it(cast: Cast) -> None:
    job = tally_request(cast.olga)
    with pytest.raises(NotAllowed, match="Olga asked for this"):
        job_cancel(user=cast.ana, job_id=job.pk)
    job_cancel(user=cast.cora, job_id=job.pk)
    with pytest.raises(Refused, match="cancelled already"):
        job_cancel(user=cast.olga, job_id=job.pk)


def test_a_job_whose_parts_are_all_done_is_not_stopped_any_more(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=1)
    JobChunk.objects.update(state=JobState.DONE)
    with pytest.raises(Refused, match="just being closed"):
        job_cancel(user=cast.olga, job_id=job.pk)


def test_stopping_what_does_not_exist_is_a_sentence(cast: Cast) -> None:
    with pytest.raises(Refused, match="does not exist"):
        job_cancel(user=cast.olga, job_id=UUID(int=0))


# -- sweeping


def test_the_sweeper_sends_lost_hints_again_for_the_stage_that_has_come(cast: Cast, hints: list[int]) -> None:
    job = tally_request(cast.olga, parts=2, stages=2)
    assert jobs_sweep() == 2
    assert hints == ids(job)[:2]
    assert jobs_sweep() == 0, "a fresh hint is not repeated"
    JobChunk.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    assert jobs_sweep() == 2
    assert Sweep.objects.get().hints == 2


def test_a_hint_is_noted_before_it_is_sent_and_forgotten_when_the_broker_does_not_take_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = tally_request(cast.olga, parts=2)
    noted: list[int] = []

    def half(chunk_ids: list[int]) -> list[int]:
        noted.extend(JobChunk.objects.filter(pk__in=chunk_ids, sent_at__isnull=False).values_list("pk", flat=True))
        return chunk_ids[:1]

    monkeypatch.setattr(broker, "hints_send", half)
    assert jobs_sweep() == 1
    assert sorted(noted) == ids(job), "a worker that takes its part at once finds no row locked by the note"
    assert list(job.chunks.filter(sent_at=None).values_list("pk", flat=True)) == ids(job)[1:]


def test_the_sweeper_leaves_a_queue_alone_that_still_holds_the_hints(
    cast: Cast, hints: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tally_request(cast.olga, parts=2)
    monkeypatch.setattr(broker, "queue_length", lambda: 2)
    assert jobs_sweep() == 0
    monkeypatch.setattr(broker, "queue_length", lambda: None)  # the broker is down
    assert jobs_sweep() == 0
    assert hints == []


def test_the_sweeper_finds_parts_whose_worker_fell_silent(cast: Cast, hints: list[int]) -> None:
    job = tally_request(cast.olga, parts=1)
    assert lease_take(ids(job)[0]) is not None
    JobChunk.objects.update(sent_at=timezone.now())
    assert jobs_sweep() == 0
    JobChunk.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs_sweep() == 1
    assert run_all(job).state == JobState.DONE


def test_a_part_that_ends_every_worker_is_given_up_with_a_reason(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=2)
    for _ in range(JOB_ATTEMPTS):
        assert lease_take(ids(job)[0]) is not None  # and the worker dies
        JobChunk.objects.filter(pk=ids(job)[0]).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert lease_take(ids(job)[0]) is None
    jobs_sweep()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert f"ended its worker {JOB_ATTEMPTS} times without a word" in job.error


def test_a_job_whose_last_worker_died_before_closing_is_closed_by_the_sweeper(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = tally_request(cast.olga, parts=1)
    with monkeypatch.context() as patch:
        patch.setattr("sop.services.job_run.job_advance", lambda job_id: None)
        run_all(job)
    assert job.state == JobState.RUNNING
    jobs_sweep()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_part_taken_just_as_its_job_ended_does_not_look_active_for_ever(cast: Cast) -> None:
    job = tally_request(cast.olga, parts=1)
    job_cancel(user=cast.olga, job_id=job.pk)
    JobChunk.objects.update(state=JobState.RUNNING, lease_until=timezone.now() - timedelta(seconds=1))
    jobs_sweep()
    assert job.chunks.get().state == JobState.CANCELLED


def test_what_parts_kept_for_later_stages_is_emptied_at_the_end(cast: Cast) -> None:
    def keep(chunk: JobChunk, lease: Lease) -> None:
        with lease.writing():
            JobChunk.objects.filter(pk=chunk.pk).update(output=b"1" * 1000)

    job = tally_request(cast.olga, parts=2)
    with part_runs(keep), pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.tally.tallied", lambda job: wanted(job))
        run_all(job)
    assert job.state == JobState.DONE
    assert list(job.chunks.values_list("output", flat=True)) == [None, None]


def test_labels_and_stages_tell_what_the_job_is_doing(cast: Cast) -> None:
    job = job_request(user=cast.olga, kind=TALLY, subject="x", chunks=[ChunkSpec(label="Family seasons")])
    run_all(job)
    assert job.stage == "Family seasons"
