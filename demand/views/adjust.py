"""The adjust screen: the grid, its measures, saving, reasons, submit."""

import uuid
from dataclasses import asdict

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from demand import exports
from demand.constants import Reason
from demand.forms.grid import cell_list, change_request
from demand.forms.shapes import Malformed
from demand.selectors import grid as grid_reads
from demand.selectors.layers import adopted_run
from demand.selectors.submit import reasons_missing
from demand.services.change_set import change_set_undo
from demand.services.gather import territory_submit
from demand.services.override import overrides_save
from demand.services.reason import reasons_set
from sop.constants import StepKind, ViewPage
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.selectors.cycle import progress_of
from sop.selectors.saved_views import saved_views, view_to_open
from sop.view_pages import viewed
from sop.views.matrix import MatrixResponse
from sop.views.request import signed_in


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def adjust(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show the grid's page; its data follows by grid_data."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    return _adjust_page(request, cycle)


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def grid_data(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Give rows, months, the plan and the baseline."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    return MatrixResponse(grid_reads.grid_json(cycle, signed_in(request)))


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def grid_measure(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Give one more measure for the same rows."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    name = request.GET.get("measure", "")
    if name not in grid_reads.MEASURES:
        return JsonResponse({"error": f"There is no measure {name!r}."}, status=400)
    return MatrixResponse(grid_reads.measure_json(cycle, signed_in(request), name))


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def save(request: HttpRequest, cycle_id: int) -> JsonResponse:
    """Save a change set; refused cells are named in the answer."""
    get_object_or_404(Cycle, pk=cycle_id)
    change = change_request(request.body)
    outcome = overrides_save(
        user=signed_in(request),
        cycle_id=cycle_id,
        change_set_id=change.change_set,
        action=change.action,
        cells=change.cells,
        reason=change.reason,
        note=change.note,
    )
    return JsonResponse(outcome.as_json(), status=200 if outcome.saved or not outcome.refused else 422)


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def reasons(request: HttpRequest, cycle_id: int) -> JsonResponse:
    """Attach a reason to changed cells."""
    get_object_or_404(Cycle, pk=cycle_id)
    cells, reason, note = cell_list(request.body)
    saved = reasons_set(user=signed_in(request), cycle_id=cycle_id, cells=cells, reason=reason, note=note)
    return JsonResponse({"count": len(saved), "versions": [asdict(cell) for cell in saved]})


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def undo(request: HttpRequest, cycle_id: int) -> JsonResponse:
    """Take back one change set."""
    get_object_or_404(Cycle, pk=cycle_id)
    try:
        change_set_id = uuid.UUID(request.POST.get("change_set", ""))
    except ValueError as error:
        raise Malformed("Name the change to undo.") from error
    outcome = change_set_undo(user=signed_in(request), change_set_id=change_set_id, undo_id=uuid.uuid4())
    return JsonResponse(outcome.as_json())


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def submit(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Submit the own territory; changes above the threshold need their reason first."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    try:
        territory_submit(user=user, cycle_id=cycle_id)
    except Refused as refusal:
        return _adjust_page(request, cycle, refusal)
    messages.success(request, "Submitted. You can still look, and change numbers until the planner closes the step.")
    return redirect("demand:adjust", cycle_id=cycle_id)


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def explain(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Give the reasons asked for at submit, then submit."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    note = request.POST.get("note", "")[:2000]
    try:
        for row in reasons_missing(cycle, user):
            reason = request.POST.get(f"reason-{row.product_id}", "")
            if reason:
                reasons_set(user=user, cycle_id=cycle_id, cells=row.cells, reason=reason, note=note)
    except Refused as refusal:
        return _adjust_page(request, cycle, refusal)
    return submit(request, cycle_id)


@require_safe
@permission_required("demand.export_demand", raise_exception=True)
def export(request: HttpRequest, cycle_id: int) -> StreamingHttpResponse:
    """Give the demand plan as CSV, every layer, the rows this person sees."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    answer = StreamingHttpResponse(
        exports.demand_csv(cycle, signed_in(request)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="demand-{cycle.bucket:%Y-%m}.csv"'
    return answer


def _adjust_page(request: HttpRequest, cycle: Cycle, refusal: Refused | None = None) -> HttpResponse:
    user = signed_in(request)
    step = CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER)
    opening = view_to_open(user, ViewPage.DEMAND, request.GET)
    context = {
        "cycle": cycle,
        "step": step,
        "can_edit": grid_reads.can_edit(cycle, user),
        "run": adopted_run(cycle),
        "summary": grid_reads.summary(cycle, user),
        "progress": progress_of(user, step),
        "missing": reasons_missing(cycle, user),
        "reasons": Reason.choices,
        "refusal": refusal,
        "view_page": viewed(ViewPage.DEMAND),
        "views": saved_views(user, ViewPage.DEMAND),
        "opening": opening,
        "lost_view": opening is None and "view" in request.GET,
    }
    return render(request, "demand/adjust.html", context, status=refusal.status if refusal else 200)
