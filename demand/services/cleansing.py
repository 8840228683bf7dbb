"""Deciding on corrections of history: accepted, accepted with another number, refused."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from demand.constants import OVERRIDE_MAX, CleansingDecision, CleansingState
from demand.models import Cleansing
from demand.selectors.cleansing import Narrowed, cleansing_found, cleansing_stamp, cleansing_visible
from sop.constants import StepKind
from sop.models import User
from sop.refusals import Conflict, NotAllowed, Refused
from sop.selectors.cycle import company_moment
from sop.services.cycle import cycle_event, step_edit_lock, step_start
from sop.services.history import bulk_update_with_history

DECIDED = {CleansingDecision.ACCEPT: CleansingState.ACCEPTED, CleansingDecision.REFUSE: CleansingState.REFUSED}


@transaction.atomic
def cleansing_decide(
    *,
    user: User,
    cycle_id: int,
    decision: CleansingDecision,
    seen: Mapping[int, int],
    note: str = "",
    cleaned: Decimal | None = None,
) -> list[Cleansing]:
    """Accept or refuse corrections, each in the version the person saw (`seen`: id -> version): all of them or none.

    `cleaned` accepts one correction with the person's own number, which needs a note. Raises Conflict saying who was
    first, StepClosed when gather demand is not open, NotAllowed, Refused.
    """
    if not user.has_perm("demand.run_baseline"):
        raise NotAllowed("Only demand planners decide on corrections of history.")
    step = step_edit_lock(cycle_id=cycle_id, kind=StepKind.GATHER)
    if not seen:
        raise Refused("Choose at least one correction.")
    if cleaned is not None:
        _check_own(decision, seen, cleaned, note)
    rows = _locked(user, seen)
    bulk_update_with_history(
        Cleansing,
        key=("series_id", "bucket"),
        rows=[_decided(row, user, decision, cleaned, note) for row in rows],
        seen={(row.series_id, row.bucket): row.version for row in rows},
        reason=note.strip(),
    )
    did = {CleansingDecision.ACCEPT: "accepted", CleansingDecision.REFUSE: "refused"}[decision]
    what = "a correction" if len(rows) == 1 else f"{len(rows):,} corrections"
    cycle_event(cycle=step.cycle, kind="cleansing_decided", sentence=f"{user.name} {did} {what} of history.", step=step)
    step_start(user=user, step_id=step.pk)
    return list(Cleansing.objects.filter(pk__in=seen).order_by("pk"))


@transaction.atomic
def cleansing_decide_all(
    *, user: User, cycle_id: int, decision: CleansingDecision, narrowed: Narrowed, stamp: str
) -> list[Cleansing]:
    """Decide on everything a filter shows; `stamp` is what the person saw of it (`cleansing_stamp`)."""
    rows = cleansing_found(user, narrowed)
    if cleansing_stamp(rows) != stamp:
        raise Conflict(f"The list has changed since you opened it: it has {rows.count():,} rows now. Look at it again.")
    seen = dict(rows.order_by().values_list("pk", "version"))
    return cleansing_decide(user=user, cycle_id=cycle_id, decision=decision, seen=seen)


def _check_own(decision: CleansingDecision, seen: Mapping[int, int], cleaned: Decimal, note: str) -> None:
    if decision != CleansingDecision.ACCEPT or len(seen) > 1:
        raise Refused("A number of your own is for one correction that you accept.")
    number_check(cleaned)
    if not note.strip():
        raise Refused("Say why it is this number.")


def number_check(cleaned: Decimal) -> None:
    """Raise Refused for a number no month can hold."""
    if not cleaned.is_finite():
        raise Refused("This is not a number.")
    if cleaned < 0:
        raise Refused(f"{cleaned.normalize():,f} is below zero; nobody can have wanted that.")
    if cleaned > OVERRIDE_MAX:
        raise Refused(f"This is more than {OVERRIDE_MAX:,}, the most a month can hold.")


def _locked(user: User, seen: Mapping[int, int]) -> list[Cleansing]:
    chosen = cleansing_visible(user).filter(pk__in=seen).order_by("pk")
    # Locked before the names are read: a lock waited for shows the row as it is now, but what is joined as it was.
    locked = list(chosen.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    joined = ("series__product", "series__customer", "series__location", "decided_by")
    rows = list(chosen.filter(pk__in=locked).select_related(*joined))
    changed = [row for row in rows if row.version != seen[row.pk]]
    if changed:
        raise Conflict(who_was_first(changed))
    if len(rows) < len(seen):
        raise Conflict(
            "A correction is no longer there: history was looked through again. Look at the list as it is now."
        )
    return rows


def who_was_first(changed: Sequence[Cleansing]) -> str:
    """Return who changed a correction after the person opened it, as a sentence."""
    row = changed[0]
    where = f"{row.series.product}, {row.series.customer}, {row.bucket:%b %Y}"
    more = f" and {len(changed) - 1:,} more" if len(changed) > 1 else ""
    if row.decided_by is None or row.decided_at is None:
        return (
            f"History was looked through again and {where}{more} changed, after you opened it. Look at it as it is now."
        )
    did = "refused" if row.state == CleansingState.REFUSED else f"accepted {row.cleaned.normalize():,f} for"
    when = company_moment(row.decided_at)
    return f"{row.decided_by.name} {did} {where}{more} {when}, after you opened it. Look at it as it is now."


def _decided(
    row: Cleansing, user: User, decision: CleansingDecision, cleaned: Decimal | None, note: str
) -> dict[str, Any]:
    now = timezone.now()
    state, value = DECIDED[decision], row.proposed if cleaned is None else cleaned
    before = row.cleaned if row.state == CleansingState.ACCEPTED else None
    after = value if state == CleansingState.ACCEPTED else None
    return {
        "series_id": row.series_id,
        "bucket": row.bucket,
        "state": state.value,
        "cleaned": value,
        "note": note.strip(),
        "decided_by_id": user.pk,
        "decided_at": now,
        "effective_at": row.effective_at if before == after else now,
    }
