"""The page of one row's baseline: what it shows and to whom, thin history, no run, a history that changed since."""

import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.models import Baseline, BaselineRun, BaselineSeries, Cleansing, Series
from demand.selectors.layers import plan_months
from demand.selectors.row_study import row_study
from demand.services.baseline import baseline_request
from demand.services.choice import Chosen, baseline_choose
from sop.constants import JobState, Source
from sop.engine.months import month_add
from sop.models import Cycle, User
from sop.request_context import acting
from tests.api_calls import api_of
from tests.demand_makers import adopted_baseline, history_make, series_make
from tests.factories import Cast, client_of, cycle_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
DECEMBER = date(2021, 12, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


def seasonal(months: int = 60) -> list[float]:
    at = np.arange(months)
    noise = np.random.default_rng(4).normal(0, 6, months)
    return [float(value) for value in np.round(300 + at + 90 * np.sin(2 * np.pi * at / 12) + noise)]


def words(answer: HttpResponse) -> str:
    text = re.sub(r"<script.*?</script>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip().replace("&#x27;", "'")


def read(user: User, cycle: Cycle, series: Series, name: str = "baseline-row") -> str:
    answer = client_of(user).get(reverse(f"demand:{name}", args=[cycle.pk, series.pk]))
    assert answer.status_code == 200
    return words(answer)


def ran(user: User, cycle: Cycle) -> BaselineRun:
    with acting(user, Source.PAGE):
        run = baseline_request(user=user, cycle_id=cycle.pk)
    assert parts_run(run.job).state == JobState.DONE
    return run


def test_without_a_run_it_says_who_acts_next(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    text = read(cast.ana, cycle, series)
    assert "Nothing is forecast yet" in text
    adopted_baseline(cycle, {series_make(cast.ridge): 5})
    assert "Not in the adopted baseline" in read(cast.ana, cycle, series)
    missing = client_of(cast.ana).get(reverse("demand:row-study", args=[cycle.pk, series.pk]))
    assert missing.status_code == 404


def test_a_regular_row_is_taken_apart_and_tested(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    values = seasonal()
    values[-20] = 900.0
    history_make(series, values, until=DECEMBER)
    bucket = month_add(DECEMBER, -19)
    fix = {"raw": 900, "proposed": 300, "cleaned": 300, "why": "Far off", "kind": "outlier", "state": "accepted"}
    Cleansing.objects.create(series=series, bucket=bucket, **fix, decided_by=cast.olga)
    run = ran(cast.olga, cycle)
    page = read(cast.ana, cycle, series)
    assert f"{series.product.name}" in page
    assert "Why this baseline" in page and "Held against last year" in page
    assert "May 2020" in page and "Outlier" in page and "Olga" in page
    study = read(cast.ana, cycle, series, "row-study")
    assert "A strong season: the same months are high and low every year." in study
    assert "What is left looks like chance." in study
    assert "Last year, forecast as if it were to come" in study
    assert "Theta with its own season" in study and "Same month last year" in study
    assert "History or choices changed" not in study
    # The whole baseline, by its run, is the mean of what is found again: no other series taught it anything.
    facts = BaselineSeries.objects.get(run=run, series=series)
    found = row_study(cycle, cast.ana, series_id=series.pk)
    assert found is not None
    mean = next(test for test in found.tests if test.way == "Mean of these")
    assert mean.wape == pytest.approx(facts.wape, abs=1e-5)
    assert mean.fva == pytest.approx(facts.fva, abs=1e-5)
    baseline = list(Baseline.objects.filter(run=run, series=series).order_by("bucket").values_list("mean", flat=True))
    ahead = dict(zip(found.ahead, np.mean([member.points for member in found.members], axis=0), strict=True))
    assert [ahead[month] for month in plan_months(cycle)] == pytest.approx([float(value) for value in baseline], abs=1)
    raw = dict(zip(found.past, next(t for t in found.figure["data"] if t["name"] == "Raw")["y"], strict=True))
    cleaned = dict(zip(found.past, next(t for t in found.figure["data"] if t["name"] == "Cleaned")["y"], strict=True))
    assert (raw[bucket], cleaned[bucket]) == (900, 300)


def test_a_history_that_changed_since_is_said(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    history_make(series, seasonal(), until=DECEMBER)
    ran(cast.olga, cycle)
    series.actuals.filter(bucket=date(2021, 6, 1)).update(ordered=Decimal(999))
    assert "History or choices changed since the adopted run" in read(cast.olga, cycle, series, "row-study")
    assert "Run the baseline again" in read(cast.olga, cycle, series, "row-study")
    assert "Run the baseline again" not in read(cast.ana, cycle, series, "row-study")


@pytest.mark.parametrize("months", [1, 8, 18])
def test_a_young_row_has_no_parts_and_says_so(cast: Cast, cycle: Cycle, months: int) -> None:
    series = series_make(cast.harbour)
    history_make(series, seasonal(months), until=DECEMBER)
    sibling = series_make(cast.ridge)
    history_make(sibling, seasonal(48), until=DECEMBER)
    ran(cast.olga, cycle)
    text = read(cast.ana, cycle, series, "row-study")
    assert f"from two years of history on; this row has {months} month" in text
    assert "History or choices changed" not in text


def test_a_row_nobody_ever_ordered_and_a_chosen_one(cast: Cast, cycle: Cycle) -> None:
    series, other = series_make(cast.harbour), series_make(cast.ridge)
    history_make(other, seasonal(40), until=DECEMBER)
    with acting(cast.olga, Source.PAGE):
        chosen = Chosen(product=series.product, customer=cast.ridge, method="same_month", reason="A contract")
        baseline_choose(user=cast.olga, cycle_id=cycle.pk, chosen=chosen)
    ran(cast.olga, cycle)
    assert "Nothing of this row can be tested" in read(cast.olga, cycle, series, "row-study")
    page = read(cast.olga, cycle, other)
    assert "Olga" in page and "A contract" in page
    assert "The same month last year" in read(cast.olga, cycle, other, "row-study")


def test_a_rep_sees_own_rows_only_in_few_queries(cast: Cast, cycle: Cycle) -> None:
    mine, theirs = series_make(cast.harbour), series_make(cast.ridge)
    for series in (mine, theirs):
        history_make(series, seasonal(30), until=DECEMBER)
    ran(cast.olga, cycle)
    client = client_of(cast.ana)
    for name in ("baseline-row", "row-study"):
        assert client.get(reverse(f"demand:{name}", args=[cycle.pk, theirs.pk])).status_code == 404
        address = reverse(f"demand:{name}", args=[cycle.pk, mine.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 24, name
    api = api_of(cast.ana)
    address = f"/api/v1/cycles/{cycle.pk}/baseline/rows/"
    assert api.get(f"{address}{theirs.pk}/").status_code == 404
    told: dict[str, Any] = api.get(f"{address}{mine.pk}/").json()
    assert told["baseline"]["series"] == mine.pk
    assert [part["name"] for part in told["parts"]] == ["Trend", "Season", "What is left"]
    assert len(told["parts"][0]["quantities"]) == len(told["past"]) == 30
    assert {test["way"] for test in told["tests"]} >= {"Same month last year", "Theta with its own season"}
    assert told["history_changed"] is False


def test_the_rows_and_the_grid_lead_here(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    history_make(series, seasonal(30), until=DECEMBER)
    ran(cast.olga, cycle)
    address = reverse("demand:baseline-row", args=[cycle.pk, series.pk])
    client = client_of(cast.ana)
    assert address in client.get(reverse("demand:profiles", args=[cycle.pk])).content.decode()
    panel = client.get(reverse("demand:panel", args=[cycle.pk]), {"row": f"s{series.pk}"})
    assert address in panel.content.decode()


def test_the_web_process_starts_without_the_engines() -> None:
    code = (
        "import sys, django; django.setup(); import sop.urls; "
        "assert not {'statsmodels', 'statsforecast', 'sklearn'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
