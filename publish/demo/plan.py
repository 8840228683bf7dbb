"""Planning supply in the demo: the supply run, and what Sam makes of its flags."""

from datetime import datetime, timedelta

from publish.demo.clock import clock
from publish.demo.work import job_run
from sop.constants import Source
from sop.models import Cycle, User
from sop.request_context import acting
from supply.constants import FlagKind, FlagState
from supply.models import SupplyFlag
from supply.services.flags import flag_answer
from supply.services.run import supply_request

# What Sam writes on the worst flags of a kind: how many of them, raised to reconcile or taken on, in which words.
ANSWERS = (
    (FlagKind.SHORTAGE, 6, FlagState.RAISED, "No order placed now arrives in time. Who gets what there is?"),
    (FlagKind.EXCESS, 4, FlagState.RAISED, "Bought ahead in autumn. Sell off, or stop the open orders?"),
    (FlagKind.PAST_DUE_PO, 5, FlagState.ACCEPTED, "Chasing the supplier for a new date."),
)


def supply_plan(sam: User, cycle: Cycle, at: datetime) -> None:
    """Run the supply plan and answer the worst flags."""
    with clock(at), acting(sam, Source.PAGE):
        job_run(supply_request(user=sam, cycle_id=cycle.pk).job)
    with clock(at + timedelta(hours=3)), acting(sam, Source.PAGE):
        for kind, count, state, note in ANSWERS:
            for flag in SupplyFlag.objects.filter(cycle=cycle, kind=kind).order_by("-money", "pk")[:count]:
                flag_answer(user=sam, flag_id=flag.pk, state=state, note=note)
