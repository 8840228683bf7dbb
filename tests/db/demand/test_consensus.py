"""The consensus by family and layer, and the bridges: against the layers themselves, exact to the last digit."""

from decimal import Decimal

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demand.models import Assumption, ForecastSnapshot, Series
from demand.selectors.bridge import BridgeStep, budget_bridge, last_cycle_bridge
from demand.selectors.consensus import NOTHING, Amount, consensus, together, window_months
from demand.selectors.consensus_rows import consensus_rows
from demand.selectors.layers import layers, plan_months
from demand.services.assumption import assumption_state
from demand.services.assumption_rules import Stated
from sop.constants import Source
from sop.engine.months import month_add
from sop.models import Budget, Cycle, CycleStep, Family, Price
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, cycle_make, family_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
JANUARY = month_add(FEBRUARY, -1)


@pytest.fixture
def series(cast: Cast) -> list[Series]:
    """Two series of roofing and one of timber, with list prices and one of a customer's own."""
    made = [series_make(cast.harbour), series_make(cast.ridge)]
    timber = product_make("BEAM", family_make("TIMBER"))
    made.append(series_make(cast.ridge, timber))
    Price.objects.create(product=made[0].product, valid_from=JANUARY, price="3.3333")
    Price.objects.create(product=made[0].product, customer=cast.ridge, valid_from=JANUARY, price="2.5")
    Price.objects.create(product=timber, valid_from=JANUARY, price="7.1")
    return made


@pytest.fixture
def cycle(cast: Cast, series: list[Series]) -> Cycle:
    """The February cycle after January's, whose layers are kept; changed by a rep, an assumption and the planner."""
    before = cycle_make(cast, JANUARY)
    ForecastSnapshot.objects.bulk_create(
        ForecastSnapshot(
            cycle=before,
            version=version,
            series=each,
            bucket=month,
            baseline=Decimal("80.125") * version,
            sales=90,
            consensus=Decimal("95.5") * version,
        )
        for each in series
        for month in plan_months(before)
        for version in (1, 2)
    )
    CycleStep.objects.filter(cycle=before).update(state="closed")
    Cycle.objects.filter(pk=before.pk).update(state="closed")
    cycle = cycle_make(cast)
    adopted_baseline(cycle, {series[0]: 100.125, series[1]: 50, series[2]: 10})
    override_make(cycle, series[0], FEBRUARY, "140.375", cast.ana)
    with acting(cast.olga, Source.PAGE):
        assumption_state(
            user=cast.olga,
            cycle_id=cycle.pk,
            stated=Stated(
                kind="project",
                state="in_number",
                product=series[0].product,
                first_bucket=FEBRUARY,
                percent=Decimal(10),
                last_bucket=month_add(FEBRUARY, 2),
                note="Spring",
            ),
        )
    override_make(cycle, series[1], FEBRUARY, "77", cast.olga)
    return cycle


def between(steps: list[BridgeStep]) -> Amount:
    return sum((step.amount for step in steps[1:-1]), NOTHING)


@pytest.mark.parametrize("window", ["3", "6", "year", "all"])
def test_every_layer_is_what_the_layers_say(cycle: Cycle, series: list[Series], window: str) -> None:
    months = window_months(cycle, window)
    plan = layers(cycle, series_ids=[each.pk for each in series])
    width = len(months)
    found = {row.name: row for row in consensus(cycle, months).over(months)}
    assert width == {"3": 3, "6": 6, "year": 11, "all": 18}[window]
    prices = np.array([3.3333, 2.5, 7.1])
    for family, rows in (("Roofing", [0, 1]), ("Timber", [2])):
        for name in ("naive", "baseline", "sales", "assumed", "consensus"):
            units = getattr(plan, name)[rows, :width].sum(axis=1)
            amount: Amount = getattr(found[family], name)
            assert float(amount.units) == pytest.approx(units.sum())
            assert float(amount.money) == pytest.approx((units * prices[rows]).sum())


def test_the_steps_from_the_last_cycle_make_up_the_difference_exactly(cycle: Cycle, series: list[Series]) -> None:
    found = consensus(cycle, plan_months(cycle))
    assert found.last_months == plan_months(cycle)[:-1], "the last cycle did not plan the last month"
    steps = last_cycle_bridge(found.over(found.last_months))
    assert between(steps) == steps[-1].amount - steps[0].amount
    told = {step.label: step.amount.units for step in steps}
    assert told["Last consensus"] == 3 * 17 * Decimal(191), "of the last version"
    assert told["Last cycle's changes"] == -3 * 17 * (Decimal(191) - Decimal("160.25"))
    assert told["Baseline moved"] == 17 * (Decimal("160.125") - 3 * Decimal("160.25"))
    assert told["Sales changes"] == Decimal("40.25")
    assert told["Assumptions"] == Decimal("14.038") + 2 * Decimal("10.013") + 3 * 5
    assert told["Planner's changes"] == 77 - 55
    assert [step.word for step in steps] == ["", "takes away", "takes away", "adds", "adds", "adds", ""]


