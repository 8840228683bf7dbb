"""The clock of a cycle: how long each step was open and how long it waited for whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from sop.constants import Progress, StepState
from sop.models import CycleStep, StepProgress


@dataclass(frozen=True)
class StepClock:
    """How long a step has been, or was, open; overdue when it went on past its due date."""

    step: CycleStep
    open_for: timedelta | None  # None before it opened
    overdue: bool
    last: str  # who submitted last, or is still missing: the person the step waited for longest


@dataclass(frozen=True)
class PersonClock:
    """How long a step waited for one person, from its opening to their submitting (or its closing)."""

    part: StepProgress
    waited: timedelta | None


def step_clock(step: CycleStep, parts: list[StepProgress], now: datetime | None = None) -> StepClock:
    """Return one step's clock; `parts` are the progress rows of this step."""
    now = now or timezone.now()
    if step.opened_at is None:
        return StepClock(step, None, overdue=False, last="")
    until = step.closed_at or now
    running = step.state == StepState.OPEN
    slow = [part for part in parts if part.state != Progress.SUBMITTED] if running else []
    slow = slow or sorted((part for part in parts if part.submitted_at), key=lambda part: part.submitted_at or now)[-1:]
    return StepClock(step, until - step.opened_at, until > step.due_at, ", ".join(part.user.name for part in slow))


def person_clock(step: CycleStep, part: StepProgress, now: datetime | None = None) -> PersonClock:
    """Return how long the step waited for one person."""
    if step.opened_at is None:
        return PersonClock(part, None)
    until = part.submitted_at or step.closed_at or now or timezone.now()
    return PersonClock(part, max(until - step.opened_at, timedelta(0)))
