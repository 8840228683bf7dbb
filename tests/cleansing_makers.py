"""Makers of a history with something to correct, and of looks through it."""

from datetime import date

from demand.models import Actual, Cleansing, Series
from demand.services.cleansing_look import cleansing_look
from sop.constants import JobState, Source
from sop.models import Cycle, Job, User
from sop.request_context import acting
from tests.demand_makers import history_make
from tests.support.work import parts_run

JANUARY = date(2022, 1, 1)
SPIKE, SHORT = date(2021, 5, 1), date(2021, 1, 1)  # further apart than what is ordered again after a shortage
MONTHS = 48


def spiky_make(series: Series) -> Series:
    """Give a series four years of history with a project in May 2021 and a shortage in January 2021."""
    history_make(series, [100 + 5 * (at % 3) for at in range(MONTHS)], until=JANUARY)
    Actual.objects.filter(series=series, bucket=SPIKE).update(ordered=500, shipped=500)
    Actual.objects.filter(series=series, bucket=SHORT).update(ordered=150, shipped=10, cancelled=120)
    return series


def looked(user: User, cycle: Cycle) -> Job:
    """Look through history here and now."""
    with acting(user, Source.PAGE):
        job = parts_run(cleansing_look(user=user, cycle_id=cycle.pk))
    assert job.state == JobState.DONE, job.error
    return job


def at(series: Series, bucket: date = SPIKE) -> Cleansing:
    """Return the correction of a month."""
    return Cleansing.objects.get(series=series, bucket=bucket)
