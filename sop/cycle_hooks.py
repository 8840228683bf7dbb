"""What a step's app does when a cycle moves: `sop` cannot import it, so it registers itself when it loads.

    @gate_open(StepKind.REVIEW)
    def pack_is_frozen(step: CycleStep) -> list[str]:
        return [] if pack_current(step.cycle) else ["Freeze the pack first."]

A gate answers a sentence for each thing still missing; pages show them before anybody asks. An action runs in the
transaction that moves the step, with the step's row locked. AppConfig.ready imports the module that registers.
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from sop.constants import StepKind
from sop.models import Cycle, CycleStep, User

Gate = Callable[[CycleStep], list[str]]
Action = Callable[[User, CycleStep], None]
People = Callable[[], Iterable[User]]
CycleAction = Callable[[User, Cycle, Cycle | None], None]  # user, new cycle, the one before

F = TypeVar("F", bound=Callable[..., object])


class Hooks(Generic[F]):
    """Functions by the kind of step they belong to, in the order they were registered."""

    def __init__(self) -> None:
        self._functions: dict[str, list[F]] = {}

    def __call__(self, kind: StepKind) -> Callable[[F], F]:
        """Return a decorator that registers a function for `kind`."""

        def register(function: F) -> F:
            self._functions.setdefault(kind, []).append(function)
            return function

        return register

    def of(self, kind: str) -> tuple[F, ...]:
        """Return the functions registered for `kind`."""
        return tuple(self._functions.get(kind, ()))


gate_open: Hooks[Gate] = Hooks()  # what must be there before a step opens
before_close: Hooks[Gate] = Hooks()  # what must be there before a step closes
on_close: Hooks[Action] = Hooks()  # what is written in the transaction that closes it
step_people: Hooks[People] = Hooks()  # who takes part, where the role alone does not tell

_cycle_actions: list[CycleAction] = []


def on_cycle_open(action: CycleAction) -> CycleAction:
    """Register what is carried over when a new cycle opens."""
    _cycle_actions.append(action)
    return action


def missing_to_open(step: CycleStep) -> list[str]:
    """Return a sentence for each thing that keeps a step from opening."""
    return [sentence for gate in gate_open.of(step.kind) for sentence in gate(step)]


def missing_to_close(step: CycleStep) -> list[str]:
    """Return a sentence for each thing that keeps a step from closing."""
    return [sentence for gate in before_close.of(step.kind) for sentence in gate(step)]


def run_close(user: User, step: CycleStep) -> None:
    """Run what a closing step writes."""
    for action in on_close.of(step.kind):
        action(user, step)


def run_cycle_open(user: User, cycle: Cycle, before: Cycle | None) -> None:
    """Carry over what a new cycle starts with."""
    for action in _cycle_actions:
        action(user, cycle, before)
