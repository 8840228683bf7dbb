"""Stock explained: by buyer, supplier or family, and the stock items behind a group."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep
from sop.selectors.cycle import closed_sentence, company
from supply.selectors import explained as reads
from supply.selectors.explained_words import groups_figure

PAGE = 50
BY = (("buyer", "By buyer"), ("supplier", "By supplier"), ("family", "By family"))


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def explained(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show what explains stock and open orders, the most unexplained money first."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    context = _context(cycle, request)
    if context["is_split"]:
        found = reads.groups(context["run"], context["by"])
        page = Paginator(found, PAGE).get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "total": reads.total(found),
            "figure": groups_figure(list(page.object_list), company().currency),
        }
    return render(request, "supply/explained.html", context)


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def items(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """List the stock items of a group (all without one), the most unexplained money first."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    context = _context(cycle, request)
    if context["is_split"]:
        key = request.GET.get("group", "")
        named = {group.key: group for group in reads.groups(context["run"], context["by"])} if key else {}
        found = reads.items_explained(cycle)
        context |= {
            "group": named.get(key),
            "page": Paginator(reads.of_group(found, context["by"], key) if key else found, PAGE).get_page(
                request.GET.get("page")
            ),
        }
    return render(request, "supply/explained_items.html", context)


def _context(cycle: Cycle, request: HttpRequest) -> dict[str, Any]:
    run, is_split = reads.explained_run(cycle)
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.SUPPLY)
    by = request.GET.get("by", "")
    return {
        "cycle": cycle,
        "step": step,
        "closed": closed_sentence(step) if step.state == StepState.CLOSED else "",
        "run": run,
        "is_split": is_split,
        "by": by if by in reads.GROUPS else ("buyer" if reads.has_buyers() else "supplier"),
        "ways": BY,
    }
