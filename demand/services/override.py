"""Changing the forecast: many cells in one change set, nobody overwritten silently, every change with its reason."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from demand.constants import OVERRIDE_MAX_TIMES_BASELINE, Action, Reason
from demand.models import ChangeSet, Override
from demand.selectors.series import layer_of, series_editable
from sop.constants import StepKind
from sop.engine.months import month_list
from sop.models import Cycle, CycleStep, User
from sop.refusals import NotAllowed, Refused
from sop.request_context import current
from sop.services.cycle import step_edit_lock, step_start
from sop.services.history import bulk_update_with_history, bulk_upsert_with_history

KEY = ("cycle_id", "series_id", "bucket", "layer")
CELLS_MAX = 200_000  # 10,000 series x 18 months and some; more is a program gone wild


@dataclass(frozen=True)
class CellEdit:
    """What one cell should become: `quantity` None means back to the layer below; `version` is the one last seen."""

    series: int
    bucket: date
    quantity: Decimal | None
    version: int


@dataclass(frozen=True)
class Saved:
    """A cell as it is now."""

    series: int
    bucket: str
    quantity: str | None
    version: int


@dataclass(frozen=True)
class RefusedCell:
    """A cell that was not changed, and why; for a conflict: what it holds now, by whom, since when."""

    series: int
    bucket: str
    reason: str  # conflict | scope | range
    message: str
    quantity: str | None = None
    version: int | None = None
    by: str | None = None
    at: str | None = None


@dataclass
class Outcome:
    """What became of a change set."""

    change_set: str
    saved: list[Saved] = field(default_factory=list)
    refused: list[RefusedCell] = field(default_factory=list)
    saved_at: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return plain values for the answer and for the change set's memory."""
        return asdict(self)


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
    undoes: ChangeSet | None = None,
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
    allowed = _allowed(user, step, cells, outcome)
    change_set = ChangeSet.objects.create(
        id=change_set_id,
        cycle_id=cycle_id,
        user=user,
        user_name=user.name,
        action=action,
        reason=reason,
        note=note,
        undoes=undoes,
        source=current().source,
        request_id=current().request_id,
    )
    _write(user, step.cycle, change_set, allowed, outcome)
    outcome.saved_at = timezone.now().isoformat()
    change_set.answer = outcome.as_json()
    change_set.save(update_fields=["cells", "total_before", "total_after", "answer"])
    if outcome.saved:
        step_start(user=user, step_id=step.pk)
    return outcome


@transaction.atomic
def change_set_undo(*, user: User, change_set_id: uuid.UUID, undo_id: uuid.UUID) -> Outcome:
    """Take back one's own change set as a whole; cells changed since by somebody else stay and are named."""
    change_set = ChangeSet.objects.select_for_update().get(pk=change_set_id)
    if change_set.user_id != user.pk and not user.has_perm("demand.override_any_forecast"):
        raise NotAllowed(
            f"{change_set.user_name} made this change; only {change_set.user_name} or a planner undoes it."
        )
    if ChangeSet.objects.filter(undoes=change_set).exclude(pk=undo_id).exists():
        raise Refused("This change is undone already.")
    earlier = _values_before(change_set)
    cells = [CellEdit(series, bucket, quantity, version) for series, bucket, quantity, version in earlier]
    return overrides_save(
        user=user,
        cycle_id=change_set.cycle_id,
        change_set_id=undo_id,
        action=Action.UNDO,
        cells=cells,
        reason=change_set.reason,
        note=f"Undoes: {change_set.note}".strip() if change_set.note else "",
        undoes=change_set,
    )


@transaction.atomic
def reasons_set(*, user: User, cycle_id: int, cells: Sequence[tuple[int, date]], reason: str, note: str) -> list[Saved]:
    """Attach a reason and a note to own changed cells; return the cells that took it, with their new versions."""
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    if reason not in Reason.values:
        raise Refused("Choose a reason from the list.")
    editable = set(series_editable(user).filter(pk__in={c[0] for c in cells}).values_list("pk", flat=True))
    wanted = {(series, bucket) for series, bucket in cells if series in editable}
    held = Override.objects.filter(cycle=step.cycle, layer=layer_of(user), series_id__in=editable)
    quantities = {
        (row.series_id, row.bucket): row.quantity
        for row in held.filter(quantity__isnull=False)
        if (row.series_id, row.bucket) in wanted
    }
    changes = {"reason": reason, "note": note, "changed_at": timezone.now(), "changed_by_id": user.pk}
    key = {"cycle_id": cycle_id, "layer": layer_of(user)}
    rows = [key | {"series_id": series, "bucket": bucket} | changes for series, bucket in quantities]
    result = bulk_update_with_history(Override, key=KEY, rows=rows, reason=reason)
    return [
        Saved(series, bucket.isoformat(), f"{quantities[series, bucket]:f}", version)
        for (_, series, bucket, _), version in result.versions.items()
    ]


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


