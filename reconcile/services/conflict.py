"""Conflicts: written set-based after each calculation, owned and answered by people, closed by themselves when gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from reconcile.constants import ConflictState
from reconcile.models import Conflict
from sop.constants import StepKind
from sop.models import Cycle, User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import step_edit_lock

ANSWERS = (ConflictState.OPEN, ConflictState.ACCEPTED)


@dataclass(frozen=True)
class FoundConflict:
    """One contradiction a calculation found in one family."""

    kind: str
    family_id: int
    product_id: int | None
    first_bucket: date
    last_bucket: date
    money: Decimal
    units: Decimal
    sentence: str


@transaction.atomic
def conflicts_replace(*, cycle: Cycle, found: Sequence[FoundConflict]) -> None:
    """Bring the cycle's conflicts in line with a calculation: a few dozen rows, each saved with its history.

    A conflict keeps owner, note and answer while it lasts, also that leadership was asked; one that comes back opens
    again.
    """
    # Locked: an answer given now is seen, or waits and comes after.
    locked = Conflict.objects.select_for_update().filter(cycle=cycle).order_by("pk")
    known = {(row.kind, row.family_id): row for row in locked}
    now = timezone.now()
    for each in found:
        row = known.pop((each.kind, each.family_id), None)
        if row is None:
            row = Conflict(cycle=cycle, kind=each.kind, family_id=each.family_id, raised_at=now)
        elif row.state == ConflictState.GONE:
            row.state, row.raised_at, row.gone_at = ConflictState.OPEN, now, None
        row.product_id, row.sentence = each.product_id, each.sentence
        row.first_bucket, row.last_bucket = each.first_bucket, each.last_bucket
        row.money, row.units = each.money, each.units
        row.save()
    for row in known.values():
        if row.state != ConflictState.GONE:
            row.state, row.gone_at = ConflictState.GONE, now
            row.save()


@transaction.atomic
def conflict_answer(*, user: User, conflict_id: int, state: str, note: str) -> Conflict:
    """Own a conflict, or accept it as it is with a reason, while reconcile is open; after it leadership is asked."""
    if not user.has_perm("reconcile.own_conflict"):
        raise NotAllowed("Planners and finance answer conflicts.")
    if state not in ANSWERS:
        raise Refused("Own the conflict or accept it; it closes itself when its cause is gone.")
    cycle_id = Conflict.objects.values_list("cycle_id", flat=True).get(pk=conflict_id)
    step_edit_lock(cycle_id=cycle_id, kind=StepKind.RECONCILE)
    row = Conflict.objects.select_for_update().get(pk=conflict_id)
    if row.state == ConflictState.GONE:
        raise Refused("This conflict is gone: the plan no longer shows it.")
    if state == ConflictState.ACCEPTED and not note.strip():
        raise Refused("Say in a sentence why it is accepted as it is.")
    if not (state == ConflictState.OPEN and row.state == ConflictState.SENT):  # owning it does not take it back
        row.state = ConflictState(state)
    row.owner, row.note = user, note.strip()
    row._change_reason = note.strip()  # type: ignore[attr-defined]
    row.save()
    return row
