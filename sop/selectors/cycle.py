"""Every read of the cycle: which is open, how far each step and person is, what happened."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from sop.constants import STEP_CLOSE_PERMISSION, CycleState, Progress, StepKind, StepState
from sop.models import Company, Cycle, CycleEvent, CycleStep, StepProgress, User


def company() -> Company:
    """Return the company; before anything is set up, one with the defaults, not yet saved."""
    return Company.objects.filter(pk=1).first() or Company()


def company_zone(of: Company) -> ZoneInfo:
    """Return the time zone months and deadlines are meant in."""
    return ZoneInfo(of.timezone)


def company_today(of: Company) -> date:
    """Return today's date where the company is."""
    return timezone.now().astimezone(company_zone(of)).date()


def company_time(at: datetime, zone: ZoneInfo | None = None) -> datetime:
    """Return a moment at the company's own clock."""
    return at.astimezone(zone or company_zone(company()))


def company_moment(at: datetime, zone: ZoneInfo | None = None) -> str:
    """Return a moment in the company's time as a sentence says it: at 10:42, or on 9 Feb at 10:42 if not today.

    Whoever says many moments passes the zone, which is else looked up for each.
    """
    local = company_time(at, zone)
    if local.date() == timezone.now().astimezone(local.tzinfo).date():
        return f"at {local:%H:%M}"
    return f"on {local.day} {local:%b} at {local:%H:%M}"


def company_midnight(day: date) -> datetime:
    """Return the moment a day begins where the company is."""
    return datetime.combine(day, time(), tzinfo=company_zone(company()))


def may_close(user: User, kind: StepKind) -> bool:
    """Return whether a person's role closes this kind of step."""
    return user.has_perm(STEP_CLOSE_PERMISSION[kind]) or user.has_perm("sop.open_cycle")


def cycle_latest() -> Cycle | None:
    """Return the cycle with the latest month, open or closed."""
    return Cycle.objects.order_by("-bucket").first()


def cycle_open_now() -> Cycle | None:
    """Return the open cycle, None between cycles."""
    return Cycle.objects.filter(state=CycleState.OPEN).first()


def cycle_measured_last() -> Cycle | None:
    """Return the latest cycle whose plan was held against what happened."""
    return Cycle.objects.filter(measured_at__isnull=False).order_by("-bucket").first()


def cycle_before(cycle: Cycle) -> Cycle | None:
    """Return the cycle before this one."""
    return Cycle.objects.filter(bucket__lt=cycle.bucket).order_by("-bucket").first()


def cycles() -> QuerySet[Cycle]:
    """Return all cycles, latest first."""
    return Cycle.objects.order_by("-bucket")


def steps(cycle: Cycle) -> list[CycleStep]:
    """Return the cycle's steps in order."""
    return list(CycleStep.objects.filter(cycle=cycle).select_related("owner", "closed_by").order_by("number"))


def step(cycle: Cycle, kind: str) -> CycleStep:
    """Return one step of a cycle."""
    return CycleStep.objects.select_related("cycle", "owner").get(cycle=cycle, kind=kind)


def progress(cycle: Cycle) -> QuerySet[StepProgress]:
    """Return everybody's progress in all steps of a cycle."""
    return StepProgress.objects.filter(step__cycle=cycle).select_related("user", "step").order_by("step", "user__name")


def progress_of(user: User, step_: CycleStep) -> StepProgress | None:
    """Return one person's part in a step, None where they have none."""
    return StepProgress.objects.filter(step=step_, user=user).first()


def waiting_for(step_: CycleStep) -> list[str]:
    """Return the names of those who have not submitted."""
    found = StepProgress.objects.filter(step=step_, user__is_active=True).exclude(state=Progress.SUBMITTED)
    return list(found.order_by("user__name").values_list("user__name", flat=True))


def events(cycle: Cycle, limit: int | None = 200) -> QuerySet[CycleEvent]:
    """Return what happened in a cycle, latest first; all of it with `limit` None."""
    return CycleEvent.objects.filter(cycle=cycle).order_by("-at", "-id")[:limit]


def closed_sentence(step: CycleStep) -> str:
    """Return why a step that is not open takes no edit, with who closed it and when in the company's time."""
    name = step.get_kind_display()
    if step.state == StepState.CLOSED and step.closed_at is not None:
        at = company_time(step.closed_at)
        who = f" by {step.closed_by.name}" if step.closed_by else ""
        return f"{name} was closed on {at:%d %b %Y at %H:%M}{who}; its numbers can no longer change."
    return f"{name} is not open yet."
