"""Who takes part in a step: one progress row each, kept in line while people and territories change."""

from sop.constants import STEP_ROLES, Progress, StepKind
from sop.cycle_hooks import step_people
from sop.models import CycleStep, StepProgress, User


def participants(kind: StepKind) -> list[User]:
    """Return the active people a step waits for: named by its app, else by role; reps only with customers."""
    named = {user.pk: user for people in step_people.of(kind) for user in people() if user.is_active}
    if named:
        return list(named.values())
    roles = [role.value for role in STEP_ROLES[kind]]
    found = User.objects.filter(is_active=True, groups__name__in=roles)
    if kind == StepKind.GATHER:
        found = found.filter(customers__isnull=False)
    return list(found.distinct())


def step_people_fill(step: CycleStep) -> None:
    """Give every participant a progress row; take away rows of people who left before they began."""
    people = participants(StepKind(step.kind))
    rows = {row.user_id: row for row in StepProgress.objects.select_for_update(of=("self",)).filter(step=step)}
    for user in people:
        if user.pk not in rows:
            StepProgress.objects.create(step=step, user=user)
    staying = {user.pk for user in people}
    for user_id, row in rows.items():
        if user_id not in staying and row.state == Progress.NOT_STARTED:
            row.delete()
