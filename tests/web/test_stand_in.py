"""A method that fails in a run: the row and the baseline page say so in words, and the next run tries again."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from demand.engine import theta
from demand.models import Baseline, BaselineRun, BaselineSeries, Series
from demand.services.baseline import baseline_request
from demand.services.choice import Chosen, baseline_choose
from sop.constants import JobState, Source
from sop.models import Cycle, User
from sop.request_context import acting
from tests.demand_makers import history_make, series_make
from tests.factories import Cast, client_of, cycle_make, product_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

JANUARY = date(2022, 1, 1)
SAID = (
    "Left out: Theta with its own season (it stopped with an error); Theta and Holt-Winters (statsmodels) in its place."
)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def two(cast: Cast) -> tuple[Series, Series]:
    """Return two series of regular demand: one of 40 months, on which Theta fails, and one of 36."""
    one, other = series_make(cast.harbour), series_make(cast.ridge, product_make("TILE"))
    for series, months in ((one, 40), (other, 36)):
        random = np.random.default_rng(series.pk)
        history_make(series, [90 + at % 12 + int(random.integers(9)) for at in range(months)], until=JANUARY)
    return one, other


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    usual = theta.theta_method()

    def forecast(*, y: Any, h: int) -> Any:
        if len(y) == 40:
            raise ValueError("odd data")
        return usual.forecast(y=y, h=h)

    monkeypatch.setattr(theta, "theta_method", lambda: SimpleNamespace(forecast=forecast))
    return monkeypatch


def ran(user: User, cycle: Cycle) -> BaselineRun:
    with acting(user, Source.PAGE):
        run = baseline_request(user=user, cycle_id=cycle.pk)
    assert parts_run(run.job).state == JobState.DONE
    return run


def page(user: User, name: str, *numbers: int) -> str:
    answer = client_of(user).get(reverse(f"demand:{name}", args=numbers))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_row_and_the_page_say_what_was_left_out_and_what_stands_in(
    cast: Cast, cycle: Cycle, two: tuple[Series, Series], broken: pytest.MonkeyPatch
) -> None:
    run = ran(cast.olga, cycle)
    facts = {row.series_id: row for row in BaselineSeries.objects.filter(run=run)}
    assert (facts[two[0].pk].fallback, facts[two[1].pk].fallback) == (SAID, "")
    assert facts[two[0].pk].members == "ets, theta_hw"
    assert f"1 row: {SAID}" in page(cast.olga, "baseline", cycle.pk)
    assert SAID in page(cast.olga, "profiles", cycle.pk)
    study = page(cast.olga, "baseline-row", cycle.pk, two[0].pk)
    assert SAID in study
    assert "Theta and Holt-Winters (statsmodels)" in study


def test_the_next_run_tries_again_what_failed(
    cast: Cast, cycle: Cycle, two: tuple[Series, Series], broken: pytest.MonkeyPatch
) -> None:
    ran(cast.olga, cycle)
    broken.undo()
    again = ran(cast.olga, cycle)
    assert set(BaselineSeries.objects.filter(run=again).values_list("members", "fallback")) == {("ets, theta", "")}


def test_it_is_chosen_like_the_other_methods(cast: Cast, cycle: Cycle, two: tuple[Series, Series]) -> None:
    with acting(cast.olga, Source.PAGE):
        chosen = Chosen(method="theta_hw", product=two[0].product, reason="The others jump.")
        choice = baseline_choose(user=cast.olga, cycle_id=cycle.pk, chosen=chosen)
    assert choice.words == "Theta and Holt-Winters (statsmodels)"
    run = ran(cast.olga, cycle)
    row = BaselineSeries.objects.get(run=run, series=two[0])
    assert (row.route, row.members, row.fallback) == ("chosen", "theta_hw", "")
    assert min(Baseline.objects.filter(run=run, series=two[0]).values_list("mean", flat=True)) > 50
    assert "Theta and Holt-Winters (statsmodels)" in page(cast.olga, "choices", cycle.pk)
