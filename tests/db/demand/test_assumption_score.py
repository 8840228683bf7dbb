"""Assumptions held against what came: what was expected, the plan without them, noise, row scope, tallies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from demand.hooks import assumptions_run_on, baseline_is_adopted, layers_are_kept
from demand.models import Actual, Assumption, BaselineRun, BaselineSeries, Series
from demand.selectors.assumption_score import AssumptionScore, assumption_scores, turned_out
from demand.selectors.assumptions import assumptions_of
from demand.services.assumption import assumption_hand_over, assumption_state, assumption_withdraw
from demand.services.assumption_rules import Stated
from sop import cycle_hooks
from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, CycleStep, Price, User
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.services.cycle import step_close
from tests.demand_makers import adopted_baseline, history_make, override_make, series_make
from tests.factories import FEBRUARY, Cast, cycle_make, product_make

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY, JUNE = (date(2022, month, 1) for month in (3, 4, 5, 6))


@dataclass
class World:
    """A cycle of February; Ana's series at 100 a month, Ben's at 50."""

    cast: Cast
    cycle: Cycle
    harbour: Series
    ridge: Series
    run: BaselineRun

    def state(self, user: User | None = None, **said: object) -> Assumption:
        """State 30 units a month of Ana's customer, February to April, unless said otherwise."""
        known: dict[str, object] = {"kind": "project", "state": "in_number", "note": "140 roofs", "last_bucket": APRIL}
        known |= {} if "percent" in said else {"quantity": Decimal(30)}
        known |= {} if {"product", "family", "customer"} & said.keys() else {"customer": self.cast.harbour}
        stated = Stated(**known | {"first_bucket": FEBRUARY} | said)  # type: ignore[arg-type]
        with acting(user or self.cast.ana, Source.PAGE):
            return assumption_state(user=user or self.cast.ana, cycle_id=self.cycle.pk, stated=stated)

    def later(self, bucket: date = JUNE) -> Cycle:
        """Close gather demand and open a later cycle."""
        with acting(self.cast.cora, Source.PAGE):
            step_close(user=self.cast.cora, step_id=step(self.cycle, StepKind.GATHER).pk, reason="Over.")
        CycleStep.objects.filter(cycle=self.cycle).update(state=StepState.CLOSED)
        Cycle.objects.filter(pk=self.cycle.pk).update(state="closed")
        self.cycle = cycle_make(self.cast, bucket)
        return self.cycle

    def score(self, assumption: Assumption, user: User | None = None) -> AssumptionScore | None:
        """Return an assumption's score as a person sees it from the cycle that is open now."""
        who = user or self.cast.olga
        return assumption_scores(self.cycle, who, assumptions_of(self.cycle, who)).get(assumption.pk)


@pytest.fixture
def world(cast: Cast, bare_steps: None) -> Iterator[World]:
    cycle_hooks.on_close(StepKind.GATHER)(layers_are_kept)
    cycle_hooks.before_close(StepKind.GATHER)(baseline_is_adopted)
    cycle_hooks.on_cycle_open(assumptions_run_on)
    cycle = cycle_make(cast)
    harbour, ridge = series_make(cast.harbour), series_make(cast.ridge)
    yield World(cast, cycle, harbour, ridge, adopted_baseline(cycle, {harbour: 100, ridge: 50}))


def noise(world: World, series: Series, units: float) -> None:
    BaselineSeries.objects.create(run=world.run, series=series, route="regular", reason="", months=36, noise=units)


def test_what_came_is_demand_less_the_plan_without_it(world: World) -> None:
    Price.objects.create(product=world.harbour.product, price=Decimal(4), valid_from=date(2021, 1, 1))
    stated = world.state()
    world.later()
    history_make(world.harbour, [130, 124, 118, 500], until=MAY)
    score = world.score(stated)
    assert score is not None
    assert (score.known, score.months, score.expected, score.came) == (3, 3, 90, 72)
    assert (score.expected_money, score.came_money, score.stated_by) == (360, 288, "Ana")
    assert score.sentence == "Came: 80% of +90"


