"""Every write of a cycle's steps but reopening: work, submit, close; each edit of a step's data takes its lock here.

Edits take the step's row FOR SHARE and closing takes it FOR UPDATE: an edit is either before the close and in its
snapshot, or after it and refused. A check without the lock lets edits slip in between.

A query that joins locks the rows of every table in it unless it says `of`. The usual order of people's parts joins
their step: without `of`, two people handing in at once each hold the step shared and wait for the other for ever.
"""

from django.db import transaction
from django.utils import timezone

from sop.constants import STEP_ORDER, Progress, StepKind, StepState
from sop.cycle_hooks import missing_to_close, missing_to_open, run_close
from sop.models import Cycle, CycleEvent, CycleStep, StepProgress, User
from sop.refusals import NotAllowed, Refused, StepClosed
from sop.request_context import current
from sop.selectors.cycle import closed_sentence, may_close, waiting_for
from sop.services.step_people import step_people_fill


class NotYet(Refused):
    """A step cannot move: the sentence names all that is missing."""


def step_edit_lock(*, cycle_id: int, kind: StepKind) -> CycleStep:
    """Return the open step with a shared lock that holds off its closing until the transaction ends.

    Every edit of a step's data calls this first. Raises StepClosed when the step is not open.
    """
    found = _step_shared(cycle_id, kind)
    if found.state != StepState.OPEN:
        raise StepClosed(closed_sentence(found))
    return found


def step_unclosed_lock(*, cycle_id: int, kind: StepKind) -> CycleStep:
    """Return a step that is open or still waits, locked as step_edit_lock does: for what is prepared ahead of it."""
    found = _step_shared(cycle_id, kind)
    if found.state == StepState.CLOSED:
        raise StepClosed(closed_sentence(found))
    return found


@transaction.atomic
def step_start(*, user: User, step_id: int) -> None:
    """Note that a person began to work on their part; a submitted part that changes is being worked on again."""
    now = timezone.now()
    for part in StepProgress.objects.select_for_update(of=("self",)).filter(step_id=step_id, user=user):
        if part.state == Progress.WORKING:
            return
        part.state, part.submitted_at = Progress.WORKING, None
        part.started_at = part.started_at or now
        part.save()


@transaction.atomic
def step_submit(*, user: User, step_id: int) -> StepProgress:
    """Hand in one's own part of an open step."""
    step = CycleStep.objects.select_related("cycle").get(pk=step_id)
    step_edit_lock(cycle_id=step.cycle_id, kind=StepKind(step.kind))
    part = StepProgress.objects.select_for_update(of=("self",)).filter(step=step, user=user).first()
    if part is None:
        raise NotAllowed(f"You have no part of your own in {step.get_kind_display().lower()}.")
    if part.state == Progress.SUBMITTED:
        return part
    now = timezone.now()
    part.state, part.submitted_at, part.started_at = Progress.SUBMITTED, now, part.started_at or now
    part.save()
    sentence = f"{user.name} submitted {step.get_kind_display().lower()}."
    cycle_event(cycle=step.cycle, kind="submitted", sentence=sentence, step=step)
    return part


@transaction.atomic
def step_ask_back(*, user: User, progress_id: int, note: str) -> StepProgress:
    """Give a submitted part back to its person with a note."""
    step = CycleStep.objects.select_related("cycle").get(progress=progress_id)
    if not may_close(user, StepKind(step.kind)):
        raise NotAllowed("Only the step's planner asks back.")
    step_edit_lock(cycle_id=step.cycle_id, kind=StepKind(step.kind))
    part = StepProgress.objects.select_for_update(of=("self",)).select_related("user").get(pk=progress_id)
    if not note.strip():
        raise Refused("Say what should be looked at again.")
    part.state, part.submitted_at, part.note = Progress.WORKING, None, note.strip()
    part.save()
    sentence = f"{user.name} asked {part.user.name} to look again."
    cycle_event(cycle=step.cycle, kind="asked_back", sentence=sentence, step=step, reason=note)
    return part


@transaction.atomic
def step_close(*, user: User, step_id: int, reason: str = "") -> CycleStep:
    """Close an open step for everyone and open the next one where nothing is missing.

    Gather demand waits for every territory, and stale figures for their recalculation; the coordinator may close all
    the same with a reason: the late people's last good numbers are used and marked.
    """
    step = CycleStep.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=step_id)
    if not may_close(user, StepKind(step.kind)):
        raise NotAllowed(f"Your role does not close {step.get_kind_display().lower()}.")
    if step.state != StepState.OPEN:
        raise StepClosed(closed_sentence(step))
    missing = missing_to_close(step)
    if missing:
        raise NotYet(" ".join(missing))
    late = _close_late(user, step, reason)
    _submit_closer(user, step)
    step.state, step.closed_at, step.closed_by, step.stale_because = StepState.CLOSED, timezone.now(), user, ""
    step.save()
    run_close(user, step)
    named = f" without {', '.join(late)}" if late else ""
    sentence = f"{user.name} closed {step.get_kind_display().lower()}{named}."
    cycle_event(cycle=step.cycle, kind="step_closed", sentence=sentence, step=step, reason=reason)
    _next_open(step)
    return step


