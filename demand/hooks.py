"""What gathering demand does when a cycle moves."""

from demand.selectors.layers import adopted_run
from demand.services.snapshot import snapshot_write
from sop.constants import StepKind
from sop.cycle_hooks import before_close, on_close
from sop.models import CycleStep, User


@before_close(StepKind.GATHER)
def baseline_is_adopted(step: CycleStep) -> list[str]:
    """Demand cannot close without a baseline under it."""
    return [] if adopted_run(step.cycle) else ["No baseline is adopted yet: run one first."]


@on_close(StepKind.GATHER)
def layers_are_kept(user: User, step: CycleStep) -> None:
    """Write every layer as it stands."""
    snapshot_write(user=user, step=step)
