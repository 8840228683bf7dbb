"""Where each step's page is; later apps are known here by the names of their addresses only."""

from django.urls import reverse

from sop.constants import StepKind

STEP_PAGES: dict[StepKind, str] = {
    StepKind.GATHER: "demand:adjust",
    StepKind.SUPPLY: "supply:workbench",
    StepKind.RECONCILE: "reconcile:sheet",
    StepKind.REVIEW: "review:review",
    StepKind.PUBLISH: "publish:publish",
}


def step_url(kind: str, cycle_id: int) -> str:
    """Return the address of a step's own page."""
    return reverse(STEP_PAGES[StepKind(kind)], args=[cycle_id])


def cycle_url(cycle_id: int) -> str:
    """Return the address of a cycle's page."""
    return reverse("sop:cycle", args=[cycle_id])