@transaction.atomic
def step_open(*, user: User, step_id: int) -> CycleStep:
    """Open a waiting step whose earlier steps are closed and whose gate lets it pass."""
    step = CycleStep.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=step_id)
    if not may_close(user, StepKind(step.kind)):
        raise NotAllowed(f"Your role does not open {step.get_kind_display().lower()}.")
    if step.state != StepState.WAITING:
        raise Refused(f"{step.get_kind_display()} is {step.get_state_display().lower()} already.")
    earlier = CycleStep.objects.filter(cycle=step.cycle, number__lt=step.number).exclude(state=StepState.CLOSED).first()
    missing = [f"{earlier.get_kind_display()} is not closed."] if earlier else missing_to_open(step)
    if missing:
        raise NotYet(" ".join(missing))
    _open(step)
    return step


@transaction.atomic
def step_open_if_ready(*, step_id: int) -> None:
    """Open a waiting step as soon as the last missing thing is there; called by whoever provides it."""
    step = CycleStep.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=step_id)
    earlier = CycleStep.objects.filter(cycle=step.cycle, number__lt=step.number).exclude(state=StepState.CLOSED)
    if step.state == StepState.WAITING and not earlier.exists() and not missing_to_open(step):
        _open(step)


@transaction.atomic
def step_mark_stale(*, cycle_id: int, after: StepKind, because: str) -> None:
    """Mark every later step that already worked with the old figures."""
    number = STEP_ORDER.index(after) + 1
    for step in (
        CycleStep.objects.select_for_update(of=("self",))
        .filter(cycle_id=cycle_id, number__gt=number)
        .order_by("number")
    ):
        if step.opened_at is not None and not step.stale_because:
            step.stale_because = because
            step.save()


@transaction.atomic
def step_mark_fresh(*, cycle_id: int, kind: StepKind) -> None:
    """Take a step's stale mark away: its figures follow from the earlier steps again."""
    for step in (
        CycleStep.objects.select_for_update(of=("self",)).filter(cycle_id=cycle_id, kind=kind).exclude(stale_because="")
    ):
        step.stale_because = ""
        step.save()


def cycle_measured(*, cycle_id: int) -> None:
    """Record that a cycle's plan was held against what happened; the next review's gate reads it."""
    Cycle.objects.filter(pk=cycle_id).update(measured_at=timezone.now())


def cycle_published(*, cycle_id: int) -> None:
    """Record that a cycle's plan is published."""
    Cycle.objects.filter(pk=cycle_id).update(published_at=timezone.now())


def cycle_event(*, cycle: Cycle, kind: str, sentence: str, step: CycleStep | None = None, reason: str = "") -> None:
    """Write one line of the cycle's log as the acting person."""
    context = current()
    CycleEvent.objects.create(
        cycle=cycle,
        step=step,
        at=timezone.now(),
        user=context.user,
        user_name=context.user_name,
        kind=kind,
        sentence=sentence,
        reason=reason.strip(),
        request_id=context.request_id,
    )


def _step_shared(cycle_id: int, kind: StepKind) -> CycleStep:
    locked = "select * from sop_cyclestep where cycle_id = %s and kind = %s for share"
    found = next(iter(CycleStep.objects.raw(locked, [cycle_id, kind.value])), None)
    if found is None:
        raise Refused("This cycle does not exist.")
    return found


def _close_late(user: User, step: CycleStep, reason: str) -> list[str]:
    """Mark who did not submit in time and return their names; refuse where only the coordinator could go on."""
    late = waiting_for(step) if step.kind == StepKind.GATHER else []
    objections = [f"Not submitted yet: {', '.join(late)}."] if late else []
    if step.stale_because:
        objections.append(f"The figures are stale ({step.stale_because.rstrip('.')}); calculate them again.")
    if objections and not user.has_perm("sop.open_cycle"):
        raise NotYet(" ".join([*objections, "The coordinator can close all the same."]))
    if objections and not reason.strip():
        raise NotYet(" ".join([*objections, "Say why it closes all the same."]))
    if late:
        for part in (
            StepProgress.objects.select_for_update(of=("self",)).filter(step=step).exclude(state=Progress.SUBMITTED)
        ):
            part.late = True
            part.save()
    return late


def _submit_closer(user: User, step: CycleStep) -> None:
    """Who closes a step has nothing left to submit in it."""
    for part in StepProgress.objects.select_for_update(of=("self",)).filter(step=step, user=user, submitted_at=None):
        part.state, part.submitted_at = Progress.SUBMITTED, timezone.now()
        part.save()


def _next_open(step: CycleStep) -> None:
    following = CycleStep.objects.filter(cycle=step.cycle, number=step.number + 1).first()
    if following is not None:
        step_open_if_ready(step_id=following.pk)


def _open(step: CycleStep) -> None:
    step.state = StepState.OPEN
    step.opened_at = step.opened_at or timezone.now()
    step.save()
    step_people_fill(step)
    cycle_event(cycle=step.cycle, kind="step_opened", sentence=f"{step.get_kind_display()} is open.", step=step)


def _need(user: User, permission: str, sentence: str) -> None:
    if not user.has_perm(permission):
        raise NotAllowed(sentence)
