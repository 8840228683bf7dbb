"""Handing in a territory."""

from django.db import transaction

from demand.selectors.submit import reasons_missing
from sop.constants import StepKind
from sop.models import User
from sop.refusals import Refused
from sop.services.cycle import step_edit_lock, step_submit


class ReasonsMissing(Refused):
    """Changes above the threshold wait for a reason."""


@transaction.atomic
def territory_submit(*, user: User, cycle_id: int) -> None:
    """Submit the person's own part of gather demand; every large change must say why."""
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    missing = reasons_missing(step.cycle, user)
    if missing:
        count = len(missing)
        raise ReasonsMissing(
            f"{count} change{'s need' if count > 1 else ' needs'} a reason before you submit: "
            f"{', '.join(row.product for row in missing[:3])}{' and more' if count > 3 else ''}."
        )
    step_submit(user=user, step_id=step.pk)
