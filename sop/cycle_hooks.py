"""What later steps do when a cycle moves: `sop` cannot import them, so they register themselves when they load."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from sop.constants import StepKind
from sop.models import Cycle, CycleStep, User

# A gate returns a sentence for each thing still missing; no sentence lets the step pass.
Gate = Callable[[CycleStep], list[str]]
Action = Callable[[User, CycleStep], None]
CycleAction = Callable[[User, Cycle, Cycle | None], None]  # user, new cycle, the one before

T = TypeVar("T", bound=Callable[..., object])

_open_gates: dict[StepKind, list[Gate]] = defaultdict(list)
_close_gates: dict[StepKind, list[Gate]] = defaultdict(list)
_close_actions: dict[StepKind, list[Action]] = defaultdict(list)
_cycle_actions: list[CycleAction] = []


def gate_open(kind: StepKind) -> Callable[[Gate], Gate]:
    """Register what must be there before a step may open."""
    return _register(_open_gates[kind])


def gate_close(kind: StepKind) -> Callable[[Gate], Gate]:
    """Register what must be there before a step may close."""
    return _register(_close_gates[kind])


def on_close(kind: StepKind) -> Callable[[Action], Action]:
    """Register what is written in the transaction that closes a step, after its row is locked."""
    return _register(_close_actions[kind])


def on_cycle_open(action: CycleAction) -> CycleAction:
    """Register what is carried over when a new cycle opens."""
    return _register(_cycle_actions)(action)


def missing_to_open(step: CycleStep) -> list[str]:
    """Return a sentence for each thing that keeps a step from opening."""
    return [sentence for gate in _open_gates[StepKind(step.kind)] for sentence in gate(step)]


def missing_to_close(step: CycleStep) -> list[str]:
    """Return a sentence for each thing that keeps a step from closing."""
    return [sentence for gate in _close_gates[StepKind(step.kind)] for sentence in gate(step)]


def run_close(user: User, step: CycleStep) -> None:
    """Run what a closing step writes."""
    for action in _close_actions[StepKind(step.kind)]:
        action(user, step)


def run_cycle_open(user: User, cycle: Cycle, before: Cycle | None) -> None:
    """Carry over what a new cycle starts with."""
    for action in _cycle_actions:
        action(user, cycle, before)


def _register(registry: list[T]) -> Callable[[T], T]:
    def add(function: T) -> T:
        if function not in registry:
            registry.append(function)
        return function

    return add
