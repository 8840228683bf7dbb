"""What a supplier accepts or a warehouse holds in a month, as planners state it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction

from sop.constants import StepKind
from sop.engine.months import month_list
from sop.models import User
from sop.refusals import NotAllowed, Refused
from sop.services.cycle import step_edit_lock, step_mark_stale
from sop.services.whole import whole
from supply.models import Capacity
from supply.services.seen import unchanged

CHANGED = "A limit of a supplier or a warehouse changed; look at the rough cut."
UNITS = ("units", "m3", "money")


@transaction.atomic
def capacity_set(
    *,
    user: User,
    cycle_id: int,
    supplier_id: int | None,
    location_id: int | None,
    unit: str,
    first: date,
    last: date,
    quantity: Decimal,
    reason: str,
    versions: Mapping[int, int],
) -> list[Capacity]:
    """State the limit of a supplier or of a warehouse for the months from first to last, all or none of them.

    `versions`: of each limit, by its number, the version last seen; one that is missing was not seen. Somebody
    else's newer limit in any of the months raises Conflict.
    """
    if not user.has_perm("supply.plan_supply"):
        raise NotAllowed("Only supply planners change the supply plan.")
    cycle = step_edit_lock(cycle_id=cycle_id, kind=StepKind.SUPPLY).cycle
    plan = month_list(cycle.bucket, cycle.horizon_months)
    _check(supplier_id, location_id, unit, quantity, reason)
    if first not in plan or last not in plan or last < first:
        raise Refused(f"Choose months from {plan[0]:%b %Y} to {plan[-1]:%b %Y}, the first before the last.")
    owner = {"supplier_id": supplier_id} if supplier_id else {"location_id": location_id}
    months = [month for month in plan if first <= month <= last]
    held = Capacity.objects.select_for_update(of=("self",)).filter(unit=unit, bucket__in=months, **owner)
    known = {row.bucket: row for row in held.order_by("pk")}
    rows = []
    for month in months:
        row = known.get(month)
        if row is None:
            row = Capacity(unit=unit, bucket=month, **owner)
        else:
            now = f"the limit of {month:%b %Y} to {row.quantity.normalize():,f}"
            unchanged(row, ("quantity",), version=versions.get(row.pk, 0), now=now)
        row.quantity = quantity
        row._change_reason = reason.strip()  # type: ignore[attr-defined]
        with whole():  # two first limits at once: there was no row to lock yet
            row.save()
        rows.append(row)
    step_mark_stale(cycle_id=cycle.pk, after=StepKind.SUPPLY, because=CHANGED)
    return rows


def _check(supplier_id: int | None, location_id: int | None, unit: str, quantity: Decimal, reason: str) -> None:
    """Refuse a limit of nobody or of two, in no known unit, below zero, or without a reason."""
    if (supplier_id is None) == (location_id is None):
        raise Refused("A limit belongs to a supplier or to a warehouse: name one of the two.")
    if unit not in UNITS:
        raise Refused("Choose what the limit counts: units, m³ or money.")
    if quantity < 0:
        raise Refused("A limit cannot be below zero.")
    if not reason.strip():
        raise Refused("Say why: the next planner will ask.")
