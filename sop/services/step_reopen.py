"""Reopening a step: what was closed may be worked on again, and what was built on it is stale."""

from django.db import transaction

from sop.constants import CycleState, StepState
from sop.models import Cycle, CycleStep, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import cycle_event


@transaction.atomic
def step_reopen(*, user: User, step_id: int, reason: str) -> CycleStep:
    """Open a closed step again; later steps wait again and their figures are stale until recalculated.

    A published plan stands until its correction is published: whatever step is reopened, the plan is chosen and signed
    again on the way there.
    """
    if not user.has_perm("sop.open_cycle"):
        raise NotAllowed("Only the coordinator reopens a step.")
    if not reason.strip():
        raise Refused("Say why the step is reopened; everybody sees it.")
    # The cycle's row first and by itself: a step that waited for a closing cycle would still read it as open.
    Cycle.objects.select_for_update(no_key=True).get(steps=step_id)
    step = CycleStep.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=step_id)
    if step.cycle.state != CycleState.OPEN:
        raise Refused(f"The {step.cycle} is closed; its plan stands.")
    if step.state != StepState.CLOSED:
        raise Refused(f"{step.get_kind_display()} is not closed.")
    because = f"{step.get_kind_display()} was reopened: {reason.strip()}"
    later = (
        CycleStep.objects.select_for_update(of=("self",))
        .filter(cycle=step.cycle, number__gt=step.number)
        .order_by("number")
    )
    for each in later:
        if each.state != StepState.WAITING:
            each.state, each.stale_because = StepState.WAITING, because
            each.closed_at = each.closed_by = None
            each.save()
    step.state, step.closed_at, step.closed_by = StepState.OPEN, None, None
    step.save()
    sentence = f"{user.name} reopened {step.get_kind_display().lower()}."
    cycle_event(cycle=step.cycle, kind="step_reopened", sentence=sentence, step=step, reason=reason)
    return step
