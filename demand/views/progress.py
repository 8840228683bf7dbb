"""The demand planner's view of who is how far."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from demand.selectors.territory import territories
from sop.constants import StepKind
from sop.models import Cycle, CycleStep


@require_safe
@permission_required("demand.override_any_forecast", raise_exception=True)
def progress(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show each territory: state, what it changed, what waits for a reason."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    step = CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER)
    return render(request, "demand/progress.html", {"cycle": cycle, "step": step, "territories": territories(cycle)})
