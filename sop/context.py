"""What the frame around every page shows: company, cycle, the five steps, navigation, theme."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from sop.constants import CycleState, StepKind
from sop.models import Cycle, CycleStep, User
from sop.navigation import STEP_PAGES, cycle_url, step_url

MENU = 12  # cycles in the menu; the others stand on the page of all cycles

# Beside the steps: word, address, the right that shows it (empty = everybody).
NAV: tuple[tuple[str, str, str], ...] = (
    ("Home", "sop:home", ""),
    ("Cycles", "sop:cycles", ""),
    ("Plans", "publish:plans", "publish.view_plan"),
    ("Decisions", "review:decisions", "review.view_review"),
    ("Master data", "sop:master", ""),
    ("Bring in a file", "sop:imports", "sop.import_data"),
    ("History", "sop:history", ""),
    ("Background work", "sop:jobs", ""),
    ("Calendar", "sop:calendar", "sop.open_cycle"),
    ("People", "sop:people", "sop.manage_people"),
    ("Account", "sop:account", ""),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's values; templates/base.html says what each one is for."""
    user = getattr(request, "user", None)
    company = getattr(request, "company", None)
    if not isinstance(user, User) or company is None:
        return {"shell": {}}
    cycles = list(Cycle.objects.order_by("-bucket"))
    cycle = _shown(request, cycles)
    return {
        "shell": {
            "company": company.name,
            "theme": user.theme,
            "role_label": user.role_label,
            "cycle": cycle,
            "cycles": [(each.pk, str(each), cycle_url(each.pk), each == cycle) for each in cycles[:MENU]],
            "steps": _steps(request, cycle),
            "nav": _nav(request, user),
            "jobs_url": reverse("sop:job-strip"),
        }
    }


def _shown(request: HttpRequest, cycles: list[Cycle]) -> Cycle | None:
    """Return the cycle the address names, else the open one, else the latest."""
    named = request.resolver_match.kwargs.get("cycle_id") if request.resolver_match else None
    by_id = next((cycle for cycle in cycles if cycle.pk == named), None)
    is_open = next((cycle for cycle in cycles if cycle.state == CycleState.OPEN), None)
    return by_id or is_open or next(iter(cycles), None)


def _steps(request: HttpRequest, cycle: Cycle | None) -> list[dict[str, Any]]:
    if cycle is None:
        return []
    match = request.resolver_match
    here = match.namespace if match and "cycle_id" in match.kwargs else ""  # the app whose page of the cycle this is
    return [
        {
            "kind": step.kind,
            "number": step.number,
            "name": step.get_kind_display(),
            "url": step_url(step.kind, cycle.pk),
            "state": step.state,
            "stale": step.stale_because,
            "current": STEP_PAGES[StepKind(step.kind)].split(":")[0] == here,
        }
        for step in CycleStep.objects.filter(cycle=cycle).order_by("number")
    ]


def _nav(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """Return the entries this person may open."""
    return [
        {"name": name, "url": (url := reverse(address)), "current": request.path == url}
        for name, address, permission in NAV
        if not permission or user.has_perm(permission)
    ]
