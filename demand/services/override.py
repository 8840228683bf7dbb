"""Changing the forecast: many cells in one change set, nobody overwritten silently, every change with its reason."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from demand.constants import Action, Reason
from demand.models import ChangeSet, Override
from demand.selectors.change_sets import scope_words
from demand.selectors.series import layer_of
from demand.services.cell_rules import cells_allowed
from demand.services.outcome import CellEdit, Outcome, RefusedCell, Saved, Taken
from sop.constants import StepKind
from sop.models import Cycle, User
from sop.refusals import NotAllowed, Refused
from sop.request_context import current
from sop.selectors.cycle import company, company_moment, company_zone
from sop.services.cycle import step_edit_lock, step_start
from sop.services.history import bulk_upsert_with_history

KEY = ("cycle_id", "series_id", "bucket", "layer")
CELLS_MAX = 200_000  # 10,000 series x 18 months and some; more is a program gone wild


@transaction.atomic
def overrides_save(
    *,
    user: User,
    cycle_id: int,
    change_set_id: uuid.UUID,
    action: Action,
    cells: Sequence[CellEdit],
    reason: str = "",
    note: str = "",
    undoes: Taken | None = None,
) -> Outcome:
    """Save one human action over many cells; good cells are saved, refused ones named, nothing is half written.

    The same `change_set_id` sent again answers the same and changes nothing.
    Raises StepClosed when gather demand is not open, Refused for a malformed request.
    """
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    before = ChangeSet.objects.filter(pk=change_set_id).first()
    if before is not None:
        return _answer_again(before, user)
    _check_request(cells, reason)
    outcome = Outcome(str(change_set_id))
    allowed = cells_allowed(user, step.cycle, cells, outcome)
    change_set = ChangeSet.objects.create(
        id=change_set_id,
        cycle=step.cycle,
        user=user,
        user_name=user.name,
        action=action,
        scope=scope_words({cell.series for cell in allowed}, {cell.bucket for cell in allowed}),
        reason=reason,
        note=note,
        undoes=undoes.change_set if undoes else None,
        source=current().source,
        request_id=current().request_id,
    )
    layer = undoes.layer if undoes else layer_of(user)
    _write(change_set, layer, _rows(change_set, layer, allowed, undoes), allowed, outcome)
    outcome.saved_at = timezone.now().isoformat()
    change_set.answer = outcome.as_json()
    change_set.save(update_fields=["cells", "total_before", "total_after", "answer"])
    if outcome.saved:
        step_start(user=user, step_id=step.pk)
    return outcome


def _answer_again(before: ChangeSet, user: User) -> Outcome:
    if before.user_id != user.pk:
        raise NotAllowed("This change belongs to somebody else.")
    answer = before.answer
    return Outcome(
        answer["change_set"],
        [Saved(**cell) for cell in answer["saved"]],
        [RefusedCell(**cell) for cell in answer["refused"]],
        answer["saved_at"],
    )


def _check_request(cells: Sequence[CellEdit], reason: str) -> None:
    if not cells:
        raise Refused("No cell was sent.")
    if len(cells) > CELLS_MAX:
        raise Refused(f"{len(cells):,} cells at once are too many; send at most {CELLS_MAX:,}.")
    if reason and reason not in Reason.values:
        raise Refused("Choose a reason from the list.")
    if len({(cell.series, cell.bucket) for cell in cells}) < len(cells):
        raise Refused("The same cell was sent twice in one change.")


def _rows(change_set: ChangeSet, layer: str, cells: Sequence[CellEdit], undoes: Taken | None) -> list[dict[str, Any]]:
    """Return the cells as rows of the table; what is taken back gets the reason and note it had before."""
    common = {
        "cycle_id": change_set.cycle_id,
        "layer": layer,
        "change_set_id": change_set.pk,
        "changed_by_id": change_set.user_id,
        "changed_at": timezone.now(),
    }
    rows = []
    for cell in cells:
        told = undoes.told[cell.series, cell.bucket] if undoes else (change_set.reason, change_set.note)
        own = {"series_id": cell.series, "bucket": cell.bucket, "quantity": cell.quantity}
        rows.append(common | own | dict(zip(("reason", "note"), told, strict=True)))
    return rows


def _write(
    change_set: ChangeSet,
    layer: str,
    rows: Sequence[dict[str, Any]],
    cells: Sequence[CellEdit],
    outcome: Outcome,
) -> None:
    """Write the allowed cells in one statement; name those somebody else changed first."""
    cycle = change_set.cycle
    new_only: list[str] = []
    if change_set.undoes_id is None:  # a cell keeps its reason and note where this change names none
        new_only += ([] if change_set.reason else ["reason"]) + ([] if change_set.note else ["note"])
    before = _totals(cycle, layer, cells)
    result = bulk_upsert_with_history(
        Override,
        key=KEY,
        rows=rows,
        seen={(cycle.pk, c.series, c.bucket, layer): c.version for c in cells},
        only_new=new_only,
        reason=change_set.reason,
    )
    clashes = set(result.conflicts)
    for cell in cells:
        key = (cycle.pk, cell.series, cell.bucket, layer)
        if key not in clashes:
            quantity = None if cell.quantity is None else f"{cell.quantity:f}"
            outcome.saved.append(Saved(cell.series, cell.bucket.isoformat(), quantity, result.versions[key]))
    outcome.refused += _conflicts(cycle, layer, [c for c in cells if (cycle.pk, c.series, c.bucket, layer) in clashes])
    change_set.cells = len(outcome.saved)
    change_set.total_before = before
    change_set.total_after = _totals(cycle, layer, cells)


def _conflicts(cycle: Cycle, layer: str, cells: Sequence[CellEdit]) -> list[RefusedCell]:
    """Return, for each clash, what the cell holds now, who wrote it and when."""
    if not cells:
        return []
    now = {
        (row.series_id, row.bucket): row
        for row in Override.objects.filter(cycle=cycle, layer=layer, series_id__in={c.series for c in cells})
        .select_related("changed_by")
        .order_by("pk")
    }
    zone = company_zone(company())
    refused = []
    for cell in cells:
        row = now[cell.series, cell.bucket]
        held = "the baseline" if row.quantity is None else f"{row.quantity.normalize():,f}"
        who = row.changed_by.name if row.changed_by else "Somebody"
        refused.append(
            RefusedCell(
                cell.series,
                cell.bucket.isoformat(),
                "conflict",
                f"{who} changed this cell to {held} {company_moment(row.changed_at, zone)}, after you opened it.",
                None if row.quantity is None else f"{row.quantity:f}",
                row.version,
                who,
                row.changed_at.isoformat(),
            )
        )
    return refused


def _totals(cycle: Cycle, layer: str, cells: Sequence[CellEdit]) -> Decimal:
    """Return what these cells add up to in a layer right now, unchanged ones at their baseline."""
    sql = """
        select coalesce(sum(coalesce(o.quantity, b.mean, 0)), 0)
        from unnest(%s::bigint[], %s::date[]) as c(series_id, bucket)
        left join demand_override o on o.cycle_id = %s and o.layer = %s
             and o.series_id = c.series_id and o.bucket = c.bucket
        left join demand_baselinerun r on r.cycle_id = %s and r.adopted
        left join demand_baseline b on b.run_id = r.id and b.series_id = c.series_id and b.bucket = c.bucket
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [[c.series for c in cells], [c.bucket for c in cells], cycle.pk, layer, cycle.pk])
        return Decimal(cursor.fetchone()[0])
