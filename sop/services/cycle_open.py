"""Open the next cycle with its steps, owners and due dates; close a cycle whose steps are all closed."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from sop.constants import CycleState, StepState
from sop.cycle_hooks import run_cycle_open
from sop.engine.months import month_add, month_start
from sop.models import Company, Cycle, CycleStep, User
from sop.refusals import NotAllowed, Refused
from sop.selectors.calendar import calendar_lines
from sop.selectors.cycle import company, company_today, cycle_latest
from sop.services.cycle import NotYet, cycle_event
from sop.services.step_people import step_people_fill
from sop.working_days import deadline


@transaction.atomic
def cycle_open(*, user: User, bucket: date | None = None) -> Cycle:
    """Open the next cycle: one month on from the last, its steps dated by the calendar, gather demand open.

    `bucket` is the first month planned; without it, the month after the last cycle's, or the current month.
    """
    if not user.has_perm("sop.open_cycle"):
        raise NotAllowed("Only the coordinator opens a cycle.")
    of, last = company(), cycle_latest()
    if last is not None and last.state == CycleState.OPEN:
        raise Refused(f"The {last} is still open; publish its plan and close it first.")
    if bucket is None:
        bucket = month_add(last.bucket, 1) if last else month_start(company_today(of))
    if last is not None and bucket <= last.bucket:
        raise Refused(f"The {last} came last; the next one plans from a later month.")
    try:
        with transaction.atomic():
            cycle = Cycle.objects.create(
                bucket=month_start(bucket),
                horizon_months=of.horizon_months,
                opened_at=timezone.now(),
                opened_by=user,
            )
    except IntegrityError as error:
        raise Refused("Somebody opened a cycle at the same moment; reload the page.") from error
    _steps_create(cycle, of)
    cycle_event(cycle=cycle, kind="cycle_opened", sentence=f"{user.name} opened the {cycle}.")
    run_cycle_open(user, cycle, last)
    return cycle


@transaction.atomic
def cycle_close(*, user: User, cycle_id: int) -> Cycle:
    """Close a cycle whose steps are all closed, so that the next one can open."""
    if not user.has_perm("sop.open_cycle"):
        raise NotAllowed("Only the coordinator closes a cycle.")
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
    if cycle.state == CycleState.CLOSED:
        raise Refused(f"The {cycle} is closed already.")
    # Locked, so that no step reopens while its cycle closes.
    steps = CycleStep.objects.select_for_update().filter(cycle=cycle).order_by("number")
    unfinished = [step.get_kind_display() for step in steps if step.state != StepState.CLOSED]
    if unfinished:
        raise NotYet(f"Not closed yet: {', '.join(unfinished)}.")
    cycle.state, cycle.closed_at = CycleState.CLOSED, timezone.now()
    cycle.save(update_fields=["state", "closed_at"])
    cycle_event(cycle=cycle, kind="cycle_closed", sentence=f"{user.name} closed the {cycle}.")
    return cycle


def _steps_create(cycle: Cycle, of: Company) -> None:
    for number, line in enumerate(calendar_lines(), start=1):
        first = number == 1
        step = CycleStep.objects.create(
            cycle=cycle,
            kind=line.kind,
            number=number,
            owner=line.owner if line.owner is not None and line.owner.is_active else _only_holder(line.owner_role),
            due_at=deadline(cycle.bucket, line.due_working_day, line.due_hour, of.timezone),
            state=StepState.OPEN if first else StepState.WAITING,
            opened_at=timezone.now() if first else None,
        )
        step_people_fill(step)


def _only_holder(role: str) -> User | None:
    """Return the one active person of a role; with several, nobody is picked for the coordinator."""
    holders = list(User.objects.filter(is_active=True, groups__name=role)[:2])
    return holders[0] if len(holders) == 1 else None
