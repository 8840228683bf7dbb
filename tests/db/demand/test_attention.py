"""What a planner looks at first: exceptions, what was reviewed, how far the last plan was off."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from demand.models import Baseline, BaselineSeries, ForecastSnapshot, Series
from demand.selectors.attention import Miss, attention_rows, classes, exceptions, miss_months, misses, reviewed
from demand.services.reason import reasons_set
from demand.services.review_mark import reviewed_set
from sop.constants import CycleState, StepKind, StepState
from sop.engine.months import month_add
from sop.models import Cycle, CycleStep, Price
from sop.refusals import NotAllowed, StepClosed
from tests.demand_makers import adopted_baseline, history_make, override_make, series_make
from tests.factories import Cast, cycle_make, product_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    """One of Ana's series, forecast at 100 a month and 8 times in 10 between 95 and 120."""
    series = series_make(cast.harbour)
    run = adopted_baseline(cycle, {series: 100})
    Baseline.objects.filter(run=run).update(q0_1=95.0, q0_9=120.0)
    return series


def month(cycle: Cycle) -> date:
    return cycle.bucket


@pytest.mark.parametrize(
    ("quantity", "why"), [(95, []), (94, ["range"]), (120, ["reason"]), (121, ["reason", "range"])]
)
def test_a_number_beyond_the_range_or_without_its_reason_is_an_exception(
    cast: Cast, cycle: Cycle, harbour: Series, quantity: int, why: list[str]
) -> None:
    override_make(cycle, harbour, month(cycle), quantity, cast.ana)
    assert exceptions(cycle, cast.ana).get(harbour.product_id, []) == why


def test_a_given_reason_ends_that_exception_and_a_review_the_others(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    override_make(cycle, harbour, month(cycle), 150, cast.ana)
    reviewed_set(user=cast.ana, cycle_id=cycle.pk, products=[harbour.product_id], reviewed=True)
    assert exceptions(cycle, cast.ana) == {harbour.product_id: ["reason"]}, "a missing reason keeps it"
    cells = [(harbour.pk, month(cycle))]
    reasons_set(user=cast.ana, cycle_id=cycle.pk, cells=cells, reason="promotion", note="")
    assert exceptions(cycle, cast.ana) == {}
    reviewed_set(user=cast.ana, cycle_id=cycle.pk, products=[harbour.product_id], reviewed=False)
    assert exceptions(cycle, cast.ana) == {harbour.product_id: ["range"]}


def test_a_planner_looks_at_the_consensus(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    override_make(cycle, harbour, month(cycle), 150, cast.ana)
    assert exceptions(cycle, cast.olga) == {harbour.product_id: ["range"]}, "the rep's number is in it"
    override_make(cycle, harbour, month(cycle), 104, cast.olga)
    assert exceptions(cycle, cast.olga) == {harbour.product_id: ["reason"]}, "the planner's number is the last word"


def test_a_short_history_is_an_exception(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    run = cycle.baseline_runs.get()
    BaselineSeries.objects.create(run=run, series=harbour, route="short", reason="7 months", months=7)
    assert exceptions(cycle, cast.ana) == {harbour.product_id: ["short"]}


def test_marks_are_a_persons_own_and_of_one_cycle(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    for _ in range(2):
        reviewed_set(user=cast.ana, cycle_id=cycle.pk, products=[harbour.product_id], reviewed=True)
    assert reviewed(cycle, cast.ana) == [harbour.product_id]
    assert reviewed(cycle, cast.olga) == []


def test_only_own_products_are_marked_and_only_while_the_step_is_open(
    cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    with pytest.raises(NotAllowed):
        reviewed_set(user=cast.ben, cycle_id=cycle.pk, products=[harbour.product_id], reviewed=True)
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        reviewed_set(user=cast.ana, cycle_id=cycle.pk, products=[harbour.product_id], reviewed=True)


def test_a_miss_is_the_error_of_the_newest_plan_of_each_month(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    """By hand: asked for 40, 50 and 60; said 45 and 48, nothing of the third month: |45-40| + |48-50| = 7 units."""
    history_make(harbour, [40, 50, 60], until=month_add(cycle.bucket, -1))
    assert len(miss_months(cycle)) == 3
    first, second, _ = miss_months(cycle)
    older, newer = (
        Cycle.objects.create(
            bucket=bucket, horizon_months=18, state=CycleState.CLOSED, opened_at=timezone.now(), opened_by=cast.cora
        )
        for bucket in (month_add(first, -1), first)
    )
    said = [(older, first, 99), (newer, first, 45), (newer, second, 48)]
    ForecastSnapshot.objects.bulk_create(
        ForecastSnapshot(cycle=of, series=harbour, bucket=bucket, baseline=0, sales=0, consensus=number)
        for of, bucket, number in said
    )
    Price.objects.create(product=harbour.product, valid_from=date(2020, 1, 1), price=Decimal("2.50"))
    assert misses(cycle, cast.ana) == {harbour.product_id: Miss(7.0, 17.5)}
    assert misses(cycle, cast.ben) == {}


def test_a_product_no_plan_held_has_no_miss(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    history_make(harbour, [40, 50, 60], until=month_add(cycle.bucket, -1))
    assert misses(cycle, cast.ana) == {}


def test_a_row_of_every_product_seen(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    foreign = series_make(cast.ridge, product=product_make("FOREIGN"))
    override_make(cycle, harbour, month(cycle), 150, cast.ana)
    rows = attention_rows(cycle, cast.ana)
    assert [(row.product, row.why, row.reviewed) for row in rows] == [
        (harbour.product.code, ["reason", "range"], False)
    ]
    assert foreign.product.code in {row.product for row in attention_rows(cycle, cast.olga)}
    assert classes(cast.ana).keys() <= {harbour.product_id}


def test_what_is_read_does_not_grow_with_the_products(
    cast: Cast, cycle: Cycle, harbour: Series, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        series_make(cast.harbour, product=product_make(f"P{number}"))
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        attention_rows(cycle, cast.ana)
