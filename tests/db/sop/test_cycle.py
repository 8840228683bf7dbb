"""The cycle: opening, working, submitting, closing, reopening, and what each of them refuses."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from sop import cycle_hooks
from sop.constants import CycleState, Progress, StepKind, StepState
from sop.models import Company, Cycle, CycleEvent, CycleStep, StepProgress, StepTemplate, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.selectors.cycle import step, waiting_for
from sop.services.cycle import (
    cycle_event,
    cycle_published,
    step_ask_back,
    step_close,
    step_edit_lock,
    step_mark_fresh,
    step_mark_stale,
    step_open,
    step_open_if_ready,
    step_start,
    step_submit,
)
from sop.services.cycle_open import cycle_close, cycle_open
from sop.services.step_reopen import step_reopen
from tests.factories import Cast, cycle_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_steps")]


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    Company.objects.create(id=1, name="Harlow Supply", timezone="America/Chicago")
    return cycle_make(cast)


def parts(cycle: Cycle, kind: StepKind) -> dict[str, StepProgress]:
    return {part.user.username: part for part in StepProgress.objects.filter(step__cycle=cycle, step__kind=kind)}


def all_submit(cast: Cast, cycle: Cycle) -> CycleStep:
    gather = step(cycle, StepKind.GATHER)
    for rep in (cast.ana, cast.ben):
        step_submit(user=rep, step_id=gather.pk)
    return gather


def test_a_new_cycle_opens_gather_and_lets_the_other_steps_wait(cycle: Cycle) -> None:
    states = list(cycle.steps.values_list("kind", "state"))
    assert states == [(kind, "open" if kind == StepKind.GATHER else "waiting") for kind in StepKind]
    assert cycle.events.get(kind="cycle_opened").sentence == "Cora opened the February 2022 cycle."


def test_steps_are_due_on_working_days_in_the_companys_time_zone(cycle: Cycle) -> None:
    due = step(cycle, StepKind.GATHER).due_at
    assert due == datetime(2022, 2, 10, 17, tzinfo=ZoneInfo("America/Chicago"))


def test_the_calendar_sets_owner_and_day_of_a_new_step(cast: Cast) -> None:
    StepTemplate.objects.create(
        kind=StepKind.GATHER, owner_role="demand_planner", due_working_day=23, due_hour=9, owner=cast.sam
    )
    gather = step(cycle_make(cast), StepKind.GATHER)
    assert gather.owner == cast.sam
    assert gather.due_at.date() == date(2022, 2, 28), "February has 20 working days: the last one counts"


def test_everybody_with_a_part_has_a_row_and_nobody_else(cast: Cast, cycle: Cycle) -> None:
    assert set(parts(cycle, StepKind.GATHER)) == {"ana", "ben"}
    assert set(parts(cycle, StepKind.SUPPLY)) == {"sam"}
    assert set(parts(cycle, StepKind.RECONCILE)) == {"olga", "sam", "finn"}
    assert set(parts(cycle, StepKind.REVIEW)) == {"eve"}
    assert set(parts(cycle, StepKind.PUBLISH)) == {"cora"}


def test_a_rep_without_customers_has_no_part_in_gather(cast: Cast) -> None:
    cast.ridge.owner = None
    cast.ridge.save()
    assert set(parts(cycle_make(cast), StepKind.GATHER)) == {"ana"}


def test_only_the_coordinator_opens_a_cycle(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        cycle_open(user=cast.olga)


def test_a_second_open_cycle_is_refused_with_the_open_ones_name(cast: Cast, cycle: Cycle) -> None:
    with pytest.raises(Refused, match="February 2022 cycle is still open"):
        cycle_open(user=cast.cora)


def test_the_next_cycle_is_one_month_on(cast: Cast, cycle: Cycle) -> None:
    Cycle.objects.filter(pk=cycle.pk).update(state=CycleState.CLOSED)
    assert cycle_open(user=cast.cora).bucket == date(2022, 3, 1)


def test_a_cycle_earlier_than_the_last_is_refused(cast: Cast, cycle: Cycle) -> None:
    Cycle.objects.filter(pk=cycle.pk).update(state=CycleState.CLOSED)
    with pytest.raises(Refused, match="later month"):
        cycle_open(user=cast.cora, bucket=date(2022, 1, 1))


def test_a_first_edit_turns_not_started_into_working(cast: Cast, cycle: Cycle) -> None:
    gather = step(cycle, StepKind.GATHER)
    step_start(user=cast.ana, step_id=gather.pk)
    assert parts(cycle, StepKind.GATHER)["ana"].state == Progress.WORKING


def test_submitting_is_logged_and_an_edit_after_it_takes_it_back(cast: Cast, cycle: Cycle) -> None:
    gather = step(cycle, StepKind.GATHER)
    step_submit(user=cast.ana, step_id=gather.pk)
    assert cycle.events.filter(kind="submitted").count() == 1
    assert waiting_for(gather) == ["Ben"]
    step_start(user=cast.ana, step_id=gather.pk)
    assert waiting_for(gather) == ["Ana", "Ben"]


def test_submitting_twice_is_one_event(cast: Cast, cycle: Cycle) -> None:
    gather = step(cycle, StepKind.GATHER)
    step_submit(user=cast.ana, step_id=gather.pk)
    step_submit(user=cast.ana, step_id=gather.pk)
    assert cycle.events.filter(kind="submitted").count() == 1


def test_somebody_without_a_part_cannot_submit(cast: Cast, cycle: Cycle) -> None:
    with pytest.raises(NotAllowed, match="no part of your own"):
        step_submit(user=cast.finn, step_id=step(cycle, StepKind.GATHER).pk)


def test_the_planner_asks_back_with_a_note(cast: Cast, cycle: Cycle) -> None:
    gather = all_submit(cast, cycle)
    part = parts(cycle, StepKind.GATHER)["ana"]
    with pytest.raises(Refused, match="looked at again"):
        step_ask_back(user=cast.olga, progress_id=part.pk, note=" ")
    step_ask_back(user=cast.olga, progress_id=part.pk, note="Roofing doubled in June: why?")
    part.refresh_from_db()
    assert (part.state, part.note) == (Progress.WORKING, "Roofing doubled in June: why?")
    assert waiting_for(gather) == ["Ana"]
    with pytest.raises(NotAllowed):
        step_ask_back(user=cast.ben, progress_id=part.pk, note="Mine")


def test_gather_closes_when_every_territory_is_submitted_and_supply_opens(cast: Cast, cycle: Cycle) -> None:
    gather = all_submit(cast, cycle)
    step_close(user=cast.olga, step_id=gather.pk)
    assert list(cycle.steps.values_list("state", flat=True)) == ["closed", "open", "waiting", "waiting", "waiting"]
    assert set(cycle.events.values_list("kind", flat=True)) >= {"step_closed", "step_opened"}


def test_a_planner_cannot_close_gather_while_a_territory_is_missing(cast: Cast, cycle: Cycle) -> None:
    gather = step(cycle, StepKind.GATHER)
    step_submit(user=cast.ana, step_id=gather.pk)
    with pytest.raises(Refused, match=r"Not submitted yet: Ben\. The coordinator can"):
        step_close(user=cast.olga, step_id=gather.pk, reason="In a hurry")


def test_the_coordinator_closes_without_the_late_and_names_them(cast: Cast, cycle: Cycle) -> None:
    gather = step(cycle, StepKind.GATHER)
    step_submit(user=cast.ana, step_id=gather.pk)
    with pytest.raises(Refused, match="Say why"):
        step_close(user=cast.cora, step_id=gather.pk)
    step_close(user=cast.cora, step_id=gather.pk, reason="Ben is ill")
    late = {name: part.late for name, part in parts(cycle, StepKind.GATHER).items()}
    assert late == {"ana": False, "ben": True}
    event = cycle.events.get(kind="step_closed")
    assert (event.sentence, event.reason) == ("Cora closed gather demand without Ben.", "Ben is ill")


def test_a_deactivated_rep_does_not_hold_gather_up(cast: Cast, cycle: Cycle) -> None:
    gather = step(cycle, StepKind.GATHER)
    step_submit(user=cast.ana, step_id=gather.pk)
    cast.ben.is_active = False
    cast.ben.save()
    assert step_close(user=cast.olga, step_id=gather.pk).state == StepState.CLOSED


def test_a_role_that_does_not_own_the_step_cannot_close_it(cast: Cast, cycle: Cycle) -> None:
    for user in (cast.ana, cast.sam, cast.finn, cast.eve):
        with pytest.raises(NotAllowed):
            step_close(user=user, step_id=step(cycle, StepKind.GATHER).pk)


def test_a_closed_step_takes_no_edit_and_says_who_closed_it(cast: Cast, cycle: Cycle) -> None:
    gather = all_submit(cast, cycle)
    step_close(user=cast.olga, step_id=gather.pk)
    with pytest.raises(StepClosed, match=r"Gather demand was closed on .* by Olga"):
        step_edit_lock(cycle_id=cycle.pk, kind=StepKind.GATHER)
    with pytest.raises(StepClosed, match="Reconcile is not open yet"):
        step_edit_lock(cycle_id=cycle.pk, kind=StepKind.RECONCILE)
    with pytest.raises(StepClosed):
        step_submit(user=cast.ana, step_id=gather.pk)
    with pytest.raises(StepClosed):
        step_close(user=cast.olga, step_id=gather.pk)


def test_reopening_needs_the_coordinator_and_a_reason(cast: Cast, cycle: Cycle) -> None:
    gather = all_submit(cast, cycle)
    step_close(user=cast.olga, step_id=gather.pk)
    with pytest.raises(NotAllowed):
        step_reopen(user=cast.olga, step_id=gather.pk, reason="A project came in")
    with pytest.raises(Refused, match="Say why"):
        step_reopen(user=cast.cora, step_id=gather.pk, reason="  ")


def test_reopening_sends_later_steps_back_to_waiting_and_marks_them_stale(cast: Cast, cycle: Cycle) -> None:
    gather = all_submit(cast, cycle)
    step_close(user=cast.olga, step_id=gather.pk)
    step_reopen(user=cast.cora, step_id=gather.pk, reason="A project came in.")
    supply = step(cycle, StepKind.SUPPLY)
    assert (supply.state, supply.stale_because) == (
        StepState.WAITING,
        "Gather demand was reopened: A project came in.",
    )
    assert step(cycle, StepKind.RECONCILE).stale_because == "", "a step that never opened has nothing stale"
    assert step_edit_lock(cycle_id=cycle.pk, kind=StepKind.GATHER).state == StepState.OPEN


def test_a_stale_step_closes_only_after_recalculation_or_with_the_coordinators_reason(cast: Cast, cycle: Cycle) -> None:
    gather = all_submit(cast, cycle)
    step_close(user=cast.olga, step_id=gather.pk)
    step_mark_stale(cycle_id=cycle.pk, after=StepKind.GATHER, because="A late order file arrived")
    supply = step(cycle, StepKind.SUPPLY)
    with pytest.raises(Refused, match="late order file arrived"):
        step_close(user=cast.sam, step_id=supply.pk)
    step_mark_fresh(cycle_id=cycle.pk, kind=StepKind.SUPPLY)
    assert step_close(user=cast.sam, step_id=supply.pk).state == StepState.CLOSED


def test_a_step_cannot_open_before_the_one_before_it_closes(cast: Cast, cycle: Cycle) -> None:
    with pytest.raises(Refused, match="Gather demand is not closed"):
        step_open(user=cast.sam, step_id=step(cycle, StepKind.SUPPLY).pk)


def test_a_cycle_with_an_open_step_cannot_close(cast: Cast, cycle: Cycle) -> None:
    with pytest.raises(Refused, match="Not closed yet: Gather demand"):
        cycle_close(user=cast.cora, cycle_id=cycle.pk)
    CycleStep.objects.filter(cycle=cycle).update(state=StepState.CLOSED)
    assert cycle_close(user=cast.cora, cycle_id=cycle.pk).state == CycleState.CLOSED
    with pytest.raises(Refused, match="closed; its plan stands"):
        step_reopen(user=cast.cora, step_id=step(cycle, StepKind.GATHER).pk, reason="Too late")


def test_the_event_log_names_the_acting_person_as_text(cast: Cast, cycle: Cycle) -> None:
    assert {event.user_name for event in CycleEvent.objects.all()} == {"Cora"}


def test_what_is_missing_keeps_a_step_from_closing(cast: Cast, cycle: Cycle) -> None:
    gather = all_submit(cast, cycle)
    cycle_hooks.before_close(StepKind.GATHER)(lambda of: ["No baseline yet."])
    with pytest.raises(Refused, match="No baseline yet"):
        step_close(user=cast.cora, step_id=gather.pk, reason="In a hurry")


def test_a_step_whose_gate_holds_it_waits_until_the_last_missing_thing_is_there(cast: Cast, cycle: Cycle) -> None:
    missing = ["The pack is not frozen yet."]
    cycle_hooks.gate_open(StepKind.SUPPLY)(lambda of: missing)
    step_close(user=cast.olga, step_id=all_submit(cast, cycle).pk)
    supply = step(cycle, StepKind.SUPPLY)
    assert supply.state == StepState.WAITING
    with pytest.raises(Refused, match="not frozen"):
        step_open(user=cast.sam, step_id=supply.pk)
    missing.clear()
    step_open_if_ready(step_id=supply.pk)
    assert step(cycle, StepKind.SUPPLY).state == StepState.OPEN


def test_what_closing_writes_is_gone_when_closing_fails(cast: Cast, cycle: Cycle) -> None:
    def fail(user: User, of: CycleStep) -> None:
        cycle_event(cycle=cycle, kind="snapshot", sentence="Half a snapshot.")
        raise RuntimeError

    cycle_hooks.on_close(StepKind.GATHER)(fail)
    with pytest.raises(RuntimeError):
        step_close(user=cast.olga, step_id=all_submit(cast, cycle).pk)
    assert step(cycle, StepKind.GATHER).state == StepState.OPEN
    assert not cycle.events.filter(kind="snapshot").exists()


def test_a_new_cycle_tells_the_steps_what_to_carry_over(cast: Cast, cycle: Cycle) -> None:
    told: list[tuple[Cycle, Cycle | None]] = []
    cycle_hooks.on_cycle_open(lambda user, new, before: told.append((new, before)))
    Cycle.objects.update(state=CycleState.CLOSED)
    assert told == [(cycle_open(user=cast.cora), cycle)]


def test_an_app_may_name_who_takes_part(cast: Cast, cycle: Cycle) -> None:
    cycle_hooks.step_people(StepKind.SUPPLY)(lambda: [cast.finn])
    step_close(user=cast.olga, step_id=all_submit(cast, cycle).pk)
    assert set(parts(cycle, StepKind.SUPPLY)) == {"finn"}, "Sam had not begun and is not waited for"


def test_closing_a_step_is_submitting_ones_own_part(cast: Cast, cycle: Cycle) -> None:
    step_close(user=cast.olga, step_id=all_submit(cast, cycle).pk)
    step_close(user=cast.sam, step_id=step(cycle, StepKind.SUPPLY).pk)
    assert parts(cycle, StepKind.SUPPLY)["sam"].state == Progress.SUBMITTED


def test_a_step_reopens_also_after_publishing_so_that_the_plan_can_be_corrected(cast: Cast, cycle: Cycle) -> None:
    gather = all_submit(cast, cycle)
    step_close(user=cast.olga, step_id=gather.pk)
    cycle_published(cycle_id=cycle.pk)
    assert step_reopen(user=cast.cora, step_id=gather.pk, reason="A wrong price").state == StepState.OPEN
    cycle.refresh_from_db()
    assert cycle.published_at is not None, "what is published stands until its correction is"