def test_cancelled_orders_did_not_come(world: World) -> None:
    stated = world.state()
    world.later()
    history_make(world.harbour, [130, 130, 130, 100], until=MAY)
    Actual.objects.filter(series=world.harbour).update(cancelled=30)
    assert world.score(stated).sentence == "Nothing of +90 came"  # type: ignore[union-attr]


def test_a_percent_is_of_the_sales_layer_and_less_may_have_come(world: World) -> None:
    override_make(world.cycle, world.harbour, MARCH, 200, world.cast.ana)
    stated = world.state(percent=Decimal(-50))
    world.later()
    history_make(world.harbour, [60, 120, 60, 100], until=MAY)
    score = world.score(stated)
    assert score is not None
    assert (score.expected, score.came) == (-200, -160)
    assert score.sentence == "Came: 80% of −200"


def test_the_plan_without_it_has_the_others(world: World) -> None:
    one, other = world.state(), world.state(quantity=Decimal(60))
    world.later()
    history_make(world.harbour, [160, 160, 160, 100], until=MAY)
    assert world.score(one).came == 0  # type: ignore[union-attr]
    assert world.score(other).came == 90  # type: ignore[union-attr]


def test_what_takes_away_more_than_there_is_was_expected_to_take_what_there_is(world: World) -> None:
    stated = world.state(quantity=Decimal(-500))
    world.later()
    history_make(world.harbour, [0, 0, 0, 100], until=MAY)
    history_make(world.ridge, [50, 50, 50, 50], until=MAY)
    score = world.score(stated)
    assert (score.expected, score.sentence) == (-300, "Came: 100% of −300")  # type: ignore[union-attr]


def test_a_planners_number_and_a_risk_are_not_held_against_anything(world: World) -> None:
    stated, risk = world.state(), world.state(state="risk")
    override_make(world.cycle, world.harbour, MARCH, 111, world.cast.olga)
    world.later()
    history_make(world.harbour, [130, 500, 130, 100], until=MAY)
    score = world.score(stated)
    assert (score.known, score.expected, score.came) == (2, 60, 60)  # type: ignore[union-attr]
    assert world.score(risk) is None


def test_too_early_before_three_months_or_all_are_known(world: World) -> None:
    long, short = world.state(last_bucket=date(2022, 7, 1)), world.state(last_bucket=FEBRUARY)
    world.later(APRIL)
    history_make(world.harbour, [160, 130], until=MARCH)
    assert world.score(long).sentence == "Too early: 2 of 6 months known"  # type: ignore[union-attr]
    assert world.score(short).sentence == "Came: 100% of +30"  # type: ignore[union-attr]


def test_an_effect_within_the_noise_of_its_rows_tells_nothing(world: World) -> None:
    noise(world, world.harbour, 60)
    stated = world.state()
    larger = world.state(quantity=Decimal(70))
    world.later()
    history_make(world.harbour, [130, 124, 118, 500], until=MAY)
    score = world.score(stated)
    assert score is not None
    assert score.noise == pytest.approx((3 * 60**2) ** 0.5)
    assert score.sentence == "Too small to tell: +90 is within the ±104 these rows are usually off"
    assert world.score(larger).outcome.is_judged  # type: ignore[union-attr]


def test_each_month_counts_once_as_the_last_cycle_that_planned_it_had_it(world: World) -> None:
    stated = world.state()
    following = world.later(MARCH)
    adopted_baseline(following, {world.harbour: 110, world.ridge: 50})
    world.later(JUNE)
    history_make(world.harbour, [130, 140, 140, 100], until=MAY)
    score = world.score(stated)
    assert (score.known, score.expected, score.came) == (3, 90, 90)  # type: ignore[union-attr]


