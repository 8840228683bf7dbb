"""The sums of a grid row, added up in the database, against the series' own lines added up one by one."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from demand.constants import AssumptionState
from demand.models import Actual, Assumption, Series
from demand.selectors.layers import demand_actual, last_consensus, last_year, layers, plan_months
from demand.selectors.row_sums import actual_months, filled, row_last_consensus, row_layers, year_before
from demand.services.assumption_cells import cells_write
from sop.engine.months import month_add, month_list
from sop.models import Cycle
from tests.demand_makers import adopted_baseline, history_make, override_make, series_make
from tests.factories import FEBRUARY, Cast, customer_make, cycle_make, product_make
from tests.plan_makers import snapshot_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
MARCH, JANUARY = date(2022, 3, 1), date(2022, 1, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    before = cycle_make(cast, JANUARY)
    Cycle.objects.update(state="closed")
    made = cycle_make(cast, FEBRUARY)
    product = product_make()
    found = [series_make(customer_make(f"C{n}", cast.north, cast.ana), product) for n in range(4)]
    found.append(series_make(cast.harbour, product))  # came after the baseline was made
    adopted_baseline(made, {each: 10 * number for number, each in enumerate(found[:4], start=1)})
    for number, each in enumerate(found[:3]):
        history_make(each, [number + step for step in range(30)], until=JANUARY)
    snapshot_make(before, {found[0]: "7", found[1]: "8"}, months=(FEBRUARY, MARCH))
    snapshot_make(before, {found[0]: "70"}, months=(FEBRUARY,), version=2)
    override_make(made, found[0], MARCH, 25, cast.ana)
    override_make(made, found[4], MARCH, 6, cast.ana)
    override_make(made, found[1], MARCH, 33, cast.olga)
    for customer, state, percent in ((found[0], "in_number", 20), (found[1], "in_number", -50), (found[2], "risk", 80)):
        Assumption.objects.create(
            cycle=made, kind="project", state=AssumptionState(state), owner=cast.olga, note="x", percent=percent,
            customer=customer.customer, first_bucket=MARCH, last_bucket=month_add(MARCH, 2),
        )  # fmt: skip
    cells_write(made)
    return made


def test_layers_add_up_as_their_series_do(cycle: Cycle) -> None:
    chosen, months = Series.objects.all(), plan_months(cycle)
    one_by_one = layers(cycle, series_ids=list(chosen.values_list("pk", flat=True)))
    sums = row_layers(cycle, chosen, months)
    for name in ("baseline", "sales", "consensus"):
        np.testing.assert_allclose(getattr(sums, name), getattr(one_by_one, name).sum(axis=0), err_msg=name)
    np.testing.assert_allclose(sums.added, np.nansum(one_by_one.added, axis=0))
    assert sums.added[months.index(MARCH)] == pytest.approx(5), "the planner's number takes the other's place"
    assert len({*sums.baseline, *sums.sales, *sums.consensus}) > 3, "the layers differ somewhere"


def test_a_month_alone_is_that_month_of_all(cycle: Cycle) -> None:
    chosen, at = Series.objects.all(), plan_months(cycle).index(MARCH)
    whole, one = row_layers(cycle, chosen, plan_months(cycle)), row_layers(cycle, chosen, [MARCH])
    assert (one.sales[0], one.consensus[0]) == (whole.sales[at], whole.consensus[at])


def test_only_the_rows_own_series_count(cycle: Cycle, cast: Cast) -> None:
    first = Series.objects.order_by("pk")[:1].values("pk")
    assert row_layers(cycle, Series.objects.filter(pk__in=first), [MARCH]).sales[0] == 25


def test_history_adds_up_as_its_series_do(cycle: Cycle) -> None:
    chosen, past = Series.objects.all(), month_list(date(2020, 2, 1), 24)
    ids = list(chosen.values_list("pk", flat=True))
    series = chosen.order_by("pk")[0]
    Actual.objects.filter(series=series, bucket=JANUARY).update(cancelled=Decimal(500), shipped=Decimal(3))
    happened = actual_months(chosen, since=past[0], before=FEBRUARY)
    demand = filled(past, {month: row.demand for month, row in happened.items()})
    np.testing.assert_allclose(demand, demand_actual(series_ids=ids, months=past).sum(axis=0))
    assert happened[JANUARY].cancelled == 500
    np.testing.assert_allclose(
        year_before(happened, plan_months(cycle)), last_year(series_ids=ids, months=plan_months(cycle)).sum(axis=0)
    )
    assert np.isnan(year_before(happened, plan_months(cycle))[-1]), "that year is not over"


def test_last_cycles_consensus_is_of_its_latest_version(cycle: Cycle) -> None:
    chosen, months = Series.objects.all(), plan_months(cycle)
    one_by_one = last_consensus(cycle, series_ids=list(chosen.values_list("pk", flat=True)))
    found = row_last_consensus(cycle, chosen, months)
    np.testing.assert_allclose(found[0], np.nansum(one_by_one[:, 0]))
    assert found[0] == 70
    assert np.isnan(found[1:]).all()
