"""A correction a planner adds: it counts like the others, names who and why, and two people on one month are told."""

from datetime import date
from decimal import Decimal

import pytest

from demand.constants import CleansingDecision
from demand.models import Actual, Cleansing, Series
from demand.selectors.cleansing import baseline_behind
from demand.services.cleansing import cleansing_decide
from demand.services.cleansing_add import cleansing_add
from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, CycleEvent, CycleStep, User
from sop.refusals import Conflict, NotAllowed, Refused, StepClosed
from sop.request_context import acting
from sop.selectors.record import record_faults
from tests.cleansing_makers import JANUARY, MONTHS, SPIKE, at, looked, spiky_make
from tests.db.demand.test_cleansing import read
from tests.demand_makers import adopted_baseline, history_make, series_make
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

JUNE = date(2021, 6, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def calm(cast: Cast) -> Series:
    return history_of(series_make(cast.harbour))


def history_of(series: Series) -> Series:
    history_make(series, [100 + 5 * (at % 3) for at in range(MONTHS)], until=JANUARY)
    return series


def add(
    user: User, cycle: Cycle, series: Series, cleaned: object = 60, bucket: date = JUNE, **more: object
) -> Cleansing:
    number = None if cleaned is None else Decimal(str(cleaned))
    with acting(user, Source.PAGE):
        return cleansing_add(
            user=user, cycle_id=cycle.pk, series_id=series.pk, bucket=bucket, cleaned=number,
            **({"note": "Depot order"} | more),  # type: ignore[arg-type]
        )  # fmt: skip


def test_it_counts_with_who_and_why_and_can_be_withdrawn(cast: Cast, cycle: Cycle, calm: Series) -> None:
    adopted_baseline(cycle, {calm: 100})
    raw = read(calm, JUNE)
    row = add(cast.olga, cycle, calm)
    assert (row.kind, row.state, row.note, row.decided_by) == ("person", "accepted", "Depot order", cast.olga)
    assert (float(row.raw), read(calm, JUNE), baseline_behind(cycle)) == (raw, 60, "run")
    event = CycleEvent.objects.get(kind="cleansing_added")
    assert event.sentence == "Olga corrected Jun 2021 of Shingle, Harbour."
    looked(cast.olga, cycle)
    assert at(calm, JUNE).version == row.version, "a look leaves it alone"
    with acting(cast.olga, Source.PAGE):
        cleansing_decide(
            user=cast.olga, cycle_id=cycle.pk, decision=CleansingDecision.REFUSE, seen={row.pk: row.version}
        )
    assert read(calm, JUNE) == raw
    entries = Cleansing.history.filter(id=row.pk).order_by("history_id")
    assert [(entry.history_type, entry.history_user_name) for entry in entries] == [("+", "Olga"), ("~", "Olga")]
    assert entries[0].history_change_reason == "Depot order"
    assert not record_faults()


def test_it_is_filled_from_its_neighbours_as_the_baseline_reads_them(cast: Cast, cycle: Cycle, calm: Series) -> None:
    Actual.objects.filter(series=calm, bucket=JUNE).update(ordered=0, shipped=0)
    assert 95 <= add(cast.olga, cycle, calm, None).cleaned <= 115
    with pytest.raises(Refused, match="no known month on one side"):
        add(cast.olga, cycle, calm, None, JANUARY)


@pytest.mark.parametrize(
    ("cleaned", "bucket", "note", "said"),
    [
        (60, JUNE, " ", "Say why"),
        (60, JUNE, "x" * 501, "longer than 500"),
        (-1, JUNE, "Depot", "below zero"),
        ("NaN", JUNE, "Depot", "not a number"),
        (60, date(2022, 2, 1), "Depot", "no month of history yet"),
        (None, date(2000, 1, 1), "Depot", "before this row's history"),
    ],
)
def test_what_makes_no_sense_is_refused(
    cast: Cast, cycle: Cycle, calm: Series, cleaned: object, bucket: date, note: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        add(cast.olga, cycle, calm, cleaned, bucket, note=note)
    assert not Cleansing.objects.exists()


def test_a_month_that_says_so_already_is_not_corrected(cast: Cast, cycle: Cycle, calm: Series) -> None:
    with pytest.raises(Refused, match="already"):
        add(cast.olga, cycle, calm, read(calm, JUNE))


def test_the_second_person_is_told_who_was_first(cast: Cast, cycle: Cycle, calm: Series) -> None:
    first = add(cast.olga, cycle, calm)
    with pytest.raises(Conflict, match="Olga accepted 60 for Shingle, Harbour, Jun 2021"):
        add(cast.olga, cycle, calm, 70)
    with pytest.raises(Refused, match="has a correction already: open it"):
        add(cast.olga, cycle, calm, 70, version=first.version)
    assert (at(calm, JUNE).cleaned, Cleansing.history.count()) == (60, 1)


def test_a_month_whose_proposal_lapsed_can_be_corrected(cast: Cast, cycle: Cycle) -> None:
    series = spiky_make(series_make(cast.harbour))
    looked(cast.olga, cycle)
    Actual.objects.filter(series=series, bucket=SPIKE).update(ordered=105, shipped=105)
    looked(cast.olga, cycle)
    lapsed = at(series)
    assert add(cast.olga, cycle, series, 90, SPIKE, version=lapsed.version).version == lapsed.version + 1


def test_only_planners_and_only_while_gather_demand_is_open(cast: Cast, cycle: Cycle, calm: Series) -> None:
    with pytest.raises(NotAllowed):
        add(cast.ana, cycle, calm)
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        add(cast.olga, cycle, calm)
