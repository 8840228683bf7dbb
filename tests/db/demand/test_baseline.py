"""Baseline runs: asked for, computed in parts, seen whole, the first adopted by itself and no other."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.urls import reverse

from demand.engine import all_series, global_model
from demand.engine import baseline as engine
from demand.models import Baseline, BaselinePart, BaselineRun, BaselineSeries, Series
from demand.selectors.layers import adopted_run, layers
from demand.selectors.runs import accuracy
from demand.services import baseline as service
from demand.services import baseline_stages
from demand.services.baseline import baseline_adopt, baseline_request
from sop.constants import JobState, Source, StepKind, StepState
from sop.engine.months import month_add, month_list
from sop.models import Company, Cycle, CycleEvent, CycleStep, JobChunk, Product, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, history_make, series_make
from tests.factories import Cast, client_of, cycle_make, family_make, product_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

JANUARY = date(2022, 1, 1)
FIRST = date(2019, 1, 1)
SEASON = [80, 80, 90, 100, 120, 140, 150, 140, 120, 100, 90, 80]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


def request(user: User, cycle: Cycle) -> BaselineRun:
    with acting(user, Source.PAGE):
        return baseline_request(user=user, cycle_id=cycle.pk)


def ran(user: User, cycle: Cycle) -> BaselineRun:
    run = request(user, cycle)
    job = parts_run(run.job)
    assert job.state == JobState.DONE, job.error
    run.refresh_from_db()
    return run


def sold(cast: Cast, months: int = 36, until: date = JANUARY) -> Series:
    series = series_make(cast.harbour)
    history_make(series, [SEASON[(12 - months + at) % 12] for at in range(months)], until=until)
    return series


def test_without_any_actual_there_is_nothing_to_learn_from(cast: Cast, cycle: Cycle) -> None:
    series_make(cast.harbour)
    with pytest.raises(Refused, match="There is no history yet: import actuals first"):
        request(cast.olga, cycle)


def test_without_an_active_series_there_is_nothing_to_forecast(cast: Cast, cycle: Cycle) -> None:
    series = sold(cast)
    Series.objects.filter(pk=series.pk).update(active=False)
    with pytest.raises(Refused, match="no series is active"):
        request(cast.olga, cycle)


def test_only_demand_planners_run_and_adopt_while_gather_is_open(cast: Cast, cycle: Cycle) -> None:
    run = adopted_baseline(cycle, {sold(cast): 100})
    for user in (cast.ana, cast.sam, cast.finn, cast.eve, cast.cora):
        with pytest.raises(NotAllowed):
            request(user, cycle)
        with pytest.raises(NotAllowed):
            baseline_adopt(user=user, run_id=run.pk)
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        request(cast.olga, cycle)
    with pytest.raises(StepClosed):
        baseline_adopt(user=cast.olga, run_id=run.pk)


def test_one_run_at_a_time_per_cycle(cast: Cast, cycle: Cycle) -> None:
    sold(cast)
    request(cast.olga, cycle)
    with pytest.raises(Refused, match="Baseline run is running already, asked for by Olga"):
        request(cast.olga, cycle)
    assert BaselineRun.objects.count() == 1


def test_a_run_covers_the_horizon_of_every_series_and_is_seen_when_whole(cast: Cast, cycle: Cycle) -> None:
    series = sold(cast)
    new = series_make(cast.ridge, product_make("TILE"))
    run = request(cast.olga, cycle)
    parts_run(run.job, stop_before_last=True)
    assert adopted_run(cycle) is None
    assert not layers(cycle, series_ids=[series.pk]).baseline.any(), "nobody sees half a baseline"
    assert parts_run(run.job).result == {"run": run.pk, "series": 2, "adopted": True}
    rows = Baseline.objects.filter(run=run)
    assert {rows.filter(series=each).count() for each in (series, new)} == {cycle.horizon_months}
    assert rows.filter(series=series).order_by("bucket").first() == rows.get(series=series, bucket=cycle.bucket)
    first = rows.get(series=series, bucket=cycle.bucket)
    assert first.naive == 80, "the same month a year before"
    assert 60 < first.mean < 110
    assert set(rows.filter(series=new).values_list("mean", flat=True)) == {Decimal(0)}
    assert BaselineSeries.objects.get(run=run, series=new).route == "none"


def test_a_run_tells_how_well_it_forecast_the_last_year(cast: Cast, cycle: Cycle) -> None:
    series = sold(cast)
    run = ran(cast.olga, cycle)
    kept = BaselineSeries.objects.get(run=run)
    (route,) = accuracy(run, "route")
    assert (route.name, route.series, route.wape) == ("Regular", 1, pytest.approx(kept.wape))
    assert route.held_80 is not None
    (family,) = accuracy(run, "family")
    assert (family.name, family.bias) == (series.product.family.name, pytest.approx(kept.bias))
    assert {row.name for row in accuracy(run, "method")} >= {"Theta with its own season"}
    page = client_of(cast.olga).get(reverse("demand:baseline", args=[cycle.pk])).content.decode()
    for heading in ("Its methods", "Its error by family", "Held the 80% range", series.product.family.name):
        assert heading in page


@pytest.mark.parametrize("history", [[], [7], [5, 6, 7]])
def test_one_product_with_hardly_any_history_gets_a_baseline_that_says_why(
    cast: Cast, cycle: Cycle, history: list[float]
) -> None:
    history_make(series_make(cast.ridge, product_make("OTHER", family_make("OTHERS"))), [1], until=JANUARY)
    Series.objects.update(active=False)
    series = series_make(cast.harbour, product_make("SHINGLE"))
    history_make(series, history, until=JANUARY)
    run = ran(cast.olga, cycle)
    facts = BaselineSeries.objects.get(run=run)
    assert facts.reason
    assert facts.months == len(history)
    assert Baseline.objects.filter(run=run, mean__gte=0).count() == cycle.horizon_months


def test_missing_months_count_as_nothing_sold(cast: Cast, cycle: Cycle) -> None:
    gap, whole = sold(cast), series_make(cast.ridge, product_make("TILE"))
    history_make(whole, [SEASON[at % 12] for at in range(36)], until=JANUARY)
    gap.actuals.filter(bucket=date(2021, 6, 1)).delete()
    run = ran(cast.olga, cycle)
    assert set(BaselineSeries.objects.filter(run=run).values_list("months", flat=True)) == {36}


def test_actuals_that_end_early_still_give_the_whole_horizon(cast: Cast, cycle: Cycle) -> None:
    sold(cast, until=date(2021, 10, 1))
    run = ran(cast.olga, cycle)
    assert run.history_until == date(2021, 10, 1)
    buckets = Baseline.objects.filter(run=run).order_by("bucket").values_list("bucket", flat=True)
    assert (buckets[0], len(buckets)) == (cycle.bucket, cycle.horizon_months)


def test_actuals_of_the_month_planned_are_not_looked_at(cast: Cast, cycle: Cycle) -> None:
    sold(cast, until=date(2022, 3, 1))
    assert request(cast.olga, cycle).history_until == JANUARY


def test_a_second_run_is_not_adopted_by_itself(cast: Cast, cycle: Cycle) -> None:
    sold(cast)
    first, second = ran(cast.olga, cycle), ran(cast.olga, cycle)
    assert (second.complete, second.adopted, adopted_run(cycle)) == (True, False, first)
    with acting(cast.olga, Source.PAGE):
        baseline_adopt(user=cast.olga, run_id=second.pk)
    assert adopted_run(cycle) == second
    assert BaselineRun.objects.filter(adopted=True).count() == 1
    assert CycleEvent.objects.get(kind="baseline_adopted").user == cast.olga


def test_the_same_history_gives_the_same_baseline_however_it_is_cut(
    cast: Cast, cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(cast)
    for number in range(3):
        history_make(series_make(cast.ridge, product_make(f"P{number}")), [4, 0, 9] * 8, until=JANUARY)
        history_make(series_make(cast.harbour, product_make(f"R{number}")), [40 + number, 50, 60] * 12, until=JANUARY)
    for module in (all_series, global_model):
        monkeypatch.setattr(module, "SERIES_FROM", 3)
    whole = ran(cast.olga, cycle)
    monkeypatch.setattr(service, "BASELINE_CHUNK_SERIES", 1)
    monkeypatch.setattr(baseline_stages, "BLOCK_SERIES", 2)
    BaselinePart.objects.all().delete()
    parts = ran(cast.olga, cycle)
    assert parts.job is not None
    assert parts.job.chunks.count() == 7 + 1 + 1 + 7 + 1 + 7, "looking, seasons, all series, parts, ranges, saving"
    learnt = BaselineSeries.objects.filter(run=parts, series__product__code__startswith="R")
    assert list(learnt.values_list("members", flat=True)) == ["ets, global, theta"] * 3
    columns = ("series_id", "bucket", "mean", "naive", "q0_1", "q0_9")
    one, other = (
        list(Baseline.objects.filter(run=run).order_by("series", "bucket").values_list(*columns))
        for run in (whole, parts)
    )
    assert one == other


def test_an_incomplete_run_is_not_adopted(cast: Cast, cycle: Cycle) -> None:
    sold(cast)
    run = request(cast.olga, cycle)
    with pytest.raises(Refused, match="not complete yet"):
        baseline_adopt(user=cast.olga, run_id=run.pk)


def test_a_run_that_is_not_whole_fails_and_the_old_one_stays(
    cast: Cast, cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold(cast)
    series_make(cast.ridge, product_make("TILE"))
    old, run = ran(cast.olga, cycle), request(cast.olga, cycle)
    usual = baseline_stages.forecast_rows

    def lose(of: BaselineRun, forecast: pd.DataFrame) -> list[tuple[Any, ...]]:
        return list(usual(of, forecast))[:-1]

    monkeypatch.setattr(baseline_stages, "forecast_rows", lose)
    job = parts_run(run.job)
    assert (job.state, "The run is not whole" in job.error) == (JobState.FAILED, True)
    run.refresh_from_db()
    assert (run.complete, adopted_run(cycle)) == (False, old)


def test_a_run_whose_series_all_became_inactive_is_not_adopted_empty(cast: Cast, cycle: Cycle) -> None:
    sold(cast)
    run = request(cast.olga, cycle)
    Series.objects.update(active=False)
    assert parts_run(run.job).state == JobState.FAILED
    assert adopted_run(cycle) is None


def test_only_the_last_runs_forecasts_are_kept_for_the_next(cast: Cast, cycle: Cycle) -> None:
    sold(cast)
    ran(cast.olga, cycle)
    second = ran(cast.olga, cycle)
    assert set(BaselinePart.objects.values_list("run", "first")) == {
        (second.pk, None),
        (second.pk, Series.objects.get().pk),
    }
    assert set(JobChunk.objects.values_list("output", flat=True)) == {None}


def asked_of(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """Note which series the engine is asked to forecast, and "all" where all are looked over."""
    asked: list[list[Any]] = []
    usual, whole = engine.baseline_chunk, engine.all_series_over

    def some(panel: pd.DataFrame, **more: Any) -> Any:
        asked.append(more["facts"]["unique_id"].tolist())
        return usual(panel, **more)

    def every(parts: Any, **more: Any) -> Any:
        asked.append(["all"])
        return whole(parts, **more)

    monkeypatch.setattr(engine, "baseline_chunk", some)
    monkeypatch.setattr(engine, "all_series_over", every)
    return asked


def rows_of(run: BaselineRun) -> list[tuple[Any, ...]]:
    columns = ("series_id", "bucket", "mean", "naive", "q0_1", "q0_9")
    return list(Baseline.objects.filter(run=run).order_by("series", "bucket").values_list(*columns))


def test_run_again_only_what_changed_is_computed_anew(
    cast: Cast, cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady, changed, new = sold(cast), series_make(cast.ridge), series_make(cast.ridge, product_make("TILE"))
    for series in (changed, new):
        history_make(series, [30 + at % 5 for at in range(8 if series == new else 40)], until=JANUARY)
    asked = asked_of(monkeypatch)
    first = ran(cast.olga, cycle)
    assert sorted(asked, key=len) == [["all"], [steady.pk, changed.pk, new.pk]]
    asked.clear()
    assert rows_of(ran(cast.olga, cycle)) == rows_of(first)
    assert asked == [], "the same inputs"
    changed.actuals.filter(bucket=JANUARY).update(ordered=90)
    again = ran(cast.olga, cycle)
    assert sorted(asked, key=str) == [["all"], [changed.pk, new.pk]], "the short one may borrow the season that changed"
    BaselinePart.objects.all().delete()
    asked.clear()
    fresh = ran(cast.olga, cycle)
    assert sorted(asked, key=len) == [["all"], [steady.pk, changed.pk, new.pk]]
    assert rows_of(again) == rows_of(fresh)
    assert BaselineSeries.objects.get(run=again, series=new).route == "short"


def test_months_by_their_working_days_are_a_choice_of_the_company(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    days = [np.busday_count(f"{month:%Y-%m}", f"{month_add(month, 1):%Y-%m}") for month in month_list(FIRST, 37)]
    history_make(series, [100 * int(count) for count in days], until=JANUARY)
    plain = ran(cast.olga, cycle)
    Company.objects.update_or_create(pk=1, defaults={"working_days": True})
    counted = ran(cast.olga, cycle)
    assert (plain.summary["working_days"], counted.summary["working_days"]) == (False, True)
    months = Baseline.objects.filter(run=counted, series=series).order_by("bucket").values_list("bucket", "mean")
    for month, mean in months:
        count = np.busday_count(f"{month:%Y-%m}", f"{month_add(month, 1):%Y-%m}")
        assert float(mean) == pytest.approx(100 * count, abs=12)
    Company.objects.update(holidays="US")
    holidays = ran(cast.olga, cycle)
    assert holidays.summary["holidays"] == "US"
    july = [Baseline.objects.get(run=run, series=series, bucket=date(2022, 7, 1)).mean for run in (counted, holidays)]
    assert july[1] < july[0], "Independence Day"
    with_days, without = (BaselineSeries.objects.get(run=run, series=series).wape for run in (counted, plain))
    assert (with_days or 0) < 0.02 < (without or 0)


def test_a_products_have_a_third_method_where_the_company_chose_it(
    cast: Cast, cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_series, "ETS_BELOW", 0)
    asked = asked_of(monkeypatch)
    heavy, light = sold(cast), series_make(cast.ridge, product_make("TILE"))
    history_make(light, [50 + at % 12 for at in range(40)], until=JANUARY)
    Product.objects.filter(pk=heavy.product_id).update(abc="A")
    plain = ran(cast.olga, cycle)
    Company.objects.update_or_create(pk=1, defaults={"ets_for_a": True})
    asked.clear()
    chosen = ran(cast.olga, cycle)
    assert sorted(asked, key=str) == [["all"], [heavy.pk]], "the others stand as they were"

    def members(run: BaselineRun, series: Series) -> str:
        return BaselineSeries.objects.get(run=run, series=series).members

    assert [members(plain, series) for series in (heavy, light)] == ["theta", "theta"]
    assert [members(chosen, series) for series in (heavy, light)] == ["ets, theta", "theta"]


def test_parts_with_rows_of_more_work_have_fewer_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BASELINE_CHUNK_SERIES", 30)
    monkeypatch.setattr(service, "BASELINE_HEAVY_WORK", 10)
    ids = list(range(100))
    assert [len(part) for part in service._cut(ids, set())] == [30, 30, 30, 10]
    parts = service._cut(ids, set(range(10)))
    assert [len(part) for part in parts] == [3, 3, 3, 21, 30, 30, 10]
    assert [number for part in parts for number in part] == ids
