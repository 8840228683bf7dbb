"""What gathering demand does when a cycle moves."""

from demand.selectors.layers import adopted_run
from demand.services.assumption_carry import assumptions_carry
from demand.services.assumption_cells import cells_write
from demand.services.snapshot import snapshot_write
from sop.constants import StepKind
from sop.cycle_hooks import before_close, on_close, on_cycle_open
from sop.models import Cycle, CycleStep, User


@before_close(StepKind.GATHER)
def baseline_is_adopted(step: CycleStep) -> list[str]:
    """Demand cannot close without a baseline under it."""
    return [] if adopted_run(step.cycle) else ["No baseline is adopted yet: run one first."]


@on_close(StepKind.GATHER)
def layers_are_kept(user: User, step: CycleStep) -> None:
    """Write every layer as it stands; assumptions reach the series there are now."""
    cells_write(step.cycle)
    snapshot_write(user=user, step=step)


@on_cycle_open
def assumptions_run_on(user: User, cycle: Cycle, before: Cycle | None) -> None:
    """Let running assumptions count on, and those that are over expire."""
    assumptions_carry(user=user, cycle=cycle)
