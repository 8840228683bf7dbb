"""The supply workbench: stock items by money at stake."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.views.request import signed_in
from supply import exports
from supply.constants import FlagKind
from supply.selectors import workbench as reads
from supply.selectors.risk import item_losses
from supply.services.run import supply_request

PAGE = 50


@require_safe
@permission_required("supply.view_supply", raise_exception=True)
def workbench(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """List stock items, the dearest trouble first."""
    return _page(request, get_object_or_404(Cycle, pk=cycle_id))


@require_POST
@permission_required("supply.plan_supply", raise_exception=True)
def run(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Ask for a supply plan."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        supply_request(user=signed_in(request), cycle_id=cycle_id)
    except Refused as refusal:
        return _page(request, cycle, refusal)
    messages.success(request, "The supply plan is being calculated; the old one stays until the new one is whole.")
    return redirect("supply:workbench", cycle_id=cycle_id)


@require_safe
@permission_required("supply.export_supply", raise_exception=True)
def export(request: HttpRequest, cycle_id: int) -> StreamingHttpResponse:
    """Give the supply plan as CSV."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    answer = StreamingHttpResponse(exports.supply_csv(cycle, request.user), content_type="text/csv; charset=utf-8")  # type: ignore[arg-type]
    answer["Content-Disposition"] = f'attachment; filename="supply-{cycle.bucket:%Y-%m}.csv"'
    return answer


def _page(request: HttpRequest, cycle: Cycle, refusal: Refused | None = None) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in FlagKind.values else ""
    order = request.GET.get("order", "money")
    words = request.GET.get("q", "").strip()
    limited = reads.limit_flags(cycle, kind) if kind in reads.LIMIT_KINDS else []
    found = reads.items_flagged(cycle, kind=kind, words=words, order=order)
    step = CycleStep.objects.get(cycle=cycle, kind=StepKind.SUPPLY)
    run = reads.run_current(cycle)
    page = Paginator(found.values_list("pk", flat=True), PAGE).get_page(request.GET.get("page"))
    ids = list(page)
    losses = item_losses(run, ids) if run else {}
    context = {
        "cycle": cycle,
        "step": step,
        "is_open": step.state == StepState.OPEN,
        "run": run,
        "counts": reads.flag_counts(cycle),
        "limit_flags": [] if words else reads.limit_flags(cycle) if not kind else limited,
        "of_limits": kind in reads.LIMIT_KINDS,
        "page": page,
        "items": reads.items_of(found, ids),
        "losses": losses,
        "draws": max((figure.draws for figure in losses.values()), default=0),
        "kind": kind,
        "order": order,
        "words": words,
        "refusal": refusal,
    }
    return render(request, "supply/workbench.html", context, status=refusal.status if refusal else 200)
