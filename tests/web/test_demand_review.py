"""The review's pages: what they list and to whom, words that are refused, the way from question to answer."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demand.models import ChangeReview, ForecastSnapshot, Series
from demand.selectors.change_groups import ChangeGroup, change_groups
from demand.selectors.layers import plan_months
from sop.constants import Progress, StepState
from sop.engine.months import month_add
from sop.models import Budget, Cycle, CycleStep, Price, StepProgress, User
from tests.demand_makers import adopted_baseline, history_make, override_make, series_make
from tests.factories import FEBRUARY, Cast, client_of, customer_make, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100, series_make(cast.ridge): 50})
    Price.objects.create(product=series.product, valid_from=FEBRUARY, price=10)
    override_make(cycle, series, FEBRUARY, 140, cast.ana)
    return series


def words(answer: HttpResponse) -> str:
    """Return a page's text, one space between words."""
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).strip()
    return text.replace("&#x27;", "'")


def page(user: User, cycle: Cycle, name: str = "review", *numbers: object, **query: str) -> str:
    answer = client_of(user).get(reverse(f"demand:{name}", args=[cycle.pk, *numbers]), query)
    assert answer.status_code == 200, answer.status_code
    return words(answer)


def post(user: User, cycle: Cycle, name: str, *numbers: object, **typed: object) -> HttpResponse:
    return client_of(user).post(reverse(f"demand:{name}", args=[cycle.pk, *numbers]), typed, follow=True)


def only(cycle: Cycle) -> ChangeGroup:
    (group,) = change_groups(cycle)
    return group


def test_before_a_baseline_the_pages_say_who_acts_next(cast: Cast, cycle: Cycle) -> None:
    assert "There is no baseline yet" in page(cast.olga, cycle)
    assert "Go to the baseline" in page(cast.olga, cycle, "consensus")
    text = page(cast.eve, cycle, "consensus")
    assert "The demand planner runs the baseline first." in text
    assert "Go to the baseline" not in text


def test_without_a_change_it_says_until_when_reps_adjust(cast: Cast, cycle: Cycle) -> None:
    adopted_baseline(cycle, {series_make(cast.harbour): 100})
    text = page(cast.olga, cycle)
    assert "Nobody changed the baseline" in text
    assert "Reps adjust until" in text


