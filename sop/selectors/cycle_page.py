"""The cycle page: each step with its people, its clock, what is missing and what this person may do."""

from dataclasses import dataclass
from datetime import timedelta

from sop.constants import CycleState, Progress, StepKind, StepState
from sop.cycle_hooks import missing_to_close, missing_to_open
from sop.models import Cycle, CycleEvent, CycleStep, User
from sop.navigation import step_url
from sop.selectors.clock import PersonClock, StepClock, person_clock, step_clock
from sop.selectors.cycle import events, may_close, progress, steps, waiting_for

# A territory is submitted where its changes are checked, a plan is signed in the review; these parts end here.
SUBMITTED_HERE = frozenset({StepKind.SUPPLY, StepKind.RECONCILE})


@dataclass(frozen=True)
class StepPanel:
    """One step of the page; `missing` holds a sentence for each thing it waits for."""

    step: CycleStep
    url: str
    clock: StepClock
    people: list[PersonClock]
    missing: list[str]
    late: list[str]  # names of those the coordinator would close without
    can_close: bool
    can_open: bool
    can_reopen: bool
    can_submit: bool
    can_ask_back: bool


@dataclass(frozen=True)
class CyclePage:
    """A whole cycle as one person sees it."""

    cycle: Cycle
    panels: list[StepPanel]
    events: list[CycleEvent]
    decision_latency: timedelta | None  # from the review's opening to its close: how long leadership took
    can_close_cycle: bool


def cycle_page(cycle: Cycle, user: User) -> CyclePage:
    """Return the page of one cycle for one person."""
    parts = list(progress(cycle))
    panels = []
    earlier_closed = True
    for step in steps(cycle):
        people = [person_clock(step, part) for part in parts if part.step_id == step.pk]
        panels.append(_panel(user, cycle, step, people, earlier_closed))
        earlier_closed = earlier_closed and step.state == StepState.CLOSED
    review = next((panel.clock for panel in panels if panel.step.kind == StepKind.REVIEW), None)
    can_close = cycle.state == CycleState.OPEN and earlier_closed and user.has_perm("sop.open_cycle")
    return CyclePage(cycle, panels, list(events(cycle)), review.open_for if review else None, can_close)


def _panel(user: User, cycle: Cycle, step: CycleStep, people: list[PersonClock], earlier_closed: bool) -> StepPanel:
    kind, running = StepKind(step.kind), cycle.state == CycleState.OPEN
    is_open, closes = step.state == StepState.OPEN, running and may_close(user, kind)
    next_up = step.state == StepState.WAITING and earlier_closed
    missing = missing_to_close(step) if is_open else missing_to_open(step) if next_up else []
    mine = any(person.part.user_id == user.pk and person.part.state != Progress.SUBMITTED for person in people)
    return StepPanel(
        step=step,
        url=step_url(step.kind, cycle.pk),
        clock=step_clock(step, [person.part for person in people]),
        people=people,
        missing=missing,
        late=waiting_for(step) if is_open and kind == StepKind.GATHER else [],
        can_close=closes and is_open,
        can_open=closes and next_up,
        can_reopen=running and step.state == StepState.CLOSED and user.has_perm("sop.open_cycle"),
        can_submit=is_open and mine and kind in SUBMITTED_HERE,
        can_ask_back=closes and is_open,
    )
