"""A spreadsheet file of the plan: looked at first, then saved as one change set, or cancelled."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from demand.constants import (
    UPLOAD_BYTES_MAX,
    UPLOAD_COLUMNS_MAX,
    UPLOAD_FAULTS_KEPT,
    UPLOAD_KEPT_HOURS,
    UPLOAD_ROWS_MAX,
    Action,
)
from demand.models import ChangeSet, Upload
from demand.selectors.upload import Change, upload_of, upload_preview
from demand.services.outcome import CellEdit, Outcome
from demand.services.override import overrides_save
from demand.services.reason import reasons_set
from demand.services.upload_file import file_cells
from sop.constants import Source, StepKind
from sop.importing.table import table_read
from sop.models import User
from sop.refusals import NotAllowed, Refused
from sop.request_context import acting, current
from sop.services.cycle import step_edit_lock

GONE = f"This file was saved, cancelled, or looked at more than {UPLOAD_KEPT_HOURS} hours ago. Choose it again."


class UploadGone(Refused):
    """There is nothing left to save."""

    status = 409


class UploadSaved(Refused):
    """The file was saved by an earlier request."""

    status = 409


def upload_receive(*, user: User, cycle_id: int, file_name: str, content: bytes, decimal: str = "") -> Upload:
    """Read a file and keep what it changes until the person says so; an earlier waiting file is forgotten.

    `decimal` is the sign before the decimals, empty to find it out. Raises FileRefused where the file cannot be read,
    StepClosed when gather demand is not open.
    """
    if not user.has_perm("demand.override_forecast"):
        raise NotAllowed("Your role changes no numbers of demand.")
    with transaction.atomic():
        step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    name = file_name.replace("\0", "")[-200:]
    table = table_read(
        name, content, max_bytes=UPLOAD_BYTES_MAX, max_rows=UPLOAD_ROWS_MAX, max_columns=UPLOAD_COLUMNS_MAX
    )
    with transaction.atomic():
        cycle = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER).cycle
        found = file_cells(cycle, user, table, decimal)
        old = timezone.now() - timedelta(hours=UPLOAD_KEPT_HOURS)
        Upload.objects.filter(created_at__lt=old).delete()
        Upload.objects.filter(user=user, cycle=cycle).delete()
        faults = sorted(found.faults, key=lambda fault: fault.row)
        return Upload.objects.create(
            cycle=cycle,
            user=user,
            file_name=name,
            cells=[
                [series, f"{month}", None if c.quantity is None else f"{c.quantity:f}", c.version, c.reason, c.row]
                for (series, month), c in found.cells.items()
            ],
            faults=[vars(fault) for fault in faults[:UPLOAD_FAULTS_KEPT]],
            fault_count=len(faults),
            notes=found.notes,
        )


@transaction.atomic
def upload_save(*, user: User, upload_id: uuid.UUID, mine: Collection[str] = ()) -> tuple[Outcome, Upload | None]:
    """Save a waiting file as one change set named after it; versions are checked again under the step's lock.

    `mine` are the keys of cells changed since by somebody else in which the file's number is to stand all the same;
    the others of them stay. Cells refused because somebody changed them just now wait in the upload that is returned
    with the outcome. Raises UploadGone or UploadSaved, StepClosed when gather demand is not open.
    """
    upload = Upload.objects.select_for_update(of=("self",)).filter(pk=upload_id, user=user).first()
    if upload is None or upload_of(user, upload_id) is None:
        raise _gone(user, upload_id)
    cycle = step_edit_lock(cycle_id=upload.cycle_id, kind=StepKind.GATHER).cycle
    preview = upload_preview(user, upload)
    kept = [replace(met.change, version=met.change.now) for met in preview.met if met.change.key in set(mine)]
    changes = [*preview.changes, *kept]
    if not changes:
        raise Refused("Nothing would change: choose the cells in which your number is to stand, or cancel.")
    reasons = {change.reason for change in changes}
    note = f"File: {upload.file_name}"
    source = Source.UPLOAD if current().source == Source.PAGE else current().source
    with acting(user, source):
        outcome = overrides_save(
            user=user,
            cycle_id=cycle.pk,
            change_set_id=upload.pk,
            action=Action.UPLOAD,
            cells=[CellEdit(each.series, each.bucket, each.quantity, each.version) for each in changes],
            reason=next(iter(reasons)) if len(reasons) == 1 else "",
            note=note,
        )
        if len(reasons) > 1:
            _explain(user, cycle.pk, changes, outcome, note)
    return outcome, _left(upload, outcome)


@transaction.atomic
def upload_cancel(*, user: User, upload_id: uuid.UUID) -> None:
    """Forget a waiting file; one that is gone already is no mistake."""
    Upload.objects.filter(pk=upload_id, user=user).delete()


def _gone(user: User, upload_id: uuid.UUID) -> Refused:
    if ChangeSet.objects.filter(pk=upload_id, user=user).exists():
        return UploadSaved("This file is saved already.")
    return UploadGone(GONE)


def _explain(user: User, cycle_id: int, changes: Sequence[Change], outcome: Outcome, note: str) -> None:
    """Give each row's cells the row's reason; the answer names their newest versions."""
    saved = {(cell.series, cell.bucket) for cell in outcome.saved}
    told: dict[str, list[tuple[int, date]]] = defaultdict(list)
    for change in changes:
        if change.reason and change.quantity is not None and (change.series, change.bucket.isoformat()) in saved:
            told[change.reason].append((change.series, change.bucket))
    newest = {
        (cell.series, cell.bucket): cell
        for reason, cells in told.items()
        for cell in reasons_set(user=user, cycle_id=cycle_id, cells=cells, reason=reason, note=note)
    }
    outcome.saved = [newest.get((cell.series, cell.bucket), cell) for cell in outcome.saved]


def _left(upload: Upload, outcome: Outcome) -> Upload | None:
    """Take the file off the list; cells somebody changed between looking and saving wait as a file of their own."""
    refused = {(cell.series, cell.bucket) for cell in outcome.refused if cell.reason == "conflict"}
    cells = [cell for cell in upload.cells if (cell[0], cell[1]) in refused]
    rest = None
    if cells:
        rest = Upload.objects.create(
            cycle=upload.cycle, user=upload.user, file_name=upload.file_name, cells=cells, notes=upload.notes
        )
    upload.delete()
    return rest
