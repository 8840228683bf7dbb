"""Chosen baselines: who may, what fits, which reaches a row, and what the next run makes of it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from demand.frames import history_panel
from demand.models import Baseline, BaselineChoice, BaselineRun, BaselineSeries, Series
from demand.selectors.choices import choice_of, facts_with_choices
from demand.services.baseline import baseline_request
from demand.services.choice import Chosen, baseline_choose, choice_withdraw
from sop.constants import JobState, Source, StepKind, StepState
from sop.models import Cycle, CycleEvent, CycleStep, User
from sop.refusals import Conflict, NotAllowed, Refused, StepClosed
from sop.request_context import acting
from tests.demand_makers import history_make, series_make
from tests.factories import Cast, cycle_make, family_make, location_make, product_make
from tests.support.work import parts_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]

JANUARY = date(2022, 1, 1)


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


def choose(cycle: Cycle, user: User, **said: Any) -> BaselineChoice:
    with acting(user, Source.PAGE):
        return baseline_choose(user=user, cycle_id=cycle.pk, chosen=Chosen(**{"reason": "A contract"} | said))


def withdraw(cycle: Cycle, user: User, choice: BaselineChoice, reason: str = "It ran out") -> BaselineChoice:
    with acting(user, Source.PAGE):
        return choice_withdraw(user=user, cycle_id=cycle.pk, choice_id=choice.pk, reason=reason)


def run_of(cycle: Cycle, user: User) -> BaselineRun:
    with acting(user, Source.PAGE):
        run = baseline_request(user=user, cycle_id=cycle.pk)
    job = parts_run(run.job)
    assert job.state == JobState.DONE, job.error
    return run


def means(run: BaselineRun, series: Series, count: int = 18) -> list[Decimal]:
    return list(Baseline.objects.filter(run=run, series=series).order_by("bucket").values_list("mean", flat=True))[
        :count
    ]


def profile(facts: Any, series: Series) -> list[float]:
    row = facts[facts["unique_id"] == series.pk].iloc[0]
    return [float(row[f"p{month}"]) for month in range(1, 13)]


def test_only_demand_planners_choose_and_withdraw_while_gather_is_open(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    chosen = choose(cycle, cast.olga, product=series.product, method="ses")
    for user in (cast.ana, cast.sam, cast.finn, cast.eve, cast.cora):
        with pytest.raises(NotAllowed, match="Only demand planners"):
            choose(cycle, user, product=series.product, method="theta")
        with pytest.raises(NotAllowed, match="Only demand planners"):
            withdraw(cycle, user, chosen)
    CycleStep.objects.filter(cycle=cycle, kind=StepKind.GATHER).update(state=StepState.CLOSED)
    with pytest.raises(StepClosed):
        choose(cycle, cast.olga, family=series.product.family, method="theta")
    with pytest.raises(StepClosed):
        withdraw(cycle, cast.olga, chosen)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"product": None}, "Name a product or a family, one of the two"),
        ({"family": True}, "Name a product or a family, one of the two"),
        ({"customer": True}, "It reaches no row"),
        ({"method": "crystal"}, "Choose a method from the list"),
        ({"method": "flat", "quantity": None}, "needs its quantity"),
        ({"method": "flat", "quantity": Decimal(-1)}, "needs its quantity"),
        ({"quantity": Decimal(5)}, "Only a flat level has a quantity"),
        ({"method": "like"}, "Name the other product"),
        ({"method": "like", "like": "itself"}, "Name the other product"),
        ({"like": "other"}, "Only what sells like another product"),
        ({"method": "like", "like": "other", "scale_percent": Decimal(0)}, "above 0 and at most 1000"),
        ({"method": "like", "like": "other", "ramp_months": 37}, "at most 36 months"),
        ({"ramp_months": 3}, "Only a flat level or a like product is reached over months"),
        ({"reason": "  "}, "Say in a sentence why"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(cast: Cast, cycle: Cycle, said: dict[str, Any], words: str) -> None:
    series = series_make(cast.harbour)
    rows = {"itself": series.product, "other": product_make("OTHER")}
    given: dict[str, Any] = {"product": series.product, "method": "ses"} | said
    if given.get("family"):
        given["family"] = series.product.family
    if given.get("customer"):
        given["customer"] = cast.ridge
    if "like" in given:
        given["like"] = rows[given["like"]]
    with pytest.raises(Refused, match=words):
        choose(cycle, cast.olga, **given)
    assert not BaselineChoice.objects.exists()


def test_one_at_a_time_for_the_same_and_withdrawn_once(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    first = choose(cycle, cast.olga, product=series.product, method="flat", quantity=Decimal(40), ramp_months=2)
    with pytest.raises(Refused, match="Olga chose a flat level of 40 a month, reached over 2 months for the same"):
        choose(cycle, cast.olga, product=series.product, method="ses")
    with pytest.raises(Refused, match="Say why it no longer holds"):
        withdraw(cycle, cast.olga, first, " ")
    withdraw(cycle, cast.olga, first)
    with pytest.raises(Conflict, match="Olga withdrew it"):
        withdraw(cycle, cast.olga, first)
    choose(cycle, cast.olga, product=series.product, method="ses")
    reasons = list(BaselineChoice.history.filter(id=first.pk).values_list("history_change_reason", "source"))
    assert reasons == [("It ran out", "page"), ("A contract", "page")]
    assert CycleEvent.objects.filter(kind__startswith="baseline_cho").count() == 3


def test_the_narrowest_choice_reaches_a_row(cast: Cast, cycle: Cycle) -> None:
    series = series_make(cast.harbour)
    other = series_make(cast.ridge)
    family = choose(cycle, cast.olga, family=series.product.family, method="ses")
    assert choice_of(series) == choice_of(other) == family
    one = choose(cycle, cast.olga, family=series.product.family, customer=cast.harbour, method="theta")
    assert (choice_of(series), choice_of(other)) == (one, family)
    product = choose(cycle, cast.olga, product=series.product, method="same_month")
    assert choice_of(series) == choice_of(other) == product
    both = choose(cycle, cast.olga, product=series.product, customer=cast.harbour, method="recent_mean")
    assert (choice_of(series), choice_of(other)) == (both, product)
    withdraw(cycle, cast.olga, both)
    assert choice_of(series) == product


def test_a_flat_level_is_shared_by_what_each_row_sold(cast: Cast, cycle: Cycle) -> None:
    large, small = series_make(cast.harbour), series_make(cast.ridge)
    history_make(large, [30] * 12, until=JANUARY)
    history_make(small, [10] * 12, until=JANUARY)
    choose(cycle, cast.olga, product=large.product, method="flat", quantity=Decimal(100))
    facts = facts_with_choices(series_ids=[large.pk], until=JANUARY)
    assert profile(facts, large) == pytest.approx([75.0] * 12), "whichever rows are asked for"
    assert profile(facts_with_choices(series_ids=[small.pk], until=JANUARY), small) == pytest.approx([25.0] * 12)


def test_nothing_sold_shares_a_flat_level_evenly(cast: Cast, cycle: Cycle) -> None:
    rows = [series_make(cast.harbour), series_make(cast.ridge)]
    choose(cycle, cast.olga, product=rows[0].product, method="flat", quantity=Decimal(100))
    facts = facts_with_choices(series_ids=[row.pk for row in rows], until=JANUARY)
    assert [profile(facts, row)[0] for row in rows] == [50.0, 50.0]


def test_a_new_product_sells_like_another_at_the_same_customer_and_is_ramped_up(cast: Cast, cycle: Cycle) -> None:
    old = product_make("OLD")
    new = product_make("NEW", old.family)
    year = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]  # February 2021 to January 2022
    history_make(series_make(cast.harbour, old), year, until=JANUARY)
    history_make(series_make(cast.ridge, old), [5] * 12, until=JANUARY)
    fresh, elsewhere = series_make(cast.harbour, new), series_make(cast.ridge, new, location_make("DC9"))
    choose(cycle, cast.olga, product=new, method="like", like=old, scale_percent=Decimal(50), ramp_months=2)
    run = run_of(cycle, cast.olga)
    assert means(run, fresh, 4) == pytest.approx([Decimal("2.5"), 10, 15, 20], abs=1), "whole units, half in month one"
    assert set(means(run, elsewhere)) == {0}, "its warehouse never sold the like product"
    row = BaselineSeries.objects.get(run=run, series=fresh)
    assert (row.route, row.members) == ("chosen", "profile")
    assert row.reason == "Olga chose 50 % of Old's last year, reached over 2 months: A contract."


def test_where_the_like_product_was_sold_to_nobody_here_its_year_is_shared_evenly(cast: Cast, cycle: Cycle) -> None:
    old, new = product_make("OLD"), product_make("NEW")
    history_make(series_make(cast.harbour, old), [30] * 12, until=JANUARY)
    rows = [series_make(cast.ridge, new, location_make(code)) for code in ("DC8", "DC9")]
    choose(cycle, cast.olga, product=new, method="like", like=old)
    facts = facts_with_choices(series_ids=[row.pk for row in rows], until=JANUARY)
    assert [profile(facts, row) for row in rows] == [[15.0] * 12] * 2


def test_a_method_chosen_for_a_family_counts_from_the_next_run(cast: Cast, cycle: Cycle) -> None:
    doors = product_make("DOOR", family_make("DOORS"))
    chosen, usual = series_make(cast.harbour, doors), series_make(cast.harbour, product_make("SHINGLE"))
    for series in (chosen, usual):
        history_make(series, [80, 90, 100, 110, 120, 130, 140, 130, 120, 110, 100, 90] * 3, until=JANUARY)
    before = run_of(cycle, cast.olga)
    assert BaselineSeries.objects.get(run=before, series=chosen).route == "regular"
    choose(cycle, cast.olga, family=doors.family, method="same_month")
    after = run_of(cycle, cast.olga)
    assert means(after, chosen, 12) == [80, 90, 100, 110, 120, 130, 140, 130, 120, 110, 100, 90]
    assert BaselineSeries.objects.get(run=after, series=usual).route == "regular"
    assert means(after, usual) == means(before, usual)


def test_a_successor_has_its_predecessors_months_before_its_own(cast: Cast, cycle: Cycle) -> None:
    first = product_make("FIRST")
    second, third = product_make("SECOND", first.family), product_make("THIRD", first.family)
    second.predecessor, third.predecessor = first, second
    second.save()
    third.save()
    history_make(series_make(cast.harbour, first), [1] * 8, until=date(2021, 8, 1))
    history_make(series_make(cast.harbour, second), [2] * 4, until=date(2021, 10, 1))
    latest, new = series_make(cast.harbour, third), series_make(cast.ridge, third)
    history_make(latest, [3], until=date(2021, 12, 1))
    panel = history_panel(series_ids=[latest.pk, new.pk], until=JANUARY)
    assert set(panel["unique_id"]) == {latest.pk}, "at Ridge nobody bought the earlier ones"
    assert panel["ds"].iloc[0].date() == date(2021, 1, 1)
    assert panel["y"].tolist() == [1.0] * 6 + [2.0] * 4 + [0.0, 3.0, 0.0]


def test_a_successor_without_a_sale_yet_begins_with_its_predecessor(cast: Cast, cycle: Cycle) -> None:
    old = product_make("OLD")
    new = product_make("NEW", old.family)
    new.predecessor = old
    new.save()
    history_make(series_make(cast.harbour, old), [7] * 3, until=JANUARY)
    series = series_make(cast.harbour, new)
    assert history_panel(series_ids=[series.pk], until=JANUARY)["y"].tolist() == [7.0] * 3
