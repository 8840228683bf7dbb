"""What planning supply asks of a cycle."""

from sop.constants import StepKind
from sop.cycle_hooks import before_close
from sop.models import CycleStep
from supply.selectors.workbench import run_current


@before_close(StepKind.SUPPLY)
def plan_is_run(step: CycleStep) -> list[str]:
    """Supply cannot close without a plan, nor with one made before something it stands on changed."""
    if run_current(step.cycle) is None:
        return ["The supply plan has not been run yet."]
    return [f"{step.stale_because}"] if step.stale_because else []
