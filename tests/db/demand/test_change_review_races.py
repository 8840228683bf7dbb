"""The planner's word and the person's number at the same moment, and two planners at once, on real connections."""

import uuid
from decimal import Decimal

import pytest

from demand.constants import Action
from demand.models import ChangeReview, Series
from demand.selectors.change_groups import ChangeGroup, change_groups
from demand.services import change_review, override
from demand.services.change_review import Pick, Reviewed, change_answer, change_ask, changes_accept
from demand.services.outcome import CellEdit, Outcome
from demand.services.override import overrides_save
from sop.constants import Role, Source, StepKind
from sop.models import Cycle, User
from sop.refusals import Conflict, StepClosed
from sop.request_context import acting
from sop.selectors.cycle import step
from tests.demand_makers import adopted_baseline, override_make, series_make
from tests.factories import FEBRUARY, Cast, cycle_make, person_make
from tests.support.races import begun_while_closing, meet_after, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cycle_make(cast)


@pytest.fixture
def harbour(cast: Cast, cycle: Cycle) -> Series:
    series = series_make(cast.harbour)
    adopted_baseline(cycle, {series: 100})
    override_make(cycle, series, FEBRUARY, 140, cast.ana)
    return series


def only(cycle: Cycle) -> ChangeGroup:
    (group,) = change_groups(cycle)
    return group


def accept(user: User, cycle: Cycle, group: ChangeGroup) -> Reviewed:
    with acting(user, Source.PAGE):
        pick = Pick(group.person_id, group.product_id, group.version, group.mark)
        return changes_accept(user=user, cycle_id=cycle.pk, picks=[pick])


def test_a_number_that_comes_while_it_is_accepted_is_never_taken_for_accepted(
    cast: Cast, cycle: Cycle, harbour: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are past the step's lock; the planner reads before or after the number, and neither order hides it."""
    group = only(cycle)
    meet_after(monkeypatch, "step_edit_lock", change_review, override)

    def change() -> Outcome:
        with acting(cast.ana, Source.PAGE):
            edit = CellEdit(harbour.pk, FEBRUARY, Decimal(400), 1)
            return overrides_save(
                user=cast.ana, cycle_id=cycle.pk, change_set_id=uuid.uuid4(), action=Action.EDIT, cells=[edit]
            )

    done, saved = together(lambda: accept(cast.olga, cycle, group), change)
    assert isinstance(saved, Outcome), saved
    assert isinstance(done, Reviewed), done
    assert not saved.refused
    assert only(cycle).state == ("changed" if done.accepted else "open")
    assert only(cycle).sales == 400


def test_of_two_planners_at_once_one_is_told(
    cast: Cast, cycle: Cycle, harbour: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    pia = person_make("pia", Role.DEMAND_PLANNER)
    group = only(cycle)
    meet_after(monkeypatch, "change_groups", change_review)
    outcome = together(*(lambda user=user: accept(user, cycle, group) for user in (cast.olga, pia)))
    assert all(isinstance(each, Reviewed) for each in outcome), outcome
    assert sorted(each.accepted for each in outcome if isinstance(each, Reviewed)) == [0, 1]
    (told,) = [each.refused for each in outcome if isinstance(each, Reviewed) and each.refused]
    assert "another planner was first" in told[0]
    assert ChangeReview.objects.get().version == 1


def test_an_answer_and_the_planners_word_at_once_do_not_overwrite_each_other(
    cast: Cast, cycle: Cycle, harbour: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = only(cycle)
    with acting(cast.olga, Source.PAGE):
        pick = Pick(group.person_id, group.product_id, group.version, group.mark)
        change_ask(user=cast.olga, cycle_id=cycle.pk, pick=pick, note="Why?")
    asked = only(cycle)
    meet_after(monkeypatch, "step_edit_lock", change_review)

    def answer() -> ChangeReview:
        with acting(cast.ana, Source.PAGE):
            return change_answer(
                user=cast.ana, cycle_id=cycle.pk, product_id=asked.product_id, version=asked.version, note="A depot"
            )

    done, answered = together(lambda: accept(cast.olga, cycle, asked), answer)
    assert isinstance(done, Reviewed), done
    told = isinstance(answered, Conflict)
    assert told is bool(done.accepted)
    row = ChangeReview.objects.get()
    assert (row.version, row.state) == (2, "accepted" if told else "answered")


def test_a_word_that_comes_while_the_step_closes_is_refused(cast: Cast, cycle: Cycle, harbour: Series) -> None:
    group = only(cycle)
    gather = step(cycle, StepKind.GATHER)
    gather.progress.update(state="submitted")
    outcome = begun_while_closing(cast.olga, gather, lambda: accept(cast.olga, cycle, group))
    assert isinstance(outcome, StepClosed), outcome
    assert not ChangeReview.objects.exists()