def test_the_steps_from_the_budget_are_families_and_make_up_the_difference(cycle: Cycle, series: list[Series]) -> None:
    roofing = Family.objects.get(code="ROOFING")
    for month in plan_months(cycle)[:6]:
        Budget.objects.create(family=roofing, bucket=month, units="120.5", revenue="400.25")
    found = consensus(cycle, plan_months(cycle))
    assert found.budget_months == plan_months(cycle)[:6]
    steps = budget_bridge(found.over(found.budget_months))
    assert between(steps) == steps[-1].amount - steps[0].amount
    assert steps[0].amount == Amount(Decimal(723), Decimal("2401.5"))
    assert {step.label for step in steps[1:-1]} == {"Roofing", "Timber (no budget)"}


def test_many_families_are_ten_bars_and_the_rest_together(cycle: Cycle, cast: Cast) -> None:
    means = {}
    for number in range(12):
        means[series_make(cast.harbour, product_make(f"P{number}", family_make(f"F{number:02}")))] = 10 + number
    Budget.objects.create(family=family_make("EMPTY"), bucket=FEBRUARY, units=5, revenue=5)
    cycle.baseline_runs.update(adopted=False)
    adopted_baseline(cycle, means)
    steps = budget_bridge(consensus(cycle, [FEBRUARY]).over([FEBRUARY]))
    assert [step.label for step in steps[-2:]] == ["5 other families", "Consensus"]
    assert between(steps) == steps[-1].amount - steps[0].amount


def test_the_table_compares_over_the_months_both_have(cycle: Cycle, series: list[Series]) -> None:
    *families, total = consensus_rows(consensus(cycle, plan_months(cycle)), "units")
    assert [row.name for row in families] == ["Roofing", "Timber"]
    assert (total.name, total.family_id, total.budget, total.against_budget) == ("All families", None, None, None)
    timber = families[1]
    assert (timber.consensus, timber.last) == (180, 17 * 191)
    assert timber.against_last == pytest.approx(10 / 191 - 1)
    assert total.consensus == sum(row.consensus for row in families)


def test_without_a_past_and_a_budget_there_is_nothing_to_compare(cast: Cast, series: list[Series]) -> None:
    cycle = cycle_make(cast)
    assert consensus_rows(consensus(cycle, plan_months(cycle)), "units") == []
    adopted_baseline(cycle, {series[0]: 100})
    found = consensus(cycle, plan_months(cycle))
    assert (found.last_months, found.budget_months) == ([], [])
    (row, _total) = consensus_rows(found, "money")
    assert (row.last, row.budget, row.against_last) == (None, None, None)


def test_remembered_sums_follow_what_they_are_added_up_by(cycle: Cycle, series: list[Series]) -> None:
    def roofing() -> Amount:
        months = window_months(cycle, "3")
        return next(row.baseline for row in consensus(cycle, months).over(months) if row.name == "Roofing")

    first = roofing()
    with CaptureQueriesContext(connection) as queries:
        assert roofing() == first
    assert not any("sum(b.naive)" in query["sql"] for query in queries)
    Price.objects.create(product=series[0].product, valid_from=FEBRUARY, price="10")
    assert roofing().money > first.money
    moved = series[1].product
    moved.family = Family.objects.get(code="TIMBER")
    moved.save()
    months = window_months(cycle, "3")
    assert [row.name for row in consensus(cycle, months).over(months)] == ["Timber"]
    assert together(consensus(cycle, months).over(months), lambda row: row.baseline).units == first.units + 30


def test_an_assumption_outside_the_number_moves_nothing(cycle: Cycle, cast: Cast) -> None:
    months = plan_months(cycle)
    before = together(consensus(cycle, months).over(months), lambda row: row.consensus)
    Assumption.objects.update(state="risk")
    with acting(cast.olga, Source.PAGE):
        assumption_state(
            user=cast.olga,
            cycle_id=cycle.pk,
            stated=Stated(
                kind="project",
                state="risk",
                customer=cast.harbour,
                first_bucket=FEBRUARY,
                quantity=Decimal(50),
                note="x",
            ),
        )
    assert together(consensus(cycle, months).over(months), lambda row: row.consensus) == before
