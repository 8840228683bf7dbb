"""The calendar every new cycle follows."""

from dataclasses import dataclass

from sop.constants import CALENDAR_DEFAULT, DUE_HOUR_DEFAULT, STEP_ORDER, StepKind
from sop.models import StepTemplate, User


@dataclass(frozen=True)
class CalendarLine:
    """When one step is due and who owns it."""

    kind: StepKind
    owner_role: str
    owner: User | None
    due_working_day: int
    due_hour: int


def calendar_lines() -> list[CalendarLine]:
    """Return the calendar in the order of the steps, with the defaults where nobody has set it."""
    templates = {template.kind: template for template in StepTemplate.objects.select_related("owner")}
    found = []
    for kind in STEP_ORDER:
        template = templates.get(kind)
        if template is None:
            role, day = CALENDAR_DEFAULT[kind]
            found.append(CalendarLine(kind, role, None, day, DUE_HOUR_DEFAULT))
        else:
            found.append(
                CalendarLine(kind, template.owner_role, template.owner, template.due_working_day, template.due_hour)
            )
    return found
