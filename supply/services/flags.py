"""Flags: written set-based after each run, answered by people, closed by themselves when gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from sop.constants import StepKind
from sop.models import User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import step_edit_lock
from sop.services.history import bulk_update_with_history, bulk_upsert_with_history
from supply.constants import FlagState
from supply.models import SupplyFlag, SupplyRun

KEY = ("cycle_id", "item_id", "supplier_id", "location_id", "kind")
WHAT = KEY[1:]  # what is wrong, and how
What = tuple[int | None, int | None, int | None, str]
ANSWERED = (FlagState.ACCEPTED, FlagState.RAISED)


@dataclass(frozen=True)
class Found:
    """One flag a run found: of a stock item, a supplier, a warehouse, or of none of them: the company."""

    item_id: int | None
    kind: str
    first_bucket: date
    last_bucket: date
    units: Decimal
    money: Decimal
    cause: str
    supplier_id: int | None = None
    location_id: int | None = None

    @property
    def key(self) -> What:
        """What is wrong, and how."""
        return (self.item_id, self.supplier_id, self.location_id, self.kind)


@transaction.atomic
def flags_replace(*, run: SupplyRun, found: Sequence[Found], only: Q | None = None) -> None:
    """Bring the cycle's flags in line with a run: new ones open, known ones refreshed, gone ones closed.

    `only`: those of some stock items, suppliers and warehouses; `found` then has no other.

    A flag keeps its owner, note and answer while its condition lasts; one that comes back opens again.
    """
    states = _states(run.cycle_id, only)
    rows = [_row(run, each, states.pop(each.key, FlagState.OPEN)) for each in found]
    bulk_upsert_with_history(SupplyFlag, key=KEY, rows=rows, only_new=("note",))
    gone = [
        {"cycle_id": run.cycle_id, **dict(zip(WHAT, key, strict=True)), "state": FlagState.GONE}
        for key, state in states.items()
        if state != FlagState.GONE
    ]
    bulk_update_with_history(SupplyFlag, key=KEY, rows=gone)


def _states(cycle_id: int, only: Q | None) -> dict[What, str]:
    """Return the state of each flag there is, locked: an answer given now is seen, or waits and comes after."""
    rows = SupplyFlag.objects.select_for_update().filter(cycle_id=cycle_id).order_by("pk")
    rows = rows if only is None else rows.filter(only)
    return {(*key,): state for *key, state in rows.values_list(*WHAT, "state")}


def _row(run: SupplyRun, found: Found, state: str) -> dict[str, Any]:
    return {
        "cycle_id": run.cycle_id,
        "item_id": found.item_id,
        "supplier_id": found.supplier_id,
        "location_id": found.location_id,
        "kind": found.kind,
        "run_id": run.pk,
        "first_bucket": found.first_bucket,
        "last_bucket": found.last_bucket,
        "units": found.units,
        "money": found.money,
        "cause": found.cause,
        "state": FlagState.OPEN if state == FlagState.GONE else state,
        "note": "",
    }


@transaction.atomic
def flag_answer(*, user: User, flag_id: int, state: str, note: str) -> SupplyFlag:
    """Take a flag on, or raise it to reconcile, with a note; the one who answers owns it. Only while supply is open."""
    if not user.has_perm("supply.flag_shortage"):
        raise NotAllowed("Only supply planners answer flags.")
    if state not in ANSWERED:
        raise Refused("A flag is taken on or raised to reconcile; it closes itself when its cause is gone.")
    cycle_id = SupplyFlag.objects.values_list("cycle_id", flat=True).get(pk=flag_id)
    step_edit_lock(cycle_id=cycle_id, kind=StepKind.SUPPLY)
    flag = SupplyFlag.objects.select_for_update().get(pk=flag_id)
    if flag.state == FlagState.GONE:
        raise Refused("This flag is gone: the plan no longer shows it.")
    if state == FlagState.RAISED and not note.strip():
        raise Refused("Say in a sentence what reconcile should settle.")
    flag.state, flag.owner, flag.note = FlagState(state), user, note.strip()
    flag._change_reason = note.strip()  # type: ignore[attr-defined]
    flag.save()
    return flag
