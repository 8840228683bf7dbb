"""The consensus by family and layer, and how it came about."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from demand.figures import bridge_figure
from demand.selectors.bridge import BridgeStep, budget_bridge, last_cycle_bridge
from demand.selectors.consensus import WINDOWS, Consensus, consensus, window_months
from demand.selectors.consensus_rows import consensus_rows
from demand.selectors.grid import company_currency
from demand.selectors.layers import adopted_run
from sop.constants import StepKind
from sop.figures import Figure
from sop.models import Cycle, CycleStep

UNITS = {"units": "Units", "money": "Revenue at plan price"}


@require_safe
@permission_required("sop.view_all_customers", raise_exception=True)
def consensus_page(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show every family's layers over some months, the bridge from the last cycle and the one from the budget."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    window = request.GET.get("window", "")
    window = window if window in dict(WINDOWS) else "6"
    unit = request.GET.get("unit", "")
    unit = unit if unit in UNITS else "units"
    run = adopted_run(cycle)
    context: dict[str, Any] = {
        "cycle": cycle,
        "step": CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER),
        "run": run,
        "windows": WINDOWS,
        "window": window,
        "unit": unit,
        "units": UNITS.items(),
    }
    if run is not None:
        context |= _figures(consensus(cycle, window_months(cycle, window)), unit)
    return render(request, "demand/consensus.html", context)


def _figures(found: Consensus, unit: str) -> dict[str, Any]:
    last, budget = found.last_months, found.budget_months
    bridges = []
    if last:
        bridges.append(("last", "From the last cycle", last, last_cycle_bridge(found.over(last))))
    if budget:
        bridges.append(("budget", "From the budget", budget, budget_bridge(found.over(budget), by=unit)))
    return {
        "months": found.months,
        "rows": consensus_rows(found, unit),
        "new_months": [month for month in found.months if month not in last] if last else [],
        "unbudgeted": [month for month in found.months if month not in budget] if budget else [],
        "bridges": [(code, title, months, steps, _drawn(steps, unit)) for code, title, months, steps in bridges],
        "has_last": bool(last),
        "has_budget": bool(budget),
    }


def _drawn(steps: Sequence[BridgeStep], unit: str) -> Figure:
    word = company_currency() if unit == "money" else "units"
    return bridge_figure([(step.label, float(getattr(step.amount, unit)), step.is_total) for step in steps], unit=word)
