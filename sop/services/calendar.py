"""The calendar every new cycle follows."""

from itertools import pairwise

from django.db import transaction

from sop.constants import STEP_ORDER, Role
from sop.models import StepTemplate, User
from sop.refusals import NotAllowed, Refused
from sop.selectors.calendar import CalendarLine


@transaction.atomic
def calendar_write(*, user: User, lines: list[CalendarLine]) -> None:
    """Set the calendar of the cycles to come; a cycle that has opened keeps its dates."""
    if not user.has_perm("sop.open_cycle"):
        raise NotAllowed("Only the coordinator changes the calendar.")
    in_order = sorted(lines, key=lambda line: STEP_ORDER.index(line.kind))
    if [line.kind for line in in_order] != list(STEP_ORDER):
        raise Refused("Give every step once.")
    for before, after in pairwise(in_order):
        if (after.due_working_day, after.due_hour) < (before.due_working_day, before.due_hour):
            raise Refused(f"{after.kind.label} would be due before {before.kind.label}; steps follow each other.")
    templates = {template.kind: template for template in StepTemplate.objects.select_for_update()}
    for line in in_order:
        if line.owner is not None and not line.owner.groups.filter(name=line.owner_role).exists():
            raise Refused(f"{line.owner.name} is no {Role(line.owner_role).label.lower()}.")
        template = templates.get(line.kind) or StepTemplate(kind=line.kind)
        template.owner_role, template.owner = line.owner_role, line.owner
        template.due_working_day, template.due_hour = line.due_working_day, line.due_hour
        template.save()
