"""The page of one row's baseline; what has to be calculated for it follows by its own request."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from demand.selectors.baseline_row import baseline_row
from demand.selectors.row_study import row_study
from sop.models import Cycle
from sop.views.request import signed_in


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def row(request: HttpRequest, cycle_id: int, series_id: int) -> HttpResponse:
    """Show how one row is forecast."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    found = baseline_row(cycle, signed_in(request), series_id=series_id)
    if found is None:
        raise Http404
    return render(request, "demand/baseline_row.html", {"cycle": cycle, "row": found})


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def study(request: HttpRequest, cycle_id: int, series_id: int) -> HttpResponse:
    """Show one row calculated once more: members, last year's test, its parts."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    found = row_study(cycle, signed_in(request), series_id=series_id)
    if found is None:
        raise Http404
    return render(request, "demand/row_study.html", {"cycle": cycle, "study": found})
