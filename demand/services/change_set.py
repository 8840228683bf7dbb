"""Taking a change set back as a whole."""

import uuid
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from demand.constants import Action
from demand.models import ChangeSet
from demand.services.outcome import CellEdit, Outcome, Taken
from demand.services.override import overrides_save
from sop.models import User
from sop.refusals import NotAllowed, Refused


@transaction.atomic
def change_set_undo(*, user: User, change_set_id: uuid.UUID, undo_id: uuid.UUID) -> Outcome:
    """Take back one's own change set as a whole; cells changed since by somebody else stay and are named."""
    change_set = ChangeSet.objects.select_for_update(no_key=True).get(pk=change_set_id)
    if change_set.user_id != user.pk and not user.has_perm("demand.override_any_forecast"):
        raise NotAllowed(
            f"{change_set.user_name} made this change; only {change_set.user_name} or a planner undoes it."
        )
    if ChangeSet.objects.filter(undoes=change_set).exclude(pk=undo_id).exists():
        raise Refused("This change is undone already.")
    before = _cells_before(change_set)
    if not before:
        raise Refused("This change wrote no cell; there is nothing to take back.")
    return overrides_save(
        user=user,
        cycle_id=change_set.cycle_id,
        change_set_id=undo_id,
        action=Action.UNDO,
        cells=[each.cell for each in before],
        reason=change_set.reason,
        note=f"Undoes: {change_set.note}".strip() if change_set.note else "",
        undoes=Taken(change_set, before[0].layer, {each.key: (each.reason, each.note) for each in before}),
    )


class Before(NamedTuple):
    """One cell as it stood before a change set."""

    series: int
    bucket: date
    quantity: Decimal | None
    version: int  # the last one that is the change set's own
    layer: str
    reason: str
    note: str

    @property
    def key(self) -> tuple[int, date]:
        """Return series and month."""
        return self.series, self.bucket

    @property
    def cell(self) -> CellEdit:
        """Return the edit that brings it back."""
        return CellEdit(self.series, self.bucket, self.quantity, self.version)


def _cells_before(change_set: ChangeSet) -> list[Before]:
    """Return each cell of a change set as it stood before it.

    Giving a cell its reason later is part of the same change set; a cell changed since by another carries a higher
    version now, so undoing it is refused as a conflict.
    """
    sql = """
        with own as (
            select id, series_id, bucket, layer, min(version) as first, max(version) as last
            from demand_historicaloverride where change_set_id = %s group by 1, 2, 3, 4
        )
        select o.series_id, o.bucket, e.quantity, o.last, o.layer, coalesce(e.reason, ''), coalesce(e.note, '')
        from own o
        left join demand_historicaloverride e on e.id = o.id and e.version = o.first - 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [change_set.pk])
        return [Before(*row) for row in cursor.fetchall()]
