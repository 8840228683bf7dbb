"""A baseline run beside another: each cause of a move from the facts that prove it, totals, scope, page and program."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.constants import Cause
from demand.models import Actual, Baseline, BaselineRun, BaselineSeries, Cleansing, Series
from demand.selectors.moves import Comparison, Move, MoveFilter, Moves, comparable
from demand.services.baseline import baseline_request
from sop.constants import CycleState, JobState, Source, StepKind, StepState
from sop.engine.months import month_add, month_list
from sop.models import Cycle, CycleStep, Price, User
from sop.request_context import acting
from sop.services.history import bulk_upsert_with_history
from tests.api_calls import api_of
from tests.demand_makers import adopted_baseline, history_make, series_make
from tests.factories import Cast, client_of, cycle_make, family_make, product_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

JANUARY, FEBRUARY = date(2022, 1, 1), date(2022, 2, 1)
FACTS: dict[str, Any] = {"route": "regular", "reason": "40 months of regular demand.", "months": 40, "noise": 10.0}


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def series(cast: Cast) -> Series:
    return series_make(cast.harbour)


def run_make(cycle: Cycle, means: dict[Series, float], facts: dict[Series, Any] | None = None, **more: Any) -> Any:
    """Return a complete run, an hour after the last, that forecasts the same every month."""
    last = BaselineRun.objects.order_by("-created_at").first()
    fields = {"first_bucket": cycle.bucket, "horizon_months": 3, "history_until": month_add(cycle.bucket, -1)}
    run = BaselineRun.objects.create(cycle=cycle, complete=True, **fields | more)
    if last:
        BaselineRun.objects.filter(pk=run.pk).update(created_at=last.created_at + timedelta(hours=1))
        run.refresh_from_db()
    for each, mean in means.items():
        BaselineSeries.objects.create(run=run, series=each, **FACTS | (facts or {}).get(each, {}))
        Baseline.objects.bulk_create(
            Baseline(run=run, series=each, bucket=bucket, mean=Decimal(str(mean)))
            for bucket in month_list(run.first_bucket, run.horizon_months)
        )
    return run


def one(user: User, new: BaselineRun, old: BaselineRun) -> Move:
    (move,) = Moves(Comparison(new, old, user), MoveFilter())
    return move


def words(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).strip().replace("&#x27;", "'")


def page(user: User, run: BaselineRun, **query: str) -> str:
    answer = client_of(user).get(reverse("demand:baseline-compare", args=[run.cycle_id, run.pk]), query)
    assert answer.status_code == 200
    return words(answer)


# -- causes


@pytest.mark.parametrize(
    ("before", "after", "cause", "why"),
    [
        (
            {},
            {"route": "intermittent", "reason": "Sold in 9 of 40."},
            "route",
            "Was regular, now intermittent. Sold in",
        ),
        ({}, {"broke_on": JANUARY, "broke_to": 0.5}, "break", "on another level since January 2022, at 50%"),
        ({"broke_on": JANUARY}, {"broke_on": JANUARY}, "learnt", "learnt anew"),
        ({}, {"route": "chosen", "reason": "Olga chose a flat level of 9."}, "choice", "Olga chose a flat level of 9."),
        ({"route": "chosen", "reason": "Olga chose."}, {}, "choice", "was withdrawn; its history decides again"),
        ({"route": "chosen", "reason": "Olga: 9."}, {"route": "chosen", "reason": "Olga: 8."}, "choice", "Olga: 8."),
        ({"route": "chosen", "reason": "Same."}, {"route": "chosen", "reason": "Same."}, "learnt", "learnt anew"),
    ],
)
def test_what_a_run_kept_of_a_row_is_the_cause(
    cast: Cast, cycle: Cycle, series: Series, before: dict[str, Any], after: dict[str, Any], cause: str, why: str
) -> None:
    old = run_make(cycle, {series: 100}, {series: before})
    move = one(cast.olga, run_make(cycle, {series: 150}, {series: after}), old)
    assert (move.cause, move.before, move.after, move.units) == (cause, 300, 450, 150)
    assert why in move.why


@pytest.mark.parametrize(("mean", "cause"), [(102, "sums"), (103, "learnt"), (98, "sums"), (97, "learnt")])
def test_only_a_small_move_is_put_down_to_the_sums(
    cast: Cast, cycle: Cycle, series: Series, mean: float, cause: str
) -> None:
    old = run_make(cycle, {series: 100})
    assert one(cast.olga, run_make(cycle, {series: mean}), old).cause == cause


def test_rows_come_and_go(cast: Cast, cycle: Cycle, series: Series) -> None:
    other = series_make(cast.ridge, product_make("TILE"))
    old = run_make(cycle, {series: 100})
    new = run_make(cycle, {other: 10}, {other: {"reason": "3 months of history."}})
    Series.objects.filter(pk=series.pk).update(active=False)
    moves = Moves(Comparison(new, old, cast.olga), MoveFilter())
    assert [(move.series, move.cause, move.why) for move in moves] == [
        (series.pk, Cause.GONE, "It is no longer active."),
        (other.pk, Cause.NEW, "The earlier run did not know it. 3 months of history."),
    ]


def correct(series: Series, at: Any) -> None:
    row = {
        "series_id": series.pk,
        "bucket": JANUARY,
        "kind": "outlier",
        "cause": "above",
        "raw": Decimal(9),
        "proposed": Decimal(5),
    }
    row |= {"cleaned": Decimal(5), "why": "", "note": "", "state": "accepted", "effective_at": at}
    before = Cleansing.objects.filter(series=series, bucket=JANUARY).first()
    seen = {(series.pk, JANUARY): before.version if before else 0}
    bulk_upsert_with_history(Cleansing, key=("series_id", "bucket"), rows=[row], seen=seen)


def test_a_correction_between_the_runs_is_the_cause(cast: Cast, cycle: Cycle, series: Series) -> None:
    old = run_make(cycle, {series: 100})
    new = run_make(cycle, {series: 101})
    correct(series, new.created_at)
    correct(series, new.created_at + timedelta(minutes=1))  # once more after the run: it counted in it all the same
    move = one(cast.olga, new, old)
    assert (move.cause, move.why) == (Cause.CORRECTION, "What counts of January 2022 was corrected or given back.")
    later = run_make(cycle, {series: 102})
    BaselineRun.objects.filter(pk=new.pk).update(created_at=new.created_at + timedelta(minutes=2))
    new.refresh_from_db()
    assert one(cast.olga, later, new).cause == Cause.SUMS, "a correction before both runs is in both"


def test_an_end_date_between_the_runs_is_the_cause(cast: Cast, cycle: Cycle, series: Series) -> None:
    old = run_make(cycle, {series: 100})
    BaselineRun.objects.filter(pk=old.pk).update(created_at=old.created_at - timedelta(hours=2))
    old.refresh_from_db()
    product = series.product
    product.name = "Another name"
    product.save()
    new = run_make(cycle, {series: 50})
    BaselineRun.objects.filter(pk=new.pk).update(created_at=new.created_at + timedelta(hours=3))
    new.refresh_from_db()
    assert one(cast.olga, new, old).cause == Cause.LEARNT, "a new name ends nothing"
    product.ended_on = date(2022, 3, 31)
    product.save()
    move = one(cast.olga, new, old)
    assert (move.cause, move.why) == (Cause.END, "Its end date was set to 31 March 2022.")


@pytest.mark.parametrize(("came", "cause"), [(111, "month"), (109, "learnt"), (89, "month")])
def test_a_newest_month_far_from_its_forecast_is_the_cause(
    cast: Cast, cycle: Cycle, series: Series, came: float, cause: str
) -> None:
    early = Cycle.objects.create(
        bucket=JANUARY, state=CycleState.CLOSED, opened_by=cast.cora, opened_at=cycle.opened_at
    )
    old = run_make(early, {series: 100}, adopted=True)  # its first month, January, is what came in since
    history_make(series, [came], until=JANUARY)
    new = run_make(cycle, {series: 150})
    move = one(cast.olga, new, old)
    assert (move.cause, move.before, move.after) == (cause, 200, 300), "only the months both forecast"
    near = "January 2022 came in within its usual error"
    assert (f"January 2022 came in: {came} asked for, 100 forecast." if cause == "month" else near) in move.why
    assert comparable(new) == [(old, "last cycle's baseline")]


def test_a_month_the_first_run_did_not_forecast_is_held_against_the_year_before(
    cast: Cast, cycle: Cycle, series: Series
) -> None:
    history_make(series, [80, *[100.0] * 11, 200], until=JANUARY)
    old = run_make(cycle, {series: 100}, history_until=date(2021, 12, 1))
    move = one(cast.olga, run_make(cycle, {series: 150}), old)
    assert (move.cause, move.why) == (Cause.MONTH, "January 2022 came in: 200 asked for, 80 a year before.")


# -- totals, filters, scope


def test_totals_families_and_causes_agree_with_the_rows(cast: Cast, cycle: Cycle, series: Series) -> None:
    tile = series_make(cast.ridge, product_make("TILE", family_make("TILES")))
    same = series_make(cast.ridge, series.product)
    Price.objects.create(product=series.product, valid_from=JANUARY, price=Decimal(2))
    Price.objects.create(product=tile.product, valid_from=JANUARY, price=Decimal(100))
    old = run_make(cycle, {series: 100, tile: 50, same: 10})
    new = run_make(cycle, {series: 200, tile: 40, same: 10}, {tile: {"route": "growing"}})
    found = Comparison(new, old, cast.olga)
    assert (found.total.rows, found.total.moved, found.total.before, found.total.after) == (3, 2, 480, 750)
    assert (found.total.money_before, found.total.money) == (330 * 2 + 150 * 100, 300 * 2 - 30 * 100)
    assert sorted((row.code, row.units) for row in found.families) == [("ROOFING", 300), ("TILES", -30)]
    assert [(row.code, row.moved) for row in found.causes] == [("route", 1), ("learnt", 1)]
    rows = Moves(found, MoveFilter())
    assert [row.series for row in rows] == [tile.pk, series.pk], "most money first"
    narrowed = [MoveFilter(family="TILES"), MoveFilter(cause="route"), MoveFilter(words="tile ridge")]
    for asked in narrowed:
        assert (len(Moves(found, asked)), [row.series for row in Moves(found, asked)]) == (1, [tile.pk])
    assert len(Moves(found, MoveFilter(words="no such"))) == 0
    assert len(Moves(found, MoveFilter(words="100%"))) == 0


def test_a_rep_sees_own_rows_only(cast: Cast, cycle: Cycle, series: Series) -> None:
    foreign = series_make(cast.ridge, product_make("TILE"))
    owner, other = series.customer.owner, foreign.customer.owner
    assert owner is not None
    assert owner != other
    old = run_make(cycle, {series: 100, foreign: 100}, adopted=True)
    new = run_make(cycle, {series: 150, foreign: 900})
    text = page(owner, new)
    assert "1 row moved" in text
    assert foreign.product.name not in text
    assert Comparison(new, old, owner).total.after == 450
    rows = api_of(owner).rows(f"/api/v1/baseline-runs/{new.pk}/moves/")
    assert [row["series"] for row in rows] == [series.pk]


def test_any_number_of_rows_takes_as_many_queries(cast: Cast, cycle: Cycle, series: Series) -> None:
    def counted(run: BaselineRun) -> int:
        client = client_of(cast.olga)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("demand:baseline-compare", args=[cycle.pk, run.pk]))
        return len(queries)

    run_make(cycle, {series: 100}, adopted=True)
    one_row = counted(run_make(cycle, {series: 150}))
    more = [series_make(cast.ridge, product_make(f"T{number}")) for number in range(60)]
    new = run_make(cycle, dict.fromkeys(more, 5.0))
    assert counted(new) == one_row
    assert "1 to 50 of 61" in page(cast.olga, new)
    assert "51 to 61 of 61" in page(cast.olga, new, page="2")


# -- the page


def test_a_run_is_compared_and_adopted_from_its_page(cast: Cast, cycle: Cycle, series: Series) -> None:
    run_make(cycle, {series: 100}, adopted=True)
    new = run_make(cycle, {series: 150}, {series: {"broke_on": JANUARY, "broke_to": 1.5}})
    baseline = client_of(cast.olga).get(reverse("demand:baseline", args=[cycle.pk]))
    assert "1 of 1 row moved: +150 units" in words(baseline)
    address = reverse("demand:baseline-compare", args=[cycle.pk, new.pk])
    assert baseline.content.decode().count(address) == 2, "at the newer run, and in the list"
    text = page(cast.olga, new)
    assert "Demand is on another level since January 2022, at 150% of the one before." in text
    assert "Adopt it" in text
    assert "Adopt it" not in page(cast.eve, new)
    client_of(cast.olga).post(reverse("demand:baseline-adopt", args=[cycle.pk, new.pk]))
    assert "Adopt it" not in page(cast.olga, new)


def test_the_page_says_when_there_is_nothing_to_compare(cast: Cast, cycle: Cycle, series: Series) -> None:
    first = run_make(cycle, {series: 100}, adopted=True)
    assert "Nothing to compare with yet" in page(cast.olga, first)
    half = BaselineRun.objects.create(
        cycle=cycle, first_bucket=cycle.bucket, horizon_months=3, history_until=JANUARY, complete=False
    )
    assert "This run is not complete" in page(cast.olga, half)
    same = run_make(cycle, {series: 100})
    assert "Nothing moves" in page(cast.olga, same)
    assert "No such row" in page(cast.olga, same, words="zzz")
    address = reverse("demand:baseline-compare", args=[cycle.pk, same.pk])
    for wrong in (half.pk, same.pk, "x", 10**30):
        assert client_of(cast.olga).get(address, {"against": str(wrong)}).status_code == 404
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    text = page(cast.olga, same)
    assert "Gather demand is not open" in text
    assert "Adopt it" not in text


def test_the_first_run_of_a_cycle_is_offered_beside_the_last_cycles(cast: Cast, cycle: Cycle, series: Series) -> None:
    early = Cycle.objects.create(
        bucket=JANUARY, state=CycleState.CLOSED, opened_by=cast.cora, opened_at=cycle.opened_at
    )
    old = run_make(early, {series: 100}, adopted=True)
    new = run_make(cycle, {series: 150}, adopted=True)
    answer = client_of(cast.olga).get(reverse("demand:baseline", args=[cycle.pk]))
    assert "Against last cycle's baseline" in words(answer)
    assert f"{reverse('demand:baseline-compare', args=[cycle.pk, new.pk])}?against={old.pk}" in answer.content.decode()
    text = page(cast.olga, new, against=str(old.pk))
    assert "Feb 2022 to Mar 2022" in text


def test_programs_read_moves_and_families(cast: Cast, cycle: Cycle, series: Series) -> None:
    old = run_make(cycle, {series: 100}, adopted=True)
    new = run_make(cycle, {series: 150}, {series: {"route": "growing", "reason": "Short."}})
    api, at = api_of(cast.olga), f"/api/v1/baseline-runs/{new.pk}/moves/"
    (row,) = api.rows(at)
    assert (row["cause"], row["why"], row["before"]) == ("route", "Was regular, now growing. Short.", 300)
    assert api.rows(f"{at}?against={old.pk}&cause=route&words=harb") == [row]
    assert api.rows(f"{at}?cause=month") == []
    (family,) = api.rows(f"{at}families/")
    assert (family["family"], family["after"], family["moved"]) == (series.product.family.code, 450, 1)
    assert api.get(f"{at}?cause=nonsense").status_code == 400
    assert api.get(f"{at}?against={new.pk}").status_code == 404
    assert api.get("/api/v1/baseline-runs/999999/moves/").status_code == 404


# -- real runs


def test_between_two_real_runs_only_what_was_ordered_since_is_told(cast: Cast, cycle: Cycle, series: Series) -> None:
    def ran() -> BaselineRun:
        with acting(cast.olga, Source.PAGE):
            run = baseline_request(user=cast.olga, cycle_id=cycle.pk)
        job = parts_run(run.job)
        assert job.state == JobState.DONE, job.error
        return BaselineRun.objects.get(pk=run.pk)

    history_make(series, [100 + at % 5 for at in range(40)], until=date(2021, 12, 1))
    first = ran()
    again = ran()
    assert len(Moves(Comparison(again, first, cast.olga), MoveFilter())) == 0
    Actual.objects.create(series=series, bucket=JANUARY, ordered=300, shipped=300)
    move = one(cast.olga, ran(), first)
    assert move.cause in {Cause.MONTH, Cause.CORRECTION}, move.why


# -- how far a run is


def test_a_run_under_way_shows_its_stage_and_can_be_stopped(cast: Cast, cycle: Cycle, series: Series) -> None:
    history_make(series, [100.0] * 30, until=JANUARY)
    address = reverse("demand:baseline", args=[cycle.pk])
    olga, eve = client_of(cast.olga), client_of(cast.eve)
    with acting(cast.olga, Source.PAGE):
        run = baseline_request(user=cast.olga, cycle_id=cycle.pk)
    assert "A run is under way" in words(olga.get(address))
    part = words(olga.get(address, headers={"HX-Request": "true"}))
    assert "Looking through history, stage 1 of 5" in part or "stage 1 of 5" in part
    assert "Stop" in part
    assert "Stop" not in words(eve.get(address, headers={"HX-Request": "true"}))
    run.job.chunks.filter(stage__lt=2).update(state=JobState.DONE)
    assert "Forecasts, part 1 of 2, stage 3 of 5" in words(olga.get(address, headers={"HX-Request": "true"}))
    olga.post(reverse("sop:job-stop", args=[run.job_id]))
    ended = olga.get(address, headers={"HX-Request": "true"})
    assert (ended.headers.get("HX-Refresh"), "under way" in words(olga.get(address))) == ("true", False)


def test_adopted_baselines_have_no_rows_to_tell_a_route_of(cast: Cast, cycle: Cycle, series: Series) -> None:
    old = adopted_baseline(cycle, {series: 100})
    new = run_make(cycle, {series: 150}, horizon_months=cycle.horizon_months)
    assert one(cast.olga, new, old).cause == Cause.LEARNT, "an earlier release kept no facts of the row"
