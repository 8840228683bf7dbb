"""The review of changes: accepting and asking back what was seen, the answer, and numbers that move afterwards."""

import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demand.constants import Action, Reason
from demand.models import ChangeReview, Series
from demand.selectors.change_groups import ChangeGroup, change_group, change_groups, questions_to, told_of
from demand.services.change_review import (
    Pick,
    change_answer,
    change_ask,
    changes_accept,
    changes_accept_below,
)
from demand.services.outcome import CellEdit
from demand.services.override import overrides_save
from demand.services.reason import reasons_set
from sop.constants import Source
from sop.engine.months import month_list
from sop.models import Cycle, CycleStep, Price, User
from sop.refusals import Conflict, NotAllowed, Refused, StepClosed
from sop.request_context import acting
from tests.demand_makers import adopted_baseline, series_make
from tests.factories import FEBRUARY, Cast, customer_make, cycle_make, product_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]
MARCH = month_list(FEBRUARY, 2)[1]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100, series_make(cast.ridge): 50})
    return series


def save(user: User, cycle: Cycle, series: Series, quantity: str | None, version: int = 0) -> None:
    with acting(user, Source.PAGE):
        edit = CellEdit(series.pk, FEBRUARY, None if quantity is None else Decimal(quantity), version)
        outcome = overrides_save(
            user=user, cycle_id=cycle.pk, change_set_id=uuid.uuid4(), action=Action.EDIT, cells=[edit]
        )
    assert not outcome.refused


def now(cycle: Cycle, cast: Cast) -> ChangeGroup:
    (group,) = change_groups(cycle, person=cast.ana)
    return group


def seen(group: ChangeGroup) -> Pick:
    return Pick(group.person_id, group.product_id, group.version, group.mark)


def accept(cast: Cast, cycle: Cycle, *groups: ChangeGroup) -> list[str]:
    with acting(cast.olga, Source.PAGE):
        return changes_accept(user=cast.olga, cycle_id=cycle.pk, picks=[seen(group) for group in groups]).refused


def ask(cast: Cast, cycle: Cycle, note: str = "Why +40 %?") -> ChangeReview:
    with acting(cast.olga, Source.PAGE):
        return change_ask(user=cast.olga, cycle_id=cycle.pk, pick=seen(now(cycle, cast)), note=note)


def answer(cast: Cast, cycle: Cycle, user: User | None = None, note: str = "A new depot") -> ChangeReview:
    group, user = now(cycle, cast), user or cast.ana
    with acting(user, Source.PAGE):
        return change_answer(
            user=user, cycle_id=cycle.pk, product_id=group.product_id, version=group.version, note=note
        )


def test_a_person_has_one_line_a_product_over_all_its_customers_and_months(
    cast: Cast, cycle: Cycle, harbour: Series
) -> None:
    pier = series_make(customer_make("PIER", cast.north, cast.ana), harbour.product)
    other = series_make(cast.harbour, product_make("GUTTER"))
    Price.objects.create(product=harbour.product, valid_from=FEBRUARY, price=10)
    for series, quantity in ((harbour, "140"), (pier, "25"), (other, "7")):
        save(cast.ana, cycle, series, quantity)
    save(cast.ben, cycle, Series.objects.get(customer=cast.ridge), "50")  # as the baseline: no change
    first, second = change_groups(cycle)
    assert (first.person, first.product, first.baseline, first.sales, first.money) == ("Ana", "Shingle", 100, 165, 650)
    assert (first.cells, first.unexplained, first.state, first.version) == (2, 2, "open", 0)
    assert (second.product, second.units, second.money, second.share) == ("Gutter", 7, 0, None)
    told = told_of(cycle, [first, second])
    assert told[cast.ana.pk, first.product_id].where == "2 customers"
    assert told[cast.ana.pk, second.product_id].where == "Harbour"


def test_accepted_stays_so_until_a_number_moves(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "140")
    assert accept(cast, cycle, now(cycle, cast)) == []
    assert (now(cycle, cast).state, now(cycle, cast).to_decide) == ("accepted", False)
    with acting(cast.ana, Source.PAGE):
        cells = [(harbour.pk, FEBRUARY)]
        reasons_set(user=cast.ana, cycle_id=cycle.pk, cells=cells, reason=Reason.PROMOTION, note="")
    assert now(cycle, cast).state == "accepted", "a reason is no other number"
    save(cast.ana, cycle, harbour, "141", version=2)
    assert (now(cycle, cast).state, now(cycle, cast).to_decide) == ("changed", True)
    save(cast.ana, cycle, harbour, "140", version=3)
    assert now(cycle, cast).state == "accepted", "the number that was accepted stands again"
    save(cast.ana, cycle, harbour, None, version=4)
    assert (now(cycle, cast).state, now(cycle, cast).cells) == ("changed", 0)
    kept = ChangeReview.objects.get()
    assert (kept.baseline, kept.sales, kept.decided_by) == (100, 140, cast.olga)
    assert kept.history.get().history_user_name == "Olga"


def test_another_baseline_under_it_is_another_change(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "140")
    accept(cast, cycle, now(cycle, cast))
    cycle.baseline_runs.update(adopted=False)
    adopted_baseline(cycle, {harbour: 90})
    assert now(cycle, cast).state == "changed"


def test_moving_units_between_months_is_seen_though_the_total_stays(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "140")
    accept(cast, cycle, now(cycle, cast))
    with acting(cast.ana, Source.PAGE):
        cells = [CellEdit(harbour.pk, FEBRUARY, Decimal(120), 1), CellEdit(harbour.pk, MARCH, Decimal(120), 0)]
        overrides_save(user=cast.ana, cycle_id=cycle.pk, change_set_id=uuid.uuid4(), action=Action.EDIT, cells=cells)
    assert (now(cycle, cast).units, now(cycle, cast).state) == (40, "changed")


