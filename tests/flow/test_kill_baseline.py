"""Worker, broker and database die in the middle of a baseline run: nobody sees half of one, and it ends whole."""

import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import OperationalError, connection

from demand.models import Baseline, BaselineRun, BaselineSeries, Series
from demand.services.baseline import baseline_request
from demand.services.baseline_stages import FORECAST, LOOK, WRITE
from sop.constants import JOB_ACTIVE, JobState, Source
from sop.models import Cycle, Job, JobChunk, User
from sop.request_context import acting
from tests.factories import Cast, cast_make, cycle_make, location_make, product_make
from tests.support.live import Live

SERIES = 1_200  # three parts of forecasts: one can be under way while another is done
JANUARY = date(2022, 1, 1)
END_SECONDS = 60


@pytest.fixture
def company(live: Live) -> Iterator[tuple[Cast, Cycle]]:
    """A company in the running product's database, with this process looking into it."""
    with live.orm():
        cast = cast_make()
        cycle = cycle_make(cast)
        product, location = product_make(), location_make()
        products = [product, *(product_make(f"P{number}", product.family) for number in range(SERIES // 2 - 1))]
        made = [
            Series(product=each, customer=customer, location=location)
            for each in products
            for customer in (cast.harbour, cast.ridge)
        ]
        Series.objects.bulk_create(made)
        with connection.cursor() as cursor:
            cursor.execute(HISTORY, {"until": JANUARY})
        yield cast, cycle


HISTORY = """
    insert into demand_actual (series_id, bucket, ordered, shipped, cancelled, revenue)
    select s.id, (%(until)s::date - make_interval(months => m))::date, units, units, 0, 0
    from demand_series s, generate_series(0, 35) m,
         lateral (select 50 + (s.id * 7 + m * 13) %% 60 + 10 * (m %% 12) as units) each
"""


def asked(user: User, cycle: Cycle) -> BaselineRun:
    with acting(user, Source.PAGE):
        return baseline_request(user=user, cycle_id=cycle.pk)


def wait_until(run: BaselineRun, *, stage: int, what: str) -> None:
    """Wait until a part of a stage is in a state."""
    end = time.monotonic() + END_SECONDS
    while not JobChunk.objects.filter(job=run.job_id, stage=stage, state=what).exists():
        assert time.monotonic() < end, f"stage {stage} is never {what}"
        assert not BaselineRun.objects.filter(adopted=True).exists(), "adopted before every part was there"
        time.sleep(0.02)


def whole(run: BaselineRun) -> Job:
    """Wait for the end; check that the run is whole, written once and adopted, and was not seen before."""
    end = time.monotonic() + END_SECONDS
    while Job.objects.filter(pk=run.job_id, state__in=JOB_ACTIVE).exists():
        assert time.monotonic() < end, "the run does not end"
        seen = BaselineRun.objects.filter(adopted=True).exists()
        assert not seen or not Job.objects.filter(pk=run.job_id, state__in=JOB_ACTIVE).exists(), "seen before the end"
        time.sleep(0.05)
    job = Job.objects.get(pk=run.job_id)
    assert (job.state, job.error) == (JobState.DONE, "")
    run.refresh_from_db()
    assert (run.complete, run.adopted) == (True, True)
    assert BaselineSeries.objects.filter(run=run).count() == SERIES
    assert Baseline.objects.filter(run=run).count() == SERIES * run.horizon_months
    return job


def worker(live: Live) -> None:
    live.worker_kill()
    live.worker_start("worker")


def broker(live: Live) -> None:
    live.valkey_kill()
    live.valkey_start()


def database(live: Live) -> None:
    live.postgres_crash()
    with pytest.raises(OperationalError):
        BaselineRun.objects.count()
    live.postgres_start()


@pytest.mark.parametrize("breakdown", [worker, broker, database])
@pytest.mark.parametrize("stage", [FORECAST, WRITE], ids=["forecasting", "saving"])
def test_what_dies_in_the_middle_of_a_run_leaves_a_whole_baseline(
    live: Live, company: tuple[Cast, Cycle], breakdown: Callable[[Live], None], stage: int
) -> None:
    cast, cycle = company
    run = asked(cast.olga, cycle)
    wait_until(run, stage=stage, what=JobState.RUNNING)
    breakdown(live)
    job = whole(run)
    assert job.chunks.filter(stage=LOOK, state=JobState.DONE).exists()


def test_a_run_that_cannot_end_says_why_and_shows_nothing(live: Live, company: tuple[Cast, Cycle]) -> None:
    cast, cycle = company
    run = asked(cast.olga, cycle)
    wait_until(run, stage=FORECAST, what=JobState.DONE)
    with connection.cursor() as cursor:  # the disk is full, as far as this table goes
        cursor.execute(
            "create function full_disk() returns trigger language plpgsql as "
            "'begin raise exception ''No space left on device''; end'"
        )
        cursor.execute("create trigger full_disk before insert on demand_baseline execute function full_disk()")
    end = time.monotonic() + END_SECONDS
    while Job.objects.filter(pk=run.job_id, state__in=JOB_ACTIVE).exists():
        assert time.monotonic() < end, "the run does not end"
        time.sleep(0.1)
    job = Job.objects.get(pk=run.job_id)
    assert job.state == JobState.FAILED
    assert job.error
    assert not BaselineRun.objects.filter(complete=True).exists()
    assert not Baseline.objects.exists()
