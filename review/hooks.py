"""What the executive review asks of a cycle."""

from review.constants import QuestionState
from review.selectors import approvers, pack_current, pack_figures, questions, sign_off
from review.services.carry import questions_carry_on
from sop.constants import StepKind
from sop.cycle_hooks import before_close, gate_open, on_cycle_open, step_people
from sop.models import Cycle, CycleStep, User
from sop.selectors.cycle import cycle_before


@gate_open(StepKind.REVIEW)
def pack_is_frozen(step: CycleStep) -> list[str]:
    """Leadership looks at frozen figures only."""
    if step.stale_because:
        return [f"The pack must be frozen again. {step.stale_because}"]
    pack = pack_current(step.cycle)
    if pack is None:
        return ["The pack is not frozen yet."]
    now = pack_figures(step.cycle)
    if any(now[part] != pack.figures[part] for part in ("kpis", "families")):
        return [f"The base plan was calculated again after pack {pack.version} was frozen; freeze it again."]
    return []


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
    """No question leaves the room open: it is decided, or carried to the next cycle with a reason."""
    count = questions(step.cycle).filter(state=QuestionState.OPEN).count()
    return [f"{count} question{'s are' if count > 1 else ' is'} still open."] if count else []


@before_close(StepKind.REVIEW)
def one_plan_is_signed(step: CycleStep) -> list[str]:
    """Exactly one plan leaves the room, signed by everyone named."""
    signed = sign_off(step.cycle)
    if signed.choice is None:
        return ["No plan is chosen yet."]
    if signed.outdated:
        return [signed.outdated]
    return [] if signed.complete else [f"Signatures missing: {', '.join(signed.waiting)}."]


@on_cycle_open
def undecided_questions_come_along(user: User, cycle: Cycle, before: Cycle | None) -> None:
    """What the last review carried over opens again in this cycle."""
    if before is not None:
        questions_carry_on(user=user, cycle=cycle, before=before)