def test_what_changed_since_it_was_seen_is_not_accepted(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "140")
    old = now(cycle, cast)
    save(cast.ana, cycle, harbour, "400", version=1)
    (sentence,) = accept(cast, cycle, old)
    assert sentence.startswith("Shingle: Ana's numbers changed at ")
    assert not ChangeReview.objects.exists()
    accept(cast, cycle, now(cycle, cast))
    (again,) = accept(cast, cycle, old)
    assert "is accepted since at " in again


def test_a_question_is_answered_with_a_note(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "140")
    ask(cast, cycle)
    (question,) = questions_to(cycle, cast.ana)
    assert (question.state, question.asked, question.decided_by) == ("asked", "Why +40 %?", "Olga")
    assert questions_to(cycle, cast.ben) == []
    answer(cast, cycle)
    assert (now(cycle, cast).state, now(cycle, cast).answer, now(cycle, cast).version) == ("answered", "A new depot", 2)
    assert questions_to(cycle, cast.ana) == []
    accept(cast, cycle, now(cycle, cast))
    row = ChangeReview.objects.get()
    assert (row.state, row.answer, row.version) == ("accepted", "A new depot", 3)
    assert list(row.history.order_by("history_id").values_list("history_user_name", flat=True)) == [
        "Olga",
        "Ana",
        "Olga",
    ]


def test_a_changed_number_is_an_answer_too(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "140")
    ask(cast, cycle)
    save(cast.ana, cycle, harbour, "110", version=1)
    assert (now(cycle, cast).state, questions_to(cycle, cast.ana)) == ("answered", [])
    assert answer(cast, cycle, note="Half of it").answer == "Half of it", "a note may follow the number"
    assert ask(cast, cycle, "Still high?").answer == ""
    assert now(cycle, cast).state == "asked"


def test_all_below_a_percent_are_accepted_at_once(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    gutter = series_make(cast.harbour, product_make("GUTTER"))
    cycle.baseline_runs.update(adopted=False)
    adopted_baseline(cycle, {harbour: 100, gutter: 100})
    save(cast.ana, cycle, harbour, "104")
    save(cast.ana, cycle, gutter, "95")
    with acting(cast.olga, Source.PAGE):
        assert changes_accept_below(user=cast.olga, cycle_id=cycle.pk, percent=Decimal(5)).accepted == 1
        assert {group.product: group.state for group in change_groups(cycle)} == {
            "Shingle": "accepted",
            "Gutter": "open",
        }
        with pytest.raises(Refused, match="No change that waits for you is below 5 %"):
            changes_accept_below(user=cast.olga, cycle_id=cycle.pk, percent=Decimal(5))
        with pytest.raises(Refused, match="above 0 and up to 100"):
            changes_accept_below(user=cast.olga, cycle_id=cycle.pk, percent=Decimal(0))
    assert ChangeReview.objects.get().note == "Below 5 %"


def test_who_may_not_and_what_makes_no_sense_is_refused(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "140")
    group = now(cycle, cast)
    with pytest.raises(NotAllowed, match="The demand planner reviews changes"):
        changes_accept(user=cast.ana, cycle_id=cycle.pk, picks=[seen(group)])
    with pytest.raises(Refused, match="Choose at least one"):
        changes_accept(user=cast.olga, cycle_id=cycle.pk, picks=[])
    with pytest.raises(Refused, match="Nobody asks you"):
        answer(cast, cycle)
    with pytest.raises(Refused, match="Write what you want to know"):
        ask(cast, cycle, " ")
    with pytest.raises(Refused, match="There is no such change"), acting(cast.olga, Source.PAGE):
        change_ask(user=cast.olga, cycle_id=cycle.pk, pick=Pick(cast.ben.pk, group.product_id, 0, 0), note="Why?")
    ask(cast, cycle)
    with pytest.raises(Refused, match="Ana is asked already"):
        ask(cast, cycle, "Again")
    with pytest.raises(Refused, match="Nobody asks you"):
        answer(cast, cycle, cast.ben)
    with pytest.raises(Refused, match="Write an answer"):
        answer(cast, cycle, note="")
    with pytest.raises(Conflict, match="look again"), acting(cast.ana, Source.PAGE):
        change_answer(user=cast.ana, cycle_id=cycle.pk, product_id=group.product_id, version=9, note="x")


def test_a_closed_step_takes_no_word(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    save(cast.ana, cycle, harbour, "140")
    ask(cast, cycle)
    CycleStep.objects.filter(cycle=cycle, kind="gather").update(state="closed")
    with pytest.raises(StepClosed):
        accept(cast, cycle, now(cycle, cast))
    with pytest.raises(StepClosed):
        answer(cast, cycle)
    with pytest.raises(StepClosed), acting(cast.olga, Source.PAGE):
        changes_accept_below(user=cast.olga, cycle_id=cycle.pk, percent=Decimal(5))


def test_many_are_accepted_with_the_same_number_of_queries(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    def count(*groups: ChangeGroup) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert accept(cast, cycle, *groups) == []
        return len(queries)

    save(cast.ana, cycle, harbour, "140")
    cast.olga.has_perm("demand.override_any_forecast")  # reads the rights, once a request
    one = count(now(cycle, cast))
    for number in range(8):
        save(cast.ana, cycle, series_make(cast.harbour, product_make(f"P{number}")), "9")
    assert count(*change_groups(cycle, person=cast.ana)) == one


def test_one_change_is_found_alone(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    assert change_group(cycle, person=cast.ana, product_id=harbour.product_id) is None
    save(cast.ana, cycle, harbour, "140")
    assert change_group(cycle, person=cast.ana, product_id=harbour.product_id) == now(cycle, cast)
