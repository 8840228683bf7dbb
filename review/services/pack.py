"""Freezing the pack: the figures leadership looks at, the same for everybody until a reason brings another."""

from django.db import transaction
from django.utils import timezone

from review.models import Pack
from review.selectors import pack_figures
from review.services.rules import NotReady, need
from sop.constants import StepKind, StepState
from sop.models import CycleStep, User
from sop.services.cycle import cycle_event, step_mark_fresh, step_open_if_ready


@transaction.atomic
def pack_freeze(*, user: User, cycle_id: int, reason: str = "") -> Pack:
    """Freeze every figure leadership will look at; a second pack needs a reason, replaces the first and its plan.

    What was chosen and signed on the pack before no longer counts: the plan is chosen again on the new one.
    """
    need(user, "review.freeze_pack", "Only planners and the coordinator freeze the pack.")
    locked = CycleStep.objects.select_for_update(of=("self",)).select_related("cycle")
    step = locked.get(cycle_id=cycle_id, kind=StepKind.REVIEW)
    if step.state == StepState.CLOSED:
        raise NotReady("The review is closed; reopen it before freezing another pack.")
    last = Pack.objects.filter(cycle_id=cycle_id).order_by("-version").first()
    if last is not None and not reason.strip():
        raise NotReady(f"Pack {last.version} is frozen already; say why another one is needed.")
    figures = pack_figures(step.cycle)
    if not figures["kpis"]:
        raise NotReady("There are no figures to freeze: put demand and supply side by side first.")
    Pack.objects.filter(cycle_id=cycle_id, current=True).update(current=False)
    pack = Pack.objects.create(
        cycle_id=cycle_id,
        version=1 if last is None else last.version + 1,
        figures=figures,
        frozen_at=timezone.now(),
        frozen_by=user,
        reason=reason.strip(),
    )
    cycle_event(
        cycle=step.cycle,
        kind="pack_frozen",
        sentence=f"{user.name} froze pack {pack.version}.",
        step=step,
        reason=reason,
    )
    step_mark_fresh(cycle_id=cycle_id, kind=StepKind.REVIEW)
    step_open_if_ready(step_id=step.pk)
    return pack