def test_what_was_withdrawn_counts_in_the_months_that_had_it(world: World) -> None:
    stated = world.state()
    following = world.later(APRIL)
    adopted_baseline(following, {world.harbour: 100, world.ridge: 50})
    with acting(world.cast.ana, Source.PAGE):
        assumption_withdraw(
            user=world.cast.ana, cycle_id=following.pk, assumption_id=stated.pk, version=1, reason="Off"
        )
    world.later(JUNE)
    history_make(world.harbour, [130, 130, 130, 100], until=MAY)
    score = world.score(stated)
    assert (score.known, score.months, score.sentence) == (2, 2, "Came: 100% of +60")  # type: ignore[union-attr]


def test_a_successors_part_is_left_out(world: World) -> None:
    heir = product_make("SHINGLE2", world.harbour.product.family)
    series_make(world.cast.harbour, heir)
    said = {"kind": "discontinued", "percent": None, "quantity": None, "last_bucket": None}
    stated = world.state(world.cast.olga, product=world.harbour.product, successor=heir, **said)
    world.later()
    history_make(world.harbour, [10, 0, 0, 0], until=MAY)
    history_make(world.ridge, [1, 1, 1, 1], until=MAY)
    score = world.score(stated)
    assert (score.expected, score.came) == (-600, -586)  # type: ignore[union-attr]


def test_a_rep_sees_what_came_in_own_rows(world: World) -> None:
    stated = world.state(world.cast.olga, product=world.harbour.product, percent=Decimal(50))
    bens = world.state(world.cast.ben, customer=world.cast.ridge)
    world.later()
    history_make(world.harbour, [150, 150, 150, 100], until=MAY)
    history_make(world.ridge, [50, 50, 50, 50], until=MAY)
    assert (world.score(stated).expected, world.score(stated, world.cast.ana).expected) == (225, 150)  # type: ignore[union-attr]
    assert world.score(bens, world.cast.ana) is None


def test_tallies_by_person_kind_and_sureness(world: World) -> None:
    Price.objects.create(product=world.harbour.product, price=Decimal(1), valid_from=date(2021, 1, 1))
    came = world.state(probability=Decimal(80))
    world.state(world.cast.ben, customer=world.cast.ridge, kind="promotion", quantity=Decimal(10))
    world.state(world.cast.ben, customer=world.cast.ridge, last_bucket=JUNE, first_bucket=MAY, quantity=Decimal(10))
    with acting(world.cast.olga, Source.PAGE):
        assumption_hand_over(
            user=world.cast.olga,
            cycle_id=world.cycle.pk,
            assumption_id=came.pk,
            version=1,
            owner=world.cast.olga,
            reason="Ana is away",
        )
    world.later()
    history_make(world.harbour, [130, 130, 130, 100], until=MAY)
    history_make(world.ridge, [50, 50, 50, 50], until=MAY)
    result = turned_out(world.cycle, world.cast.olga, assumptions_of(world.cycle, world.cast.olga))
    tables = {heading: [(t.name, t.count, t.came, t.share, t.open) for t in rows] for heading, rows in result.tables}
    assert tables == {
        "Stated by": [("Ana", 1, 1, 1, 0), ("Ben", 1, 0, 0, 1)],
        "Kind": [("Project", 1, 1, 1, 1), ("Promotion", 1, 0, 0, 0)],
        "Said to be": [("over 80% sure", 1, 0, 0, 1), ("50 to 80% sure", 1, 1, 1, 0)],
    }


def test_however_many_in_the_same_queries_and_none_before_anything_is_known(world: World) -> None:
    first = world.state()
    for _ in range(3):
        world.state()
    assert world.score(first) is None
    world.later()
    assert world.score(first) is None
    history_make(world.harbour, [230, 230, 230, 100], until=MAY)

    def asked(chosen: QuerySet[Assumption], count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(turned_out(world.cycle, world.cast.olga, chosen).scores) == count
        return len(queries)

    every = assumptions_of(world.cycle, world.cast.olga)
    assert asked(every, 4) == asked(every.filter(pk=first.pk), 1)