def test_each_change_stands_with_its_money_reason_and_record(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    text = page(cast.olga, cycle)
    assert "To decide 1" in text
    assert "Shingle Ana, Harbour · Roofing Feb 22 1 cell 100 140 +40 +40% +$400 No past yet ▲ 1 without reason" in text
    assert "Ana ○ Not started" not in text, "she works"
    assert "1 change is not reviewed. 1 change has no reason." in text
    assert "Not submitted: Ana, Ben. Only the coordinator closes without them." in text


def test_a_record_is_told_beside_the_change(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    before = Cycle.objects.create(
        bucket=month_add(FEBRUARY, -1),
        horizon_months=18,
        state="closed",
        opened_at=cycle.opened_at,
        opened_by=cast.cora,
    )
    history_make(harbour, [100], until=month_add(FEBRUARY, -1))
    ForecastSnapshot.objects.create(
        cycle=before, series=harbour, bucket=before.bucket, baseline=110, sales=150, consensus=150
    )
    assert "+50% (baseline +10%) 0 of 1 helped" in page(cast.olga, cycle)


def test_the_planner_accepts_what_was_chosen(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    text = words(post(cast.olga, cycle, "review-accept", change=[only(cycle).key], note="Seen"))
    assert "Accepted 1 change." in text
    assert "To decide 0" in text
    assert "Accepted 1" in text
    assert "✓ Every change is looked at." in text
    assert "Shingle" in page(cast.olga, cycle, show="accepted")
    assert ChangeReview.objects.get().note == "Seen"


def test_all_below_a_percent_are_accepted_or_it_is_said_why_not(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    refused = post(cast.olga, cycle, "review-accept", percent="5")
    assert (refused.status_code, ChangeReview.objects.count()) == (422, 0)
    assert "No change that waits for you is below 5 %." in words(refused)
    assert post(cast.olga, cycle, "review-accept", percent="many").status_code == 422
    assert "Accepted 1 change." in words(post(cast.olga, cycle, "review-accept", percent="50"))


def test_numbers_that_moved_since_answer_409_and_keep_what_was_typed(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    old = only(cycle).key
    client = client_of(cast.ana)
    cell = f'{{"series": {harbour.pk}, "bucket": "2022-02-01", "quantity": "400", "version": 1}}'
    change = f'{{"change_set": "6f1c9a52-2a4f-4a8e-9c67-0b7f1f0f8a11", "cells": [{cell}]}}'
    assert (
        client.post(reverse("demand:save", args=[cycle.pk]), change, content_type="application/json").status_code == 200
    )
    late = post(cast.olga, cycle, "review-accept", change=[old], note="Fine")
    assert late.status_code == 409
    assert "Shingle: Ana's numbers changed at" in words(late)
    assert 'value="Fine"' in late.content.decode()
    asked = post(cast.olga, cycle, "review-ask", change=old, note="Why?")
    assert asked.status_code == 409
    assert post(cast.olga, cycle, "review-accept", change=["nonsense"]).status_code == 400


def test_a_question_goes_to_the_reps_home_and_its_answer_back(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    refused = post(cast.olga, cycle, "review-ask", change=only(cycle).key, note=" ")
    assert refused.status_code == 422
    assert "Ana is asked about Shingle." in words(
        post(cast.olga, cycle, "review-ask", change=only(cycle).key, note="Why +40 %?")
    )
    assert "Asked back 1" in page(cast.olga, cycle)
    home = words(client_of(cast.ana).get(reverse("sop:home")))
    assert "Olga asks about Shingle for Harbour: Why +40 %?" in home
    assert "asks about" not in words(client_of(cast.ben).get(reverse("sop:home")))
    own = (cast.ana.pk, harbour.product_id)
    answer = client_of(cast.ana).get(reverse("demand:change", args=[cycle.pk, *own]))
    assert "Olga asks: Why +40 %?" in words(answer)
    grid = f"{reverse('demand:adjust', args=[cycle.pk])}?row=p{harbour.product_id}&amp;bucket=2022-02-01"
    assert grid in answer.content.decode()
    stale = post(cast.ana, cycle, "change-answer", harbour.product_id, version="9", note="A new depot")
    assert stale.status_code == 409
    assert "A new depot</textarea>" in stale.content.decode()
    done = post(cast.ana, cycle, "change-answer", harbour.product_id, version="1", note="A new depot")
    assert "Answered: the demand planner sees it next." in words(done)
    assert "asks about" not in words(client_of(cast.ana).get(reverse("sop:home")))
    text = page(cast.olga, cycle)
    assert "● Answered Olga: Why +40 %? Ana: A new depot" in text
    said = page(cast.olga, cycle, "change", *own).split("What was said")[1]
    assert "Ana answered: A new depot" in said
    assert "Why +40 %?" in said


def test_many_questions_are_told_one_by_one_and_counted(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    for number in range(4):
        override_make(cycle, series_make(cast.harbour, product_make(f"P{number}")), FEBRUARY, number + 1, cast.ana)
    for group in change_groups(cycle):
        post(cast.olga, cycle, "review-ask", change=group.key, note="Why?")
    home = words(client_of(cast.ana).get(reverse("sop:home")))
    assert home.count("Olga asks about") == 3
    assert "2 more questions about your changes" in home
    assert "Other questions to you" in page(cast.ana, cycle, "change", cast.ana.pk, harbour.product_id)


def test_others_changes_are_nowhere_for_a_rep(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    ben = client_of(cast.ben)
    assert ben.get(reverse("demand:change", args=[cycle.pk, cast.ana.pk, harbour.product_id])).status_code == 404
    assert ben.get(reverse("demand:review", args=[cycle.pk])).status_code == 403
    assert post(cast.ben, cycle, "change-answer", harbour.product_id, version="1", note="x").status_code == 422
    assert ben.get(reverse("demand:change", args=[cycle.pk, cast.ben.pk, 0])).status_code == 404
    assert "Nothing is changed here" in page(cast.ben, cycle, "change", cast.ben.pk, harbour.product_id)


def test_who_may_only_look_and_a_closed_step_offer_no_word(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    key = only(cycle).key
    assert "Accept the chosen" in page(cast.olga, cycle)
    assert "Accept the chosen" not in page(cast.eve, cycle)
    assert post(cast.eve, cycle, "review-accept", change=[key]).status_code == 403
    CycleStep.objects.filter(cycle=cycle, kind="gather").update(state=StepState.CLOSED)
    text = page(cast.olga, cycle)
    assert "this can no longer change" in text
    assert "Accept the chosen" not in text
    assert "Next: close gather demand" not in text
    refused = post(cast.olga, cycle, "review-accept", change=[key])
    assert (refused.status_code, ChangeReview.objects.count()) == (422, 0)


def test_settled_territories_fold_and_closing_is_offered(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    StepProgress.objects.filter(step__cycle=cycle).update(state=Progress.SUBMITTED)
    text = page(cast.olga, cycle)
    assert "Settled: Ben" in text
    assert "Close gather demand" in text
    post(cast.olga, cycle, "review-accept", change=[only(cycle).key])
    text = page(cast.olga, cycle)
    assert "Settled: Ben" in text, "Ana's change still has no reason"
    step = CycleStep.objects.get(cycle=cycle, kind="gather")
    client_of(cast.olga).post(reverse("sop:step-close", args=[step.pk]))
    step.refresh_from_db()
    assert step.state == StepState.CLOSED


def test_the_coordinator_closes_without_the_late_with_a_reason_here(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    text = page(cast.cora, cycle)
    assert "Close all the same" in text
    assert "Close all the same" not in page(cast.olga, cycle)


def test_the_list_is_narrowed_by_family_and_person(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    override_make(cycle, Series.objects.get(customer=cast.ridge), FEBRUARY, 60, cast.ben)
    assert "Shingle Ben, Ridge" not in page(cast.olga, cycle, person=str(cast.ana.pk))
    assert "No change fits." in page(cast.olga, cycle, family="999")
    assert "Shingle Ben, Ridge" in page(cast.olga, cycle, family="x")


def test_the_consensus_page_tells_every_layer_and_both_bridges(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    text = page(cast.olga, cycle, "consensus", window="3")
    assert "There is no budget of these months." in text
    assert "No earlier cycle planned these months" in text
    assert "Roofing 225 450 490 · · 490 · · · ·" in text
    for month in plan_months(cycle)[:3]:
        Budget.objects.create(family=harbour.product.family, bucket=month, units=150, revenue=1500)
    text = page(cast.finn, cycle, "consensus", window="3", unit="money")
    assert "$4,900" in text
    assert "Budget stands at 450 $4,500 Roofing adds +40 +$400 Consensus stands at 490 $4,900" in text
    assert (
        "as a waterfall"
        in client_of(cast.olga)
        .get(reverse("demand:consensus", args=[cycle.pk]), {"window": "nonsense", "unit": "x"})
        .content.decode()
    )


def test_the_pages_take_the_same_queries_however_many_changes_there_are(
    cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    def count(name: str) -> int:
        client = client_of(cast.olga)
        client.get(reverse(f"demand:{name}", args=[cycle.pk]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"demand:{name}", args=[cycle.pk]))
        return len(queries)

    few = count("review"), count("consensus")
    for number in range(6):
        customer = customer_make(f"C{number}", cast.north, cast.ana)
        series = series_make(customer, product_make(f"P{number}"))
        override_make(cycle, series, FEBRUARY, Decimal(number + 1), cast.ana)
    assert (count("review"), count("consensus")) == few
    assert max(few) <= 30  # most of them are the frame around every page
