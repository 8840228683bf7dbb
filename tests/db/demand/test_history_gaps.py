"""Whole months missing from history: said in a sentence, never taken for months without sales in silence."""

from datetime import date

import pytest

from demand.models import Series
from demand.selectors.runs import history_gaps
from demand.services.baseline import baseline_request
from sop.models import Cycle
from sop.refusals import Refused
from tests.demand_makers import history_make, series_make
from tests.factories import Cast, client_of, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

JANUARY = date(2022, 1, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def series(cast: Cast) -> Series:
    return series_make(cast.harbour)


def test_a_whole_history_has_nothing_to_say(cycle: Cycle, series: Series) -> None:
    assert history_gaps(cycle) == []
    history_make(series, [5] * 24, until=JANUARY)
    assert history_gaps(cycle) == []


def test_months_nobody_brought_in_are_named_on_the_page(cast: Cast, cycle: Cycle, series: Series) -> None:
    history_make(series, [5] * 24, until=JANUARY)
    series.actuals.filter(bucket__in=[date(2021, 6, 1), date(2021, 8, 1)]).delete()
    sentence = "Nothing at all was ordered in June 2021, August 2021; if that is a file missing"
    assert history_gaps(cycle)[0].startswith(sentence)
    assert sentence in client_of(cast.olga).get(f"/cycle/{cycle.pk}/baseline/").content.decode()
    history_make(series_make(cast.ridge), [5] * 24, until=JANUARY)
    assert history_gaps(cycle) == [], "one customer who ordered nothing is no gap"


def test_history_that_ends_early_says_where(cycle: Cycle, series: Series) -> None:
    history_make(series, [5] * 12, until=date(2021, 10, 1))
    assert history_gaps(cycle) == [
        "Actuals end in October 2021; the months from there to the plan are forecast across."
    ]


def test_months_of_the_plan_itself_fill_no_gap_before_it(cast: Cast, cycle: Cycle, series: Series) -> None:
    history_make(series, [5], until=date(2022, 3, 1))
    with pytest.raises(Refused, match="There is no history yet"):
        baseline_request(user=cast.olga, cycle_id=cycle.pk)
    history_make(series, [5] * 12, until=date(2021, 10, 1))
    assert baseline_request(user=cast.olga, cycle_id=cycle.pk).history_until == date(2021, 10, 1)
