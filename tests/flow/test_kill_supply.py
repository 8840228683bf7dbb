"""Worker, broker and database die in the middle of a supply run: the old plan stays until the new one is whole."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.db import OperationalError, connection
from django.db.models import Count

from demand.models import Series
from sop.constants import JOB_ACTIVE, JobState, Source, StepKind
from sop.models import Cycle, Job, JobChunk, Product, User
from sop.refusals import Refused
from sop.request_context import acting
from supply.models import StockItem, SupplyFlag, SupplyItem, SupplyLine, SupplyRun
from supply.services.run import supply_request
from tests.api_world import step_only
from tests.factories import Cast, cast_make, cycle_make, family_make, location_make
from tests.support.live import Live

ITEMS = 4_500  # three parts: one can be under way while another is done
END_SECONDS = 90
SNAPSHOT = """
    insert into demand_forecastsnapshot (cycle_id, version, series_id, bucket, naive, baseline, sales, consensus)
    select %(cycle)s, 1, s.id, (%(first)s::date + make_interval(months => m))::date, units, units, units, units
    from demand_series s, generate_series(0, %(months)s - 1) m,
         lateral (select 10 + (s.id * 7 + m * 13) %% 60 as units) each
"""


@dataclass(frozen=True)
class Company:
    """A company whose supply was planned once: the plan everybody sees."""

    cast: Cast
    cycle: Cycle
    old: SupplyRun


@pytest.fixture
def company(live: Live) -> Iterator[Company]:
    """A company in the running product's database, with this process looking into it."""
    with live.orm():
        cast = cast_make()
        cycle = cycle_make(cast)
        family, location = family_make(), location_make()
        products = Product.objects.bulk_create(
            Product(code=f"P{number}", name=f"P{number}", family=family) for number in range(ITEMS)
        )
        Series.objects.bulk_create(Series(product=each, customer=cast.harbour, location=location) for each in products)
        with connection.cursor() as cursor:
            values = {"cycle": cycle.pk, "first": cycle.bucket, "months": cycle.horizon_months}
            cursor.execute(SNAPSHOT, values)
            cursor.execute("analyze")
        StockItem.objects.bulk_create(StockItem(product=each, location=location) for each in products)
        step_only(cycle, StepKind.SUPPLY)
        old = asked(cast.sam, cycle)
        ended(old)
        yield Company(cast, cycle, old)


def asked(user: User, cycle: Cycle) -> SupplyRun:
    with acting(user, Source.PAGE):
        return supply_request(user=user, cycle_id=cycle.pk)


def current(cycle: Cycle) -> SupplyRun | None:
    """Return the plan everybody sees, checked to be whole."""
    run = SupplyRun.objects.filter(cycle=cycle, current=True).first()
    if run is not None:
        lines = SupplyLine.objects.filter(run=run).aggregate(lines=Count("id"), items=Count("item", distinct=True))
        assert lines == {"lines": ITEMS * run.horizon_months, "items": ITEMS}, "half a plan is seen"
    return run


def wait_until(company: Company, run: SupplyRun, *, what: str) -> None:
    """Wait until a part of the run is in a state."""
    end = time.monotonic() + END_SECONDS
    while not JobChunk.objects.filter(job=run.job_id, state=what).exists():
        assert time.monotonic() < end, f"no part is ever {what}"
        time.sleep(0.02)
    assert current(company.cycle) == company.old, "seen before every part was there"


def ended(run: SupplyRun, *, before: SupplyRun | None = None) -> Job:
    """Wait for the end of a run; until then the plan `before` is the one that is seen."""
    end = time.monotonic() + END_SECONDS
    while Job.objects.filter(pk=run.job_id, state__in=JOB_ACTIVE).exists():
        assert time.monotonic() < end, "the run does not end"
        if before is not None:
            seen = SupplyRun.objects.get(cycle=run.cycle_id, current=True)
            still = Job.objects.filter(pk=run.job_id, state__in=JOB_ACTIVE).exists()
            assert seen == before or not still, "seen before the end"
        time.sleep(0.05)
    return Job.objects.get(pk=run.job_id)


def whole(company: Company, run: SupplyRun) -> Job:
    """Wait for the end; check that the run is current, and holds every stock item once with every month."""
    job = ended(run, before=company.old)
    assert (job.state, job.error) == (JobState.DONE, "")
    assert current(company.cycle) == run
    assert SupplyItem.objects.filter(run=run).count() == ITEMS
    flags = SupplyFlag.objects.filter(cycle=company.cycle).exclude(state="gone")
    assert set(flags.values_list("run", flat=True)) == {run.pk}, "flags of another plan"
    assert same_numbers(company.old, run)
    return job


def same_numbers(old: SupplyRun, new: SupplyRun) -> bool:
    """Return whether two plans of the same inputs hold the same figures; what was interrupted changes none."""
    columns = ("item", "bucket", "demand", "shipped", "lost", "closing", "releases")
    pair = [SupplyLine.objects.filter(run=run).order_by("item", "bucket").values_list(*columns) for run in (old, new)]
    return list(pair[0]) == list(pair[1])


def worker(live: Live) -> None:
    live.worker_kill()
    live.worker_start("worker")


def broker(live: Live) -> None:
    live.valkey_kill()
    live.valkey_start()


def database(live: Live) -> None:
    live.postgres_crash()
    with pytest.raises(OperationalError):
        SupplyRun.objects.count()
    live.postgres_start()


@pytest.mark.parametrize("breakdown", [worker, broker, database])
@pytest.mark.parametrize("when", [JobState.RUNNING, JobState.DONE], ids=["first part", "later part"])
def test_what_dies_in_the_middle_of_a_run_leaves_a_whole_plan(
    live: Live, company: Company, breakdown: Callable[[Live], None], when: str
) -> None:
    run = asked(company.cast.sam, company.cycle)
    wait_until(company, run, what=when)
    breakdown(live)
    whole(company, run)


def test_of_two_asked_for_at_once_one_runs_and_the_other_is_told(company: Company) -> None:
    def ask(_: int) -> SupplyRun | str:
        try:
            return asked(company.cast.sam, company.cycle)
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(ask, range(2)))
    runs = [answer for answer in answers if isinstance(answer, SupplyRun)]
    [refused] = [answer for answer in answers if isinstance(answer, str)]
    assert refused.startswith("Supply plan is running already, asked for by Sam ")
    whole(company, runs[0])
    assert SupplyRun.objects.filter(cycle=company.cycle).count() == 2, "the old one and one new one"


def test_a_run_that_cannot_end_says_why_and_the_old_plan_stays(company: Company) -> None:
    with connection.cursor() as cursor:  # the disk is full, as far as this table goes
        cursor.execute(
            "create function full_disk() returns trigger language plpgsql as "
            "'begin raise exception ''No space left on device''; end'"
        )
        cursor.execute("create trigger full_disk before insert on supply_supplyline execute function full_disk()")
    run = asked(company.cast.sam, company.cycle)
    job = ended(run, before=company.old)
    assert (job.state, bool(job.error)) == (JobState.FAILED, True)
    assert current(company.cycle) == company.old
    assert not SupplyLine.objects.filter(run=run).exists()
    assert not SupplyItem.objects.filter(run=run).exists()
    assert not SupplyRun.objects.filter(pk=run.pk, complete=True).exists()
    flags = SupplyFlag.objects.filter(cycle=company.cycle).exclude(state="gone")
    assert set(flags.values_list("run", flat=True)) <= {company.old.pk}
