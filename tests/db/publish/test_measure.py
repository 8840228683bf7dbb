"""Measuring: every layer against what came, series by series, as a plain loop would."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from unittest.mock import patch

import pandas as pd
import pytest

from demand.models import Actual, ForecastSnapshot
from publish.constants import MeasureKind
from publish.engine.measure import measures_make
from publish.models import PlanMeasure
from publish.selectors import measure_table, months_measured
from publish.services import plan_measure
from sop.constants import Source
from sop.models import Cycle, CycleEvent, Family
from sop.refusals import NotAllowed, Refused
from sop.request_context import acting
from tests.api_world import FEBRUARY, MARCH
from tests.demand_makers import series_make
from tests.factories import Cast, cycle_make, family_make, location_make, product_make
from tests.plan_makers import actual_make, snapshot_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

LAYERS = ("naive", "baseline", "sales", "consensus")


@pytest.fixture
def cycle(cast: Cast) -> Iterator[Cycle]:
    """A cycle with five forecast series; of February came less, more, nothing, a cancellation, and a surprise."""
    made = cycle_make(cast)
    windows = product_make("WINDOW", family_make("WINDOWS"))
    roof, window = product_make("SHINGLE"), windows
    series = [series_make(c, p) for p in (roof, window) for c in (cast.harbour, cast.ridge)]
    series.append(series_make(cast.harbour, roof, location_make("DC2")))
    for one, value in zip(series, ("10", "20", "30", "40", "50"), strict=True):
        snapshot_make(made, {one: value})
    for one, ordered, cancelled in zip(series[:4], ("8", "25", "0", "50"), ("0", "0", "0", "60"), strict=True):
        actual_make(one, FEBRUARY, ordered, cancelled)
    unforecast = series_make(cast.ridge, roof, location_make("DC3"))
    actual_make(unforecast, FEBRUARY, "7")
    with acting(cast.olga, Source.PAGE):
        yield made


def looped(cycle: Cycle, month: date) -> dict[tuple[str, str, str], tuple[Decimal, Decimal, Decimal]]:
    """Return forecast, actual and absolute error by kind, code and layer, one series after the other."""
    found: dict[tuple[str, str, str], tuple[Decimal, Decimal, Decimal]] = {}
    actuals = {a.series: max(a.ordered - a.cancelled, Decimal(0)) for a in Actual.objects.filter(bucket=month)}
    kept = {row.series: row for row in ForecastSnapshot.objects.filter(cycle=cycle, bucket=month)}
    for series in {*actuals, *kept}:
        came = actuals.get(series, Decimal(0))
        groups = [
            ("total", ""),
            ("family", series.product.family.code),
            ("region", series.customer.region.code),
            ("customer", series.customer.code),
        ]
        for layer in LAYERS:
            said = getattr(kept[series], layer) if series in kept else Decimal(0)
            for kind, code in groups:
                before = found.get((kind, code, layer), (Decimal(0),) * 3)
                found[kind, code, layer] = (before[0] + said, before[1] + came, before[2] + abs(said - came))
    return found


def stored() -> dict[tuple[str, str, str], tuple[Decimal, Decimal, Decimal]]:
    rows = PlanMeasure.objects.values_list("kind", "code", "layer", "forecast", "actual", "absolute_error")
    return {(kind, code, layer): (forecast, actual, error) for kind, code, layer, forecast, actual, error in rows}


def test_every_level_and_layer_is_what_a_plain_loop_finds(cast: Cast, cycle: Cycle) -> None:
    assert plan_measure(user=cast.olga, cycle_id=cycle.pk) == [FEBRUARY]
    assert stored() == looped(cycle, FEBRUARY)
    assert stored()["total", "", "consensus"] == (150, 40, 2 + 5 + 30 + 40 + 50 + 7)


def test_the_ratios_are_those_of_the_engine_on_the_same_cells(cast: Cast, cycle: Cycle) -> None:
    plan_measure(user=cast.olga, cycle_id=cycle.pk)
    cells = pd.DataFrame(
        {"y": [8, 25, 0, 0, 0, 7], **{layer: [10, 20, 30, 40, 50, 0] for layer in LAYERS[1:]}}, dtype=float
    )
    engine = measures_make(cells, layers=LAYERS[1:])[-1]
    (row,) = measure_table(cycle, FEBRUARY, MeasureKind.TOTAL)
    label, _, error, bias = row.layers[-1]
    assert (label, error, bias) == ("Consensus", pytest.approx(engine.wmape), pytest.approx(engine.bias))
    assert bias == pytest.approx((150 - 40) / 40), "plus = forecast too high"


def test_measuring_twice_gives_the_same(cast: Cast, cycle: Cycle) -> None:
    plan_measure(user=cast.olga, cycle_id=cycle.pk)
    once = stored()
    plan_measure(user=cast.cora, cycle_id=cycle.pk)
    assert stored() == once


def test_measuring_again_leaves_nothing_of_groups_that_have_changed(cast: Cast, cycle: Cycle) -> None:
    plan_measure(user=cast.olga, cycle_id=cycle.pk)
    Family.objects.filter(code="WINDOWS").update(code="OPENINGS")
    plan_measure(user=cast.olga, cycle_id=cycle.pk)
    families = PlanMeasure.objects.filter(kind="family", layer="consensus")
    assert set(families.values_list("code", flat=True)) == {"ROOFING", "OPENINGS"}
    assert stored() == looped(cycle, FEBRUARY)


def test_actuals_that_come_later_are_taken_in(cast: Cast, cycle: Cycle) -> None:
    plan_measure(user=cast.olga, cycle_id=cycle.pk)
    Actual.objects.filter(ordered=8).update(ordered=12)
    plan_measure(user=cast.olga, cycle_id=cycle.pk)
    assert stored() == looped(cycle, FEBRUARY)


def test_the_newest_snapshot_is_measured(cast: Cast, cycle: Cycle) -> None:
    kept = ForecastSnapshot.objects.filter(cycle=cycle).order_by("id").first()
    assert kept is not None
    snapshot_make(cycle, {kept.series: "11"}, version=2)
    plan_measure(user=cast.olga, cycle_id=cycle.pk)
    assert stored()["total", "", "consensus"][0] == 11


def test_a_month_is_measured_when_it_is_over_and_planned(cast: Cast, cycle: Cycle) -> None:
    series = ForecastSnapshot.objects.filter(cycle=cycle)[0].series
    actual_make(series, MARCH, "5")
    actual_make(series, date(2024, 1, 1), "5")  # beyond the horizon
    with patch("django.utils.timezone.now", return_value=datetime(2022, 3, 31, 12, tzinfo=UTC)):
        assert plan_measure(user=cast.olga, cycle_id=cycle.pk) == [FEBRUARY]
    with patch("django.utils.timezone.now", return_value=datetime(2022, 4, 1, 12, tzinfo=UTC)):
        assert plan_measure(user=cast.olga, cycle_id=cycle.pk) == [FEBRUARY, MARCH]
    assert months_measured(cycle) == [FEBRUARY, MARCH]
    assert set(PlanMeasure.objects.filter(bucket=MARCH).values_list("lag", flat=True)) == {1}
    assert "against 2 months" in CycleEvent.objects.filter(kind="measured")[0].sentence


def test_nothing_is_measured_before_there_is_something(cast: Cast, cycle: Cycle) -> None:
    Actual.objects.all().delete()
    with pytest.raises(Refused, match="bring in the actuals of February 2022"):
        plan_measure(user=cast.olga, cycle_id=cycle.pk)
    cycle.refresh_from_db()
    assert cycle.measured_at is None


def test_a_cycle_that_kept_no_forecast_is_not_measured(cast: Cast, cycle: Cycle) -> None:
    Cycle.objects.update(state="closed")
    march = cycle_make(cast, MARCH)
    actual_make(series_make(cast.ridge, product_make("NAIL")), MARCH, "5")
    with pytest.raises(Refused, match="no forecast was kept"):
        plan_measure(user=cast.olga, cycle_id=march.pk)
    march.refresh_from_db()
    assert march.measured_at is None


@pytest.mark.parametrize("name", ["ana", "finn", "eve", "sam"])
def test_only_who_measures_measures(cast: Cast, cycle: Cycle, name: str) -> None:
    with pytest.raises(NotAllowed):
        plan_measure(user=getattr(cast, name), cycle_id=cycle.pk)
