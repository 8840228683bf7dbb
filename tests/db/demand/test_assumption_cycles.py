"""Assumptions from baseline to baseline, from cycle to cycle, and through the close of gather demand."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Event

import numpy as np
import pytest
from django.db import transaction

from demand.constants import AssumptionState
from demand.hooks import assumptions_run_on, baseline_is_adopted, layers_are_kept
from demand.models import Assumption, AssumptionCell, BaselineRun, ForecastSnapshot, Series
from demand.selectors.assumptions import assumption_groups
from demand.selectors.layers import layers
from demand.selectors.submit import reasons_missing
from demand.services import assumption as services
from demand.services.assumption import assumption_state, assumption_withdraw
from demand.services.assumption_rules import Stated
from demand.services.baseline import baseline_adopt
from sop import cycle_hooks
from sop.constants import Source, StepKind, StepState
from sop.models import Cycle, CycleEvent, CycleStep, Family, User
from sop.refusals import Conflict, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from sop.services.cycle import step_close
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, customer_make, cycle_make, family_make, location_make, product_make
from tests.support.races import PATIENCE, locks_off, meet_after, together

MARCH, APRIL = date(2022, 3, 1), date(2022, 4, 1)
SAID = Stated(
    kind="project",
    state=AssumptionState.IN_NUMBER,
    first_bucket=FEBRUARY,
    last_bucket=APRIL,
    quantity=Decimal(30),
    note="Roofs",
)
LAYERS = ("baseline", "sales", "consensus")


@pytest.fixture
def hooked(bare_steps: None) -> None:
    cycle_hooks.on_close(StepKind.GATHER)(layers_are_kept)
    cycle_hooks.before_close(StepKind.GATHER)(baseline_is_adopted)
    cycle_hooks.on_cycle_open(assumptions_run_on)


def state(cycle: Cycle, user: User, **said: object) -> Assumption:
    with acting(user, Source.PAGE):
        return assumption_state(user=user, cycle_id=cycle.pk, stated=replace(SAID, **said))  # type: ignore[arg-type]


def close(cast: Cast, cycle: Cycle) -> None:
    with acting(cast.cora, Source.PAGE):
        step_close(user=cast.cora, step_id=step(cycle, StepKind.GATHER).pk, reason="The month is over.")


def next_cycle(cast: Cast, cycle: Cycle, bucket: date) -> Cycle:
    CycleStep.objects.filter(cycle=cycle).update(state=StepState.CLOSED)
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    return cycle_make(cast, bucket)


def consensus(cycle: Cycle, series: Series, month: date) -> float:
    plan = layers(cycle, series_ids=[series.pk])
    return float(plan.consensus[0, plan.months.index(month)])


# -- the baseline below


@pytest.mark.django_db
@pytest.mark.usefixtures("hooked")
def test_a_new_baseline_shares_quantities_out_anew(cast: Cast) -> None:
    cycle = cycle_make(cast)
    one, two = series_make(cast.harbour), series_make(cast.ridge)
    state(cycle, cast.olga, product=one.product, quantity=Decimal(90))
    assert (consensus(cycle, one, MARCH), consensus(cycle, two, MARCH)) == (45, 45), "nothing is forecast yet"
    newer = adopted_baseline(cycle, {one: 200, two: 100})
    BaselineRun.objects.filter(pk=newer.pk).update(adopted=False)
    adopted_baseline(cycle, {one: 5, two: 5})
    with acting(cast.olga, Source.PAGE):
        baseline_adopt(user=cast.olga, run_id=newer.pk)
    assert (consensus(cycle, one, MARCH), consensus(cycle, two, MARCH)) == (260, 130)


# -- the next cycle


@pytest.mark.django_db
@pytest.mark.usefixtures("hooked")
def test_what_runs_on_counts_in_the_next_cycle_and_what_is_over_expires(cast: Cast) -> None:
    cycle, harbour = cycle_make(cast), series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    over = state(cycle, cast.ana, customer=cast.harbour, last_bucket=FEBRUARY)
    on = state(cycle, cast.ana, customer=cast.harbour, last_bucket=MARCH)
    gone = state(cycle, cast.ana, customer=cast.harbour)
    with acting(cast.ana, Source.PAGE):
        assumption_withdraw(user=cast.ana, cycle_id=cycle.pk, assumption_id=gone.pk, version=1, reason="Lost it")
    following = next_cycle(cast, cycle, MARCH)
    adopted_baseline(following, {harbour: 80})
    states = {each.pk: each.state for each in Assumption.objects.all()}
    assert states == {over.pk: "expired", on.pk: "in_number", gone.pk: "withdrawn"}
    last = over.history.latest("history_id")
    assert (last.state, last.version, last.history_user_name) == ("expired", 2, "Cora")
    assert last.history_change_reason == "Its months are over: the March 2022 cycle begins later."
    assert [consensus(following, harbour, month) for month in (MARCH, APRIL)] == [110, 80]
    event = CycleEvent.objects.get(cycle=following, kind="assumptions_carried")
    assert event.sentence == "1 assumption runs on, 1 expired."
    assert on.cycle == cycle


@pytest.mark.django_db
@pytest.mark.usefixtures("hooked")
def test_an_earlier_cycle_stays_as_it_was(cast: Cast) -> None:
    cycle, harbour = cycle_make(cast), series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    state(cycle, cast.ana, customer=cast.harbour, last_bucket=FEBRUARY)
    on = state(cycle, cast.ana, customer=cast.harbour)
    following = next_cycle(cast, cycle, MARCH)
    with acting(cast.ana, Source.PAGE):
        assumption_withdraw(user=cast.ana, cycle_id=following.pk, assumption_id=on.pk, version=1, reason="Lost it")
    assert consensus(cycle, harbour, FEBRUARY) == 160
    assert [(g.kind, len(g.rows)) for g in assumption_groups(cycle, cast.ana)] == [("in_number", 2)]
    assert [(g.kind, len(g.rows)) for g in assumption_groups(following, cast.ana)] == [("over", 2)]


@pytest.mark.django_db
@pytest.mark.usefixtures("hooked")
def test_a_discontinued_product_stays_so_to_the_end_of_each_new_horizon(cast: Cast) -> None:
    cycle, harbour = cycle_make(cast), series_make(cast.harbour)
    stated = state(cycle, cast.olga, kind="discontinued", product=harbour.product, quantity=None, last_bucket=None)
    assert stated.last_bucket == date(2023, 7, 1)
    following = next_cycle(cast, cycle, MARCH)
    adopted_baseline(following, {harbour: 80})
    stated.refresh_from_db()
    assert stated.last_bucket == date(2023, 8, 1)
    assert layers(following, series_ids=[harbour.pk]).consensus.sum() == 0


# -- what closing keeps


@pytest.mark.django_db
@pytest.mark.usefixtures("hooked")
@pytest.mark.parametrize("seed", range(4))
def test_the_snapshot_holds_exactly_what_the_layers_show(cast: Cast, seed: int) -> None:
    chance = random.Random(seed)
    cycle = cycle_make(cast)
    families = [family_make(), family_make("TIMBER")]
    products = [product_make(f"P{number}", chance.choice(families)) for number in range(4)]
    products[0].whole_units = False
    products[0].save()
    customers = [cast.harbour, cast.ridge, customer_make("LAKE", cast.north, cast.ana)]
    location_make()
    series = [series_make(customer, product) for product in products for customer in customers]
    adopted_baseline(cycle, {each: chance.choice([0, 3.7, 100.125, 51.333]) for each in series[:-1]})  # one came later
    months = layers(cycle, series_ids=[series[0].pk]).months
    for each in series:
        for user in (cast.olga, *([each.customer.owner] if each.customer.owner else [])):
            if chance.random() < 0.3:
                override_make(cycle, each, chance.choice(months), round(chance.random() * 90, 3), user)
    for _ in range(25):
        first = chance.randrange(18)
        percent = chance.choice([None, round(Decimal(chance.uniform(-100, 70)), 2)])
        scope = chance.choice(
            [
                {"product": products[0]},
                {"family": products[1].family},
                {"customer": cast.harbour},
                {"product": products[2]},
            ]
        )
        state(
            cycle,
            cast.olga,
            state=chance.choice(["in_number", "in_number", "risk", "opportunity"]),
            first_bucket=months[first],
            last_bucket=months[min(17, first + chance.randrange(6))],
            percent=percent,
            quantity=None if percent else Decimal(chance.randrange(-90, 400) or 1),
            **scope,
        )
    Series.objects.filter(pk=series[3].pk).update(active=False)  # its part goes to the others at the close
    close(cast, cycle)
    shown = [each for each in series if each.pk != series[3].pk]
    plan = layers(cycle, series_ids=[each.pk for each in shown])
    kept = {name: np.zeros((len(shown), 18)) for name in LAYERS}
    row_of = {each.pk: at for at, each in enumerate(shown)}
    for row in ForecastSnapshot.objects.filter(cycle=cycle):
        for name in LAYERS:
            kept[name][row_of[row.series_id], months.index(row.bucket)] = float(getattr(row, name))
    for name in LAYERS:
        assert kept[name].tolist() == getattr(plan, name).tolist(), name
    assert kept["consensus"].min() >= 0
    assert kept["consensus"].sum() != kept["sales"].sum()


@pytest.mark.django_db
@pytest.mark.usefixtures("hooked")
def test_a_series_that_came_later_takes_its_part_at_the_close(cast: Cast) -> None:
    cycle, harbour = cycle_make(cast), series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    state(cycle, cast.olga, family=Family.objects.get(), quantity=None, percent=Decimal(-50))
    state(cycle, cast.olga, family=Family.objects.get(), quantity=Decimal(12))
    later = series_make(cast.ridge)
    override_make(cycle, later, MARCH, 40, cast.ben)
    close(cast, cycle)
    assert ForecastSnapshot.objects.get(series=later, bucket=MARCH).consensus == 20
    assert ForecastSnapshot.objects.get(series=harbour, bucket=MARCH).consensus == 62


@pytest.mark.django_db
@pytest.mark.usefixtures("hooked")
def test_a_planner_explains_a_number_against_what_the_assumptions_made(cast: Cast) -> None:
    cycle, harbour = cycle_make(cast), series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    state(cycle, cast.ana, customer=cast.harbour, quantity=Decimal(100))
    override_make(cycle, harbour, MARCH, 195, cast.olga)
    assert reasons_missing(cycle, cast.olga) == []
    override_make(cycle, harbour, APRIL, 100, cast.olga)
    (missing,) = reasons_missing(cycle, cast.olga)
    assert (missing.was, missing.now) == (200, 100)


# -- at the same moment


def check_only(*, cycle_id: int, kind: StepKind) -> CycleStep:
    """Look at the step without locking it: the guard that does not hold."""
    found = step(Cycle.objects.get(pk=cycle_id), kind)
    if found.state != StepState.OPEN:
        raise StepClosed("closed")
    return found


def state_against_close(
    monkeypatch: pytest.MonkeyPatch, cast: Cast, guard: Callable[..., CycleStep]
) -> tuple[object, int, float]:
    """Close gather demand between a statement's check and its write; return its outcome, its cells, what was kept."""
    cycle, harbour = cycle_make(cast), series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    checked, closed = Event(), Event()

    def guarded(*, cycle_id: int, kind: StepKind) -> CycleStep:
        found = guard(cycle_id=cycle_id, kind=kind)
        checked.set()
        closed.wait(PATIENCE)
        return found

    monkeypatch.setattr(services, "step_edit_lock", guarded)

    def closing() -> None:
        checked.wait(5)
        close(cast, cycle)
        closed.set()

    stated, _ = together(lambda: state(cycle, cast.ana, customer=cast.harbour).pk, closing)
    cells = AssumptionCell.objects.filter(cycle=cycle, bucket=MARCH).count()
    return stated, cells, float(ForecastSnapshot.objects.get(bucket=MARCH).consensus)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("hooked")
