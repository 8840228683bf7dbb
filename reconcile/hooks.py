"""What reconcile asks of a cycle."""

from reconcile.selectors import scenario_base, scenario_run
from sop.constants import StepKind
from sop.cycle_hooks import before_close
from sop.models import CycleStep


@before_close(StepKind.RECONCILE)
def sides_are_together(step: CycleStep) -> list[str]:
    """Reconcile cannot close before demand and supply stand side by side, on figures that still hold."""
    base = scenario_base(step.cycle)
    if base is None or scenario_run(base) is None:
        return ["Demand and supply have not been put side by side yet."]
    return [step.stale_because] if step.stale_because else []
