"""Changing master data by hand."""

from sop.constants import StepKind, StepState
from sop.models import CycleStep
from sop.refusals import StepClosed
from sop.selectors.cycle import closed_sentence


def step_not_closed_lock(kind: StepKind) -> None:
    """Hold off the closing of the open cycle's step until the transaction ends; raise StepClosed where it is closed.

    For tables that a step plans with and that also live outside of cycles: before the step opens and between cycles
    they may change, after it closed they may not.
    """
    locked = """select s.* from sop_cyclestep s join sop_cycle c on c.id = s.cycle_id
                where c.state = 'open' and s.kind = %s for share of s"""
    found = next(iter(CycleStep.objects.raw(locked, [kind.value])), None)
    if found is not None and found.state == StepState.CLOSED:
        raise StepClosed(closed_sentence(found))
