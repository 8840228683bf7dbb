"""Assumptions from one cycle to the next."""

from django.db import transaction

from demand.constants import RUNNING, AssumptionKind, AssumptionState
from demand.models import Assumption
from demand.selectors.layers import plan_months
from demand.services.assumption_cells import cells_write
from demand.services.change_note import carried_noted
from sop.models import Cycle, User
from sop.services.cycle import cycle_event
from sop.services.history import bulk_update_with_history


@transaction.atomic
def assumptions_carry(*, user: User, cycle: Cycle) -> None:
    """Let what is still running count in the new cycle; what ended before its first month expires, with history.

    A discontinued product stays so: its months go on to the end of the new horizon.
    """
    running = list(Assumption.objects.select_for_update(no_key=True).filter(state__in=RUNNING).order_by("pk"))
    if not running:
        return
    end = plan_months(cycle)[-1]
    over = [each for each in running if each.last_bucket < cycle.bucket]
    on = [each for each in running if each.last_bucket >= cycle.bucket]
    bulk_update_with_history(
        Assumption,
        key=("id",),
        rows=[{"id": each.pk, "state": AssumptionState.EXPIRED} for each in over],
        reason=f"Its months are over: the {cycle} begins later.",
    )
    bulk_update_with_history(
        Assumption,
        key=("id",),
        rows=[
            {"id": each.pk, "last_bucket": end}
            for each in on
            if each.kind == AssumptionKind.DISCONTINUED and each.last_bucket < end
        ],
        reason=f"Discontinued to the end of the {cycle}.",
    )
    cells_write(cycle)
    sentence = (
        f"{len(on)} assumption{'' if len(on) == 1 else 's'} run{'s' if len(on) == 1 else ''} on, {len(over)} expired."
    )
    cycle_event(cycle=cycle, kind="assumptions_carried", sentence=sentence)
    carried_noted(user=user, cycle=cycle, note=sentence)
