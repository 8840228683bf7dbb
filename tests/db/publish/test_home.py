"""What publishing adds to the home page."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from publish.constants import MeasureKind
from publish.home import last_result, plan_to_measure
from publish.models import PlanMeasure
from sop.constants import CycleState, StepKind
from sop.models import Cycle
from sop.selectors.cycle import step
from sop.services.cycle import cycle_measured
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def january(cast: Cast) -> Cycle:
    cycle = cycle_make(cast, date(2022, 1, 1))
    Cycle.objects.filter(pk=cycle.pk).update(state=CycleState.CLOSED, published_at=timezone.now())
    return cycle


def measure(cycle: Cycle, forecast: str) -> None:
    PlanMeasure.objects.create(
        cycle=cycle,
        bucket=cycle.bucket,
        lag=0,
        kind=MeasureKind.TOTAL,
        layer="consensus",
        forecast=Decimal(forecast),
        actual=Decimal(100),
        absolute_error=Decimal(30),
    )
    cycle_measured(cycle_id=cycle.pk)


def test_before_the_first_measuring_there_is_no_result(cast: Cast, january: Cycle) -> None:
    assert last_result(cast.ana) == []


@pytest.mark.parametrize(("forecast", "word"), [("110", "bias 10.0% too high"), ("90", "bias 10.0% too low")])
def test_the_last_result_says_error_and_which_way(cast: Cast, january: Cycle, forecast: str, word: str) -> None:
    measure(january, forecast)
    figure = last_result(cast.ana)[0]
    assert (figure.label, figure.value, figure.note) == ("Consensus, Jan 22", "30.0%", f"error (WMAPE); {word}")


def test_a_published_plan_waits_for_its_actuals_and_then_for_its_measuring(cast: Cast, january: Cycle) -> None:
    publish = step(cycle_make(cast), StepKind.PUBLISH)
    assert plan_to_measure(cast.ana, publish) == []
    item = plan_to_measure(cast.cora, publish)[0]
    assert item.detail == "What was sold in January 2022 has not been imported yet."
    assert item.waiting
    measure(january, "100")
    assert plan_to_measure(cast.cora, publish) == []
