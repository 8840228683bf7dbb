"""Giving changed cells their reason and note."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from demand.constants import Reason
from demand.models import Override
from demand.selectors.series import layer_of, series_editable
from demand.services.outcome import Saved
from demand.services.override import KEY
from sop.constants import StepKind
from sop.models import User
from sop.refusals import Refused
from sop.services.cycle import step_edit_lock
from sop.services.history import bulk_update_with_history


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
