"""A correction of history that looking through it did not propose: a planner knows what a month should be."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from demand.constants import CleansingCause, CleansingKind, CleansingState
from demand.frames import history_panel
from demand.models import Cleansing, Series
from demand.selectors.layers import demand_actual, last_actual_month
from demand.selectors.series import series_visible
from demand.services.cleansing import number_check, who_was_first
from sop.constants import StepKind
from sop.engine.months import month_start, months_between
from sop.models import User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.services.cycle import cycle_event, step_edit_lock, step_start
from sop.services.history import bulk_upsert_with_history

NOTE_LENGTH = 500


@transaction.atomic
def cleansing_add(
    *,
    user: User,
    cycle_id: int,
    series_id: int,
    bucket: date,
    cleaned: Decimal | None,
    note: str,
    version: int = 0,
) -> Cleansing:
    """Correct a month of history and let it count; `cleaned` None fills it from its neighbours, in the row's season.

    `version` is the one the person saw of the month's correction, 0 where there was none. Raises Conflict saying who
    was first, StepClosed when gather demand is not open, NotAllowed, Refused.
    """
    if not user.has_perm("demand.run_baseline"):
        raise NotAllowed("Only demand planners correct history.")
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    if not note.strip():
        raise Refused("Say why history is corrected.")
    if len(note) > NOTE_LENGTH:
        raise Refused(f"The reason is longer than {NOTE_LENGTH} characters.")
    series = series_visible(user).select_related("product", "customer", "location").filter(pk=series_id).first()
    if series is None:
        raise NotAllowed("You do not see this row.")
    bucket = month_start(bucket)
    _check_free(series, bucket, version)
    until = last_actual_month(before=step.cycle.bucket)
    if until is None or bucket > until:
        raise Refused(f"{bucket:%b %Y} is no month of history yet.")
    raw = _decimal(demand_actual(series_ids=[series_id], months=[bucket])[0][0])
    if cleaned is not None:
        number_check(cleaned)
    value = _from_neighbours(series, bucket, until) if cleaned is None else cleaned
    if value == raw:
        raise Refused(f"{bucket:%b %Y} has {raw.normalize():,f} already.")
    why = "Filled from its neighbours." if cleaned is None else "A number of a person's own."
    stated = {"raw": raw, "proposed": value, "cleaned": value, "why": why, "note": note.strip()}
    row = _written(user, series, bucket, stated, version)
    sentence = f"{user.name} corrected {bucket:%b %Y} of {series.product}, {series.customer}."
    cycle_event(cycle=step.cycle, kind="cleansing_added", sentence=sentence, step=step, reason=note.strip())
    step_start(user=user, step_id=step.pk)
    return row


def _check_free(series: Series, bucket: date, version: int) -> None:
    """Refuse a month that has a correction: seen, it is decided on its own page; not seen, somebody was first."""
    held = _held(series, bucket)
    if held is None:
        return
    if held.version != version:
        raise Conflict(who_was_first([held]))
    if held.state != CleansingState.LAPSED:
        raise Refused(f"{bucket:%b %Y} has a correction already: open it and count your own number there.")


def _held(series: Series, bucket: date) -> Cleansing | None:
    joined = ("series__product", "series__customer", "series__location", "decided_by")
    return Cleansing.objects.filter(series=series, bucket=bucket).select_related(*joined).first()


def _from_neighbours(series: Series, bucket: date, until: date) -> Decimal:
    """Return what the line between the months beside it expects, turned by the row's season from two years on."""
    from demand.engine.fills import fill_gaps  # noqa: PLC0415  (engines load where they are used)
    from demand.engine.history import WIDTH, history_of  # noqa: PLC0415

    values = history_of(history_panel(series_ids=[series.pk], until=until), as_of=until).values
    place = WIDTH - 1 - months_between(bucket, until)
    if not len(values) or place < 0:
        raise Refused(f"{bucket:%b %Y} lies before this row's history.")
    values[0, place] = np.nan
    filled = fill_gaps(values)[0, place]
    if np.isnan(filled):
        raise Refused(f"{bucket:%b %Y} has no known month on one side; give a number.")
    filled = max(filled, 0.0)
    return _decimal(round(filled) if series.product.whole_units else filled)


def _written(user: User, series: Series, bucket: date, stated: dict[str, Any], version: int) -> Cleansing:
    now = timezone.now()
    row = {
        "series_id": series.pk,
        "bucket": bucket,
        "kind": CleansingKind.PERSON.value,
        "cause": CleansingCause.PERSON.value,
        **stated,
        "state": CleansingState.ACCEPTED.value,
        "decided_by_id": user.pk,
        "decided_at": now,
        "effective_at": now,
    }
    seen = {(series.pk, bucket): version}
    result = bulk_upsert_with_history(
        Cleansing, key=("series_id", "bucket"), rows=[row], seen=seen, reason=stated["note"]
    )
    held = _held(series, bucket)
    if result.conflicts:
        raise Conflict(who_was_first([held]) if held else "This month's correction is gone. Look at it as it is now.")
    assert held is not None  # just written
    return held


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.3f}")
