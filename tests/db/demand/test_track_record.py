"""What a person asked for in finished cycles, held against what was ordered and kept."""

from datetime import date
from decimal import Decimal

import pytest

from demand.models import ForecastSnapshot, Series
from demand.selectors.series import series_visible
from demand.selectors.track_record import TrackRecord, sales_biases, track_record, track_records
from sop.models import Cycle, User
from tests.demand_makers import series_make
from tests.factories import FEBRUARY, Cast, cycle_make, product_make
from tests.plan_makers import actual_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
DECEMBER, JANUARY = date(2021, 12, 1), date(2022, 1, 1)


def kept(cycle: Cycle, series: Series, month: date, *, baseline: str, sales: str, version: int = 1) -> None:
    """Keep one cell of a cycle's snapshot; the planner halved what sales said."""
    ForecastSnapshot.objects.create(
        cycle=cycle,
        version=version,
        series=series,
        bucket=month,
        baseline=Decimal(baseline),
        sales=Decimal(sales),
        consensus=Decimal(sales) / 2,
    )


@pytest.fixture
def cycles(cast: Cast) -> tuple[Cycle, Cycle]:
    """Return December's cycle, closed, and February's."""
    december = cycle_make(cast, DECEMBER)
    Cycle.objects.update(state="closed")
    return december, cycle_make(cast, FEBRUARY)


def record(cycle: Cycle, user: User) -> TrackRecord | None:
    return track_record(cycle, user, series_visible(user), family="")


def test_what_was_asked_is_held_against_what_was_ordered_and_kept(cast: Cast, cycles: tuple[Cycle, Cycle]) -> None:
    before, now = cycles
    own, other = series_make(cast.harbour), series_make(cast.ridge)
    kept(before, own, DECEMBER, baseline="100", sales="150")
    kept(before, own, JANUARY, baseline="100", sales="100")
    kept(before, other, DECEMBER, baseline="900", sales="900")
    actual_make(own, DECEMBER, "130", cancelled="30")
    actual_make(own, JANUARY, "100")
    found = record(now, cast.ana)
    assert found is not None
    assert (found.asked, found.baseline, found.actual) == (250, 200, 200)
    assert (found.bias, found.baseline_bias) == (0.25, 0)
    assert (found.first, found.last, found.changed, found.helped) == (DECEMBER, JANUARY, 1, 0)


def test_a_planners_record_is_of_the_consensus(cast: Cast, cycles: tuple[Cycle, Cycle]) -> None:
    before, now = cycles
    own = series_make(cast.harbour)
    kept(before, own, DECEMBER, baseline="100", sales="150")
    actual_make(own, DECEMBER, "75")
    found = record(now, cast.olga)
    assert found is not None
    assert (found.asked, found.changed, found.helped) == (75, 1, 1)


def test_a_month_nothing_was_ordered_in_counts_as_nothing_where_others_ordered(
    cast: Cast, cycles: tuple[Cycle, Cycle]
) -> None:
    before, now = cycles
    own, other = series_make(cast.harbour), series_make(cast.ridge)
    kept(before, own, DECEMBER, baseline="10", sales="20")
    actual_make(other, DECEMBER, "5")
    found = record(now, cast.ana)
    assert found is not None
    assert (found.asked, found.actual, found.bias) == (20, 0, None)


def test_only_the_last_version_near_months_and_months_that_are_over_count(
    cast: Cast, cycles: tuple[Cycle, Cycle]
) -> None:
    before, now = cycles
    own = series_make(cast.harbour)
    kept(before, own, JANUARY, baseline="10", sales="10")
    kept(before, own, JANUARY, baseline="10", sales="30", version=2)
    kept(before, own, FEBRUARY, baseline="10", sales="500", version=2)
    actual_make(own, JANUARY, "20")
    actual_make(own, FEBRUARY, "20")
    found = record(now, cast.ana)
    assert found is not None
    assert (found.asked, found.last) == (30, JANUARY)


def test_nobody_has_a_record_before_the_first_cycle_is_over(cast: Cast, cycles: tuple[Cycle, Cycle]) -> None:
    actual_make(series_make(cast.harbour), JANUARY, "20")
    assert record(cycles[1], cast.ana) is None
    assert record(cycles[1], cast.eve) is None, "an executive has no series of their own"


def test_the_biases_of_all_are_those_of_each_ones_record(cast: Cast, cycles: tuple[Cycle, Cycle]) -> None:
    before, now = cycles
    own, other, idle = series_make(cast.harbour), series_make(cast.ridge), series_make(cast.harbour, product_make("X"))
    for series, sales, came in ((own, "150", "100"), (other, "30", "60"), (idle, "5", "0")):
        kept(before, series, DECEMBER, baseline="1", sales="7")
        kept(before, series, DECEMBER, baseline="1", sales=sales, version=2)
        kept(before, series, JANUARY, baseline="1", sales=sales, version=2)
        actual_make(series, DECEMBER, came)
    idle_only = series_make(cast.ridge, product_make("Y"))
    kept(before, idle_only, DECEMBER, baseline="1", sales="9", version=2)
    pairs = [(user.pk, family) for user in (cast.ana, cast.ben) for family in {own.product.family_id}]
    found = sales_biases(now)
    assert set(found) >= set(pairs)
    assert found == {pair: pytest.approx(record.bias) for pair, record in track_records(now, list(found)).items()}
    assert sales_biases(before) == {}
