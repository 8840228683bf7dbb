"""What the frame around every page shows: company, cycle, the five steps, navigation, theme."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from sop.constants import CycleState, StepState
from sop.models import Cycle, CycleStep, User
from sop.navigation import step_url

# Beside the steps: word, address, the right that shows it (empty = everybody).
NAV: tuple[tuple[str, str, str], ...] = (
    ("Home", "sop:home", ""),
    ("Cycles", "sop:cycles", ""),
    ("Plans", "publish:plans", "publish.view_plan"),
    ("Decisions", "review:decisions", "review.view_review"),
    ("Calendar", "sop:calendar", "sop.open_cycle"),
    ("People", "sop:people", "sop.manage_people"),
    ("Account", "sop:account", ""),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's values; templates/base.html says what each one is for."""
    user = getattr(request, "user", None)
    company = getattr(request, "company", None)
    if not isinstance(user, User) or company is None:
        return {"shell": {"company": "", "theme": "system", "cycle": None, "steps": [], "nav": []}}
    cycle = _cycle(request)
    return {
        "shell": {
            "company": company.name,
            "theme": user.theme,
            "cycle": cycle,
            "steps": _steps(request, cycle),
            "nav": _nav(request, user),
        }
    }


def _cycle(request: HttpRequest) -> Cycle | None:
    """Return the cycle the address names, else the open one, else the latest."""
    named = request.resolver_match.kwargs.get("cycle_id") if request.resolver_match else None
    wanted = Q(pk=named) if named else Q(state=CycleState.OPEN)
    found = Cycle.objects.filter(wanted).first()
    return found or Cycle.objects.order_by("-bucket").first()


def _steps(request: HttpRequest, cycle: Cycle | None) -> list[dict[str, Any]]:
    if cycle is None:
        return []
    page = request.path
    return [
        {
            "kind": step.kind,
            "number": step.number,
            "name": step.get_kind_display(),
            "url": (url := step_url(step.kind, cycle.pk)),
            "state": step.state,
            "closed": step.state == StepState.CLOSED,
            "due_at": step.due_at,
            "stale": step.stale_because,
            "current": page.startswith(url),
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
