"""Closing gather demand keeps every layer of every cell as it stood; a reopened step keeps another version."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum

from demand.constants import Action
from demand.hooks import baseline_is_adopted, layers_are_kept
from demand.models import BaselineRun, ForecastSnapshot, Override, Series
from demand.selectors.layers import layers, plan_months, snapshot_version
from demand.services.outcome import CellEdit
from demand.services.override import overrides_save
from sop import cycle_hooks
from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, User
from sop.refusals import Refused, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.services.cycle import step_close
from sop.services.step_reopen import step_reopen
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import Cast, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

MAY, JUNE = date(2022, 5, 1), date(2022, 6, 1)
LAYERS = ("naive", "baseline", "sales", "consensus")


@pytest.fixture
def cycle(cast: Cast, bare_steps: None) -> Cycle:
    cycle_hooks.on_close(StepKind.GATHER)(layers_are_kept)
    cycle_hooks.before_close(StepKind.GATHER)(baseline_is_adopted)
    return cycle_make(cast)


def save(user: User, cycle: Cycle, series: Series, quantity: str | None, bucket: date = MAY, version: int = 0) -> None:
    edit = CellEdit(series.pk, bucket, None if quantity is None else Decimal(quantity), version)
    with acting(user, Source.PAGE):
        outcome = overrides_save(
            user=user, cycle_id=cycle.pk, change_set_id=uuid.uuid4(), action=Action.EDIT, cells=[edit]
        )
    assert not outcome.refused, outcome.refused


def close(cast: Cast, cycle: Cycle) -> None:
    with acting(cast.cora, Source.PAGE):
        step_close(user=cast.cora, step_id=step(cycle, StepKind.GATHER).pk, reason="The month is over.")


def kept(cycle: Cycle, version: int = 1) -> dict[str, float]:
    rows = ForecastSnapshot.objects.filter(cycle=cycle, version=version)
    return {name: float(value or 0) for name, value in rows.aggregate(**{n: Sum(n) for n in LAYERS}).items()}


def shown(cycle: Cycle, series: Sequence[Series]) -> dict[str, float]:
    plan = layers(cycle, series_ids=[each.pk for each in series])
    return {name: float(sum(value for value in getattr(plan, name).ravel() if value == value)) for name in LAYERS}


def test_the_snapshot_is_the_sum_of_the_cells_in_every_layer(cast: Cast, cycle: Cycle) -> None:
    harbour, ridge = series_make(cast.harbour), series_make(cast.ridge)
    adopted_baseline(cycle, {harbour: 100, ridge: 10.5})
    save(cast.ana, cycle, harbour, "120.125")
    save(cast.ana, cycle, harbour, "0", JUNE)
    save(cast.olga, cycle, harbour, "110")
    save(cast.olga, cycle, ridge, "33", JUNE)
    save(cast.ben, cycle, ridge, "50")
    save(cast.ben, cycle, ridge, None, version=1)
    expected = shown(cycle, [harbour, ridge])
    assert expected["sales"] == 18 * 110.5 + 20.125 - 100
    assert expected["consensus"] == 18 * 110.5 + 10 - 100 + 22.5
    close(cast, cycle)
    assert kept(cycle) == expected
    cell = ForecastSnapshot.objects.get(series=harbour, bucket=MAY)
    assert (cell.naive, cell.baseline, cell.sales, cell.consensus) == (50, 100, Decimal("120.125"), 110)
    assert ForecastSnapshot.objects.count() == 2 * cycle.horizon_months


def test_a_series_that_came_after_the_baseline_keeps_what_people_gave_it(cast: Cast, cycle: Cycle) -> None:
    old = series_make(cast.harbour)
    adopted_baseline(cycle, {old: 100})
    new = series_make(cast.harbour, product_make("TILE"))
    save(cast.ana, cycle, new, "50")
    save(cast.olga, cycle, new, "60", JUNE)
    expected = shown(cycle, [old, new])
    close(cast, cycle)
    assert kept(cycle) == expected
    rows = ForecastSnapshot.objects.filter(series=new).order_by("bucket")
    assert list(rows.values_list("naive", "baseline", "sales", "consensus")) == [(None, 0, 50, 50), (None, 0, 0, 60)]


def test_an_inactive_series_is_neither_shown_nor_kept_whatever_was_typed_before(cast: Cast, cycle: Cycle) -> None:
    harbour, ridge = series_make(cast.harbour), series_make(cast.ridge)
    adopted_baseline(cycle, {harbour: 100, ridge: 10})
    save(cast.ben, cycle, ridge, "500")
    Series.objects.filter(pk=ridge.pk).update(active=False)
    close(cast, cycle)
    assert not ForecastSnapshot.objects.filter(series=ridge).exists()
    assert kept(cycle) == shown(cycle, [harbour])
    assert Override.objects.filter(series=ridge).exists(), "what was typed is not lost"


def test_only_the_adopted_run_is_kept(cast: Cast, cycle: Cycle) -> None:
    harbour = series_make(cast.harbour)
    run = adopted_baseline(cycle, {harbour: 999})
    BaselineRun.objects.filter(pk=run.pk).update(adopted=False)
    adopted_baseline(cycle, {harbour: 100})
    close(cast, cycle)
    assert kept(cycle)["baseline"] == 18 * 100


def test_without_a_baseline_gather_does_not_close(cast: Cast, cycle: Cycle) -> None:
    series_make(cast.harbour)
    with pytest.raises(Refused, match="No baseline is adopted yet"):
        close(cast, cycle)
    assert step(cycle, StepKind.GATHER).state == StepState.OPEN
    assert snapshot_version(cycle) is None


def test_a_reopened_step_keeps_a_second_version_beside_the_first(cast: Cast, cycle: Cycle) -> None:
    harbour = series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    close(cast, cycle)
    with pytest.raises(StepClosed):
        save(cast.ana, cycle, harbour, "500")
    with acting(cast.cora, Source.PAGE):
        step_reopen(user=cast.cora, step_id=step(cycle, StepKind.GATHER).pk, reason="Harbour called.")
    save(cast.ana, cycle, harbour, "500")
    close(cast, cycle)
    assert snapshot_version(cycle) == 2
    assert (kept(cycle, 1)["consensus"], kept(cycle, 2)["consensus"]) == (1800, 2200)


def test_months_outside_the_plan_are_not_kept(cast: Cast, cycle: Cycle) -> None:
    harbour = series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    close(cast, cycle)
    assert set(ForecastSnapshot.objects.values_list("bucket", flat=True)) == set(plan_months(cycle))


def test_the_database_lets_nobody_change_a_kept_forecast(cast: Cast, cycle: Cycle) -> None:
    adopted_baseline(cycle, {series_make(cast.harbour): 100})
    close(cast, cycle)
    for change in (lambda: ForecastSnapshot.objects.update(consensus=1), ForecastSnapshot.objects.all().delete):
        with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
            change()
