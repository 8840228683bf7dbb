"""What the executive review asks of a cycle."""

from review.constants import QuestionState
from review.selectors import approvers, pack_current, questions, sign_off
from sop.constants import StepKind
from sop.cycle_hooks import before_close, gate_open, step_people
from sop.models import CycleStep, User
from sop.selectors.cycle import cycle_before


@gate_open(StepKind.REVIEW)
def pack_is_frozen(step: CycleStep) -> list[str]:
    """Leadership looks at frozen figures only."""
    if step.stale_because:
        return [f"The pack must be frozen again. {step.stale_because}"]
    return [] if pack_current(step.cycle) else ["The pack is not frozen yet."]


@gate_open(StepKind.REVIEW)
def last_plan_is_measured(step: CycleStep) -> list[str]:
    """Nobody decides anew before seeing how the last plan turned out."""
    before = cycle_before(step.cycle)
    if before is None or before.measured_at is not None or before.published_at is None:
        return []
    return [f"The plan of the {before} has not been measured against what happened yet."]


@step_people(StepKind.REVIEW)
def named_approvers() -> list[User]:
    """The review waits for those whose signature a plan needs."""
    return [approver.user for approver in approvers()]


@before_close(StepKind.REVIEW)
def questions_are_decided(step: CycleStep) -> list[str]:
    """No question leaves the room open."""
    count = questions(step.cycle).filter(state=QuestionState.OPEN).count()
    return [f"{count} question{'s are' if count > 1 else ' is'} still open."] if count else []


@before_close(StepKind.REVIEW)
def one_plan_is_signed(step: CycleStep) -> list[str]:
    """Exactly one plan leaves the room, signed by everyone named."""
    signed = sign_off(step.cycle)
    if signed.choice is None:
        return ["No plan is chosen yet."]
    return [] if signed.complete else [f"Signatures missing: {', '.join(signed.waiting)}."]
