"""Flags: written set-based after each run, answered by people, closed by themselves when gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from sop.models import User
from sop.refusals import NotAllowed, Refused
from supply.constants import FlagState
from supply.models import SupplyFlag, SupplyRun

ANSWERED = (FlagState.ACCEPTED, FlagState.RAISED)


@dataclass(frozen=True)
class Found:
    """One flag a run found."""

    item_id: int
    kind: str
    first_bucket: date
    last_bucket: date
    units: Decimal
    money: Decimal
    cause: str


def flags_replace(*, run: SupplyRun, found: Sequence[Found]) -> None:
    """Bring the cycle's flags in line with a run: new ones open, known ones refreshed, gone ones closed.

    A flag keeps its owner, note and answer while its condition lasts; one that comes back opens again.
    """
    known = {(flag.item_id, flag.kind): flag for flag in SupplyFlag.objects.filter(cycle_id=run.cycle_id)}
    fresh, changed = [], []
    for each in found:
        flag = known.pop((each.item_id, each.kind), None)
        values = {
            "run": run,
            "first_bucket": each.first_bucket,
            "last_bucket": each.last_bucket,
            "units": each.units,
            "money": each.money,
            "cause": each.cause,
        }
        if flag is None:
            fresh.append(SupplyFlag(cycle_id=run.cycle_id, item_id=each.item_id, kind=each.kind, **values))
            continue
        for name, value in values.items():
            setattr(flag, name, value)
        if flag.state == FlagState.GONE:
            flag.state = FlagState.OPEN
        changed.append(flag)
    for flag in known.values():
        if flag.state != FlagState.GONE:
            flag.state = FlagState.GONE
            changed.append(flag)
    bulk_create_with_history(fresh, SupplyFlag, batch_size=2000)
    names = ["run", "first_bucket", "last_bucket", "units", "money", "cause", "state"]
    bulk_update_with_history(changed, SupplyFlag, names, batch_size=2000)


@transaction.atomic
def flag_answer(*, user: User, flag_id: int, state: str, note: str) -> SupplyFlag:
    """Take a flag on, or raise it to reconcile, with a note; the one who answers owns it."""
    if not user.has_perm("supply.flag_shortage"):
        raise NotAllowed("Only supply planners answer flags.")
    if state not in ANSWERED:
        raise Refused("A flag is taken on or raised to reconcile; it closes itself when its cause is gone.")
    flag = SupplyFlag.objects.select_for_update().get(pk=flag_id)
    if flag.state == FlagState.GONE:
        raise Refused("This flag is gone: the plan no longer shows it.")
    if state == FlagState.RAISED and not note.strip():
        raise Refused("Say in a sentence what reconcile should settle.")
    flag.state, flag.owner, flag.note = FlagState(state), user, note.strip()
    flag._change_reason = note.strip()  # type: ignore[attr-defined]
    flag.save()
    return flag
