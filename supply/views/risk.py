"""The risk of the supply plan: by family and month, and a family's stock items, the most expected loss first."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep, Family
from sop.selectors.cycle import closed_sentence
from supply.constants import Draws
from supply.selectors import risk as reads
from supply.selectors.risk_figure import HEAT
from supply.selectors.workbench import run_current

PAGE = 25
CLASSES = "ABC"


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def families(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show families by months."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    context = _context(request, cycle, reads.FAMILY_ORDERS)
    if context["drawn"]:
        rows = reads.families_at_risk(context["run"], order=context["order"], **context["only"])
        context |= {"rows": rows, "all": reads.all_families(rows) if rows else None}
    return render(request, "supply/risk.html", context)


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def items(request: HttpRequest, cycle_id: int, family_id: int) -> HttpResponse:
    """Show a family's stock items."""
    cycle, family = get_object_or_404(Cycle, pk=cycle_id), get_object_or_404(Family, pk=family_id)
    context = _context(request, cycle, reads.ITEM_ORDERS) | {"family": family}
    if context["drawn"]:
        run, only = context["run"], context["only"]
        names = {"location_id": "item__location_id", "abc": "item__product__abc"}
        chosen = {names[name]: value for name, value in only.items()} | {"item__product__family": family}
        page = Paginator(reads.items_at_risk(run, order=context["order"], **chosen), PAGE).get_page(
            request.GET.get("page")
        )
        whole = [row for row in reads.families_at_risk(run, **only) if row.id == family.pk]
        context |= {
            "page": page,
            "rows": reads.item_rows(run, [row["item_id"] for row in page]),
            "all": whole[0] if whole else None,
        }
    return render(request, "supply/risk_items.html", context)


def _context(request: HttpRequest, cycle: Cycle, orders: Any) -> dict[str, Any]:
    """Return what both pages show; `only` are the filters asked for."""
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.SUPPLY)
    run, places = run_current(cycle), list(reads.places_with_stock())
    order, place, abc = (request.GET.get(name, "") for name in ("order", "location", "abc"))
    only: dict[str, Any] = {}
    if place in {str(each.pk) for each in places}:
        only["location_id"] = int(place)
    if len(abc) == 1 and abc in CLASSES:
        only["abc"] = abc
    return {
        "cycle": cycle,
        "step": step,
        "closed": closed_sentence(step) if step.state == StepState.CLOSED else "",
        "run": run,
        "drawn": reads.risk_drawn(run),
        "months": reads.months_of(run) if run else [],
        "places": places,
        "place": str(only.get("location_id", "")),
        "classes": CLASSES,
        "abc": only.get("abc", ""),
        "order": order if order in orders else "money",
        "only": only,
        "most_draws": max(Draws),
        "legend": [(word, heat) for word, heat in HEAT.items()],
    }