def _allowed(user: User, step: CycleStep, cells: Sequence[CellEdit], outcome: Outcome) -> list[CellEdit]:
    """Return the cells within scope, months and sense; name the others in the outcome."""
    cycle: Cycle = step.cycle
    editable = set(series_editable(user).filter(pk__in={cell.series for cell in cells}).values_list("pk", flat=True))
    months = set(month_list(cycle.bucket, cycle.horizon_months))
    limits = _limits(cycle, editable)
    allowed = []
    for cell in cells:
        sentence = ""
        kind = "range"
        if cell.series not in editable:
            kind, sentence = "scope", "This customer is not yours to change."
        elif cell.bucket not in months:
            sentence = f"{cell.bucket:%b %Y} is outside the plan ({min(months):%b %Y} to {max(months):%b %Y})."
        elif cell.quantity is not None and not cell.quantity.is_finite():
            sentence = "This is not a number."
        elif cell.quantity is not None and cell.quantity < 0:
            sentence = f"{cell.quantity:,f} is below zero; a forecast cannot be."
        elif cell.quantity is not None and cell.quantity > limits.get(cell.series, cell.quantity):
            sentence = (
                f"{cell.quantity:,f} is more than {OVERRIDE_MAX_TIMES_BASELINE} times this row's highest baseline; "
                "if it is right, enter it as a project under Assumptions."
            )
        if sentence:
            outcome.refused.append(RefusedCell(cell.series, cell.bucket.isoformat(), kind, sentence))
        else:
            allowed.append(cell)
    return allowed


def _limits(cycle: Cycle, series_ids: set[int]) -> dict[int, Decimal]:
    """Return the largest sensible quantity per series: many times its highest baseline month, at least 1,000."""
    sql = """
        select b.series_id, greatest(max(b.mean) * %s, 1000) from demand_baseline b
        join demand_baselinerun r on r.id = b.run_id and r.adopted
        where r.cycle_id = %s and b.series_id = any(%s) group by 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [OVERRIDE_MAX_TIMES_BASELINE, cycle.pk, list(series_ids)])
        return dict(cursor.fetchall())


def _write(user: User, cycle: Cycle, change_set: ChangeSet, cells: Sequence[CellEdit], outcome: Outcome) -> None:
    """Write the allowed cells in one statement; name those somebody else changed first."""
    layer = layer_of(user)
    new_only = ["held"] + ([] if change_set.reason else ["reason"]) + ([] if change_set.note else ["note"])
    before = _totals(cycle, layer, cells)
    common = {
        "cycle_id": cycle.pk,
        "layer": layer,
        "held": False,
        "reason": change_set.reason,
        "note": change_set.note,
        "change_set_id": change_set.pk,
        "changed_by_id": user.pk,
        "changed_at": timezone.now(),
    }
    rows = [common | {"series_id": c.series, "bucket": c.bucket, "quantity": c.quantity} for c in cells]
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
    now = {
        (row.series_id, row.bucket): row
        for row in Override.objects.filter(cycle=cycle, layer=layer, series_id__in={c.series for c in cells})
        .select_related("changed_by")
        .order_by("pk")
    }
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
                f"{who} changed this cell to {held} at {row.changed_at:%H:%M} UTC, after you opened it.",
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


def _values_before(change_set: ChangeSet) -> list[tuple[int, date, Decimal | None, int]]:
    """Return series, month, quantity before the change set, and the last version that is its own, per cell.

    Giving a cell its reason later is part of the same change set; a cell changed since by another carries a higher
    version now, so undoing it is refused as a conflict.
    """
    sql = """
        with own as (
            select id, series_id, bucket, min(version) as first, max(version) as last
            from demand_historicaloverride where change_set_id = %s group by 1, 2, 3
        )
        select o.series_id, o.bucket, e.quantity, o.last from own o
        left join demand_historicaloverride e on e.id = o.id and e.version = o.first - 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [change_set.pk])
        return list(cursor.fetchall())
