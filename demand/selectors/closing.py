"""What still stands in the way of closing gather demand, said plainly; only the step's own rules hold it up."""

from collections.abc import Sequence
from dataclasses import dataclass

from demand.constants import ChangeState
from demand.selectors.change_groups import ChangeGroup
from sop.constants import StepKind, StepState
from sop.cycle_hooks import missing_to_close
from sop.models import CycleStep, User
from sop.selectors.cycle import may_close, waiting_for


@dataclass(frozen=True)
class Closing:
    """Whether a person may close now, what forbids it, and what is worth knowing before."""

    may_close: bool
    blocked: list[str]  # nobody closes before this is done
    late: list[str]  # names of those who have not submitted: the coordinator alone may close without them
    warnings: list[str]
    needs_reason: bool

    @property
    def question(self) -> str:
        """Return what to ask before it closes, empty where all is done."""
        return " ".join(self.warnings)


def gather_closing(user: User, step: CycleStep, groups: Sequence[ChangeGroup]) -> Closing | None:
    """Return what stands between an open gather demand and its close, None where it is not open."""
    if step.state != StepState.OPEN:
        return None
    late = waiting_for(step)
    blocked = missing_to_close(step)
    late_or_stale = bool(late or step.stale_because)
    coordinator = user.has_perm("sop.open_cycle")
    can = may_close(user, StepKind.GATHER) and not blocked and (coordinator or not late_or_stale)
    return Closing(can, blocked, late, _warnings(groups), needs_reason=late_or_stale)


def _warnings(groups: Sequence[ChangeGroup]) -> list[str]:
    asked = sum(group.state == ChangeState.ASKED for group in groups)
    waiting = sum(group.to_decide for group in groups)
    unexplained = sum(group.unexplained > 0 for group in groups)
    told = [
        (asked, "question is not answered", "questions are not answered"),
        (waiting, "change is not reviewed", "changes are not reviewed"),
        (unexplained, "change has no reason", "changes have no reason"),
    ]
    return [f"{count:,} {one if count == 1 else many}." for count, one, many in told if count]