def test_a_statement_under_way_is_in_what_closing_keeps(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    stated, cells, kept = state_against_close(monkeypatch, cast, services.step_edit_lock)
    assert (isinstance(stated, int), cells, kept) == (True, 1, 130)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("hooked")
def test_without_the_lock_a_statement_slips_in_behind_the_snapshot(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    stated, cells, kept = state_against_close(monkeypatch, cast, check_only)
    assert (isinstance(stated, int), cells, kept) == (True, 1, 100), "the race is no longer there: is it still a race?"


def two_changes(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> tuple[list[object], int]:
    """Let Ana and Olga change one assumption at the same moment; return what became of each, and its last version."""
    cycle, harbour = cycle_make(cast), series_make(cast.harbour)
    adopted_baseline(cycle, {harbour: 100})
    stated = state(cycle, cast.ana, customer=cast.harbour)
    meet_after(monkeypatch, "may_state", services)

    def change(user: User, quantity: int) -> int:
        said = replace(SAID, customer=cast.harbour, quantity=Decimal(quantity))
        with acting(user, Source.PAGE):
            return services.assumption_change(
                user=user, cycle_id=cycle.pk, assumption_id=stated.pk, version=1, stated=said, reason="More"
            ).version

    outcome = together(lambda: change(cast.ana, 40), lambda: change(cast.olga, 50))
    return outcome, Assumption.objects.get().version


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("hooked")
def test_of_two_changes_at_once_the_second_is_told(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    outcome, version = two_changes(monkeypatch, cast)
    assert sorted(isinstance(each, Conflict) for each in outcome) == [False, True]
    assert version == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("hooked")
def test_without_the_rows_lock_one_change_is_lost(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    locks_off(monkeypatch)
    outcome, _ = two_changes(monkeypatch, cast)
    assert outcome == [2, 2], "the race is no longer there: is it still a race?"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("hooked")
def test_stating_while_a_baseline_is_adopted_shares_out_by_the_new_one(cast: Cast) -> None:
    cycle, one, two = cycle_make(cast), series_make(cast.harbour), series_make(cast.ridge)
    newer = adopted_baseline(cycle, {one: 300, two: 100})
    BaselineRun.objects.filter(pk=newer.pk).update(adopted=False)
    adopted_baseline(cycle, {one: 100, two: 100})
    held, go = Event(), Event()

    def adopting() -> None:
        with acting(cast.olga, Source.PAGE), transaction.atomic():
            baseline_adopt(user=cast.olga, run_id=newer.pk)
            held.set()
            go.wait(PATIENCE)  # the statement is on its way meanwhile, and waits

    def stating() -> None:
        held.wait(5)
        state(cycle, cast.olga, product=one.product, quantity=Decimal(40))
        go.set()

    assert together(adopting, stating) == [None, None]
    assert (consensus(cycle, one, MARCH), consensus(cycle, two, MARCH)) == (330, 110)
