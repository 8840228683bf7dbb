"""What publishing asks of a cycle."""

from publish.selectors import plan_current
from publish.selectors.pre_buys import pre_buys_before
from sop.constants import StepKind
from sop.cycle_hooks import before_close
from sop.models import CycleStep
from supply.selectors.agreed_buys import agreed_buys_reader

agreed_buys_reader(pre_buys_before)


@before_close(StepKind.PUBLISH)
def plan_is_published(step: CycleStep) -> list[str]:
    """A cycle ends with a plan."""
    return [] if plan_current(step.cycle) else ["The plan is not published yet."]
