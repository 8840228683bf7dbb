"""What planning supply asks of a cycle."""

from sop.constants import StepKind
from sop.cycle_hooks import before_close
from sop.models import CycleStep
from supply.selectors.inputs import inputs_changed
from supply.selectors.workbench import run_current


@before_close(StepKind.SUPPLY)
def plan_is_run(step: CycleStep) -> list[str]:
    """Supply cannot close without a plan, nor with one made before something it stands on changed."""
    run = run_current(step.cycle)
    if run is None:
        return ["The supply plan has not been run yet."]
    if step.stale_because:
        return [step.stale_because]
    return ["An input of the supply plan changed since it was run; run it again."] if inputs_changed(run) else []
