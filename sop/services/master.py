"""Changing master data by hand: one row at a time, with its version checked and its history written."""

from typing import Any

from django.db.models import Model

from sop.constants import StepKind, StepState
from sop.master_spec import MasterTable
from sop.models import CycleStep, User
from sop.refusals import Conflict, NotAllowed, Refused, StepClosed
from sop.selectors.cycle import closed_sentence, company_moment
from sop.selectors.master import rows_visible, used_by
from sop.selectors.master_history import Change, row_history, version_of
from sop.services.whole import whole


class InUse(Refused):
    """A row cannot go while others point at it."""


def step_not_closed_lock(kind: StepKind) -> None:
    """Hold off the closing of the open cycle's step until the transaction ends; raise StepClosed where it is closed.

    For tables that a step plans with and that also live outside of cycles: before the step opens and between cycles
    they may change, after it closed they may not.
    """
    locked = """select s.* from sop_cyclestep s join sop_cycle c on c.id = s.cycle_id
                where c.state = 'open' and s.kind = %s for share of s"""
    found = next(iter(CycleStep.objects.raw(locked, [kind.value])), None)
    if found is not None and found.state == StepState.CLOSED:
        raise StepClosed(closed_sentence(found))


def row_create(*, user: User, table: MasterTable, values: dict[str, Any]) -> Model:
    """Write a new row; `values` were validated by its form."""
    if table.single:
        raise Refused(f"There is only {table.one}.")
    with whole():
        _may(user, table)
        row: Model = table.model(**values)
        row.save()
    return row


def row_change(*, user: User, table: MasterTable, row_id: int, values: dict[str, Any], version: int) -> Model:
    """Change a row the person saw at `version`; raise Conflict naming who changed it since, when and to what."""
    with whole():
        _may(user, table)
        if table.single and not table.model.objects.filter(pk=row_id).exists():
            first: Model = table.model(pk=row_id, **values)
            first.save()
            return first
        row = _row_lock(user, table, row_id, version)
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if not changed:
            return row
        for name in changed:
            setattr(row, name, values[name])
        row.save()
    return row


def row_delete(*, user: User, table: MasterTable, row_id: int, version: int) -> None:
    """Remove a row nothing points at; raise InUse saying what does."""
    with whole():
        _may(user, table)
        if table.single:
            raise Refused(f"{table.label} stays.")
        row = _row_lock(user, table, row_id, version)
        users = used_by(row)
        if users:
            named = " and ".join(f"{count:,} {plural}" for count, plural in users)
            raise InUse(f"{row} is used by {named} and stays. What is over can be given an end instead.")
        row.delete()


def _may(user: User, table: MasterTable) -> None:
    if not table.fields or not user.has_perm(table.edit):
        raise NotAllowed(f"You may look at {table.label.lower()}, not change them.")
    if table.step:
        step_not_closed_lock(StepKind(table.step))


def _row_lock(user: User, table: MasterTable, row_id: int, version: int) -> Model:
    found: Model | None = rows_visible(table, user).select_for_update(of=("self",)).filter(pk=row_id).first()
    if found is None:
        raise Conflict(f"Somebody deleted {table.one} you were looking at.")
    if version_of(found) != version:
        raise Conflict(_changed_sentence(row_history(found, after=version)))
    return found


def _changed_sentence(changes: list[Change]) -> str:
    if not changes:
        return "This was changed meanwhile. Look at it again before you save."
    last = changes[0]
    said = ", ".join(f"{label.lower()} from {before} to {after}" for label, before, after in last.fields)
    return f"{last.who} changed {said or 'this'} {company_moment(last.at)}. Look at it again before you save."
