"""The baseline screen: run, follow, look at what came out, adopt."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from demand.models import BaselineRun
from demand.selectors import runs as run_reads
from demand.selectors.cleansing import baseline_behind, cleansing_waiting
from demand.selectors.grid import gather_is_open
from demand.selectors.layers import adopted_run, last_actual_month
from demand.selectors.moves import Comparison, comparable
from demand.services.baseline import baseline_adopt, baseline_request
from sop.constants import StepKind
from sop.models import Cycle, CycleStep, Job
from sop.refusals import Refused
from sop.selectors.job import JobRow, job_active
from sop.views.request import signed_in


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def baseline(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show the adopted run and the ones before and after it; asked for by a script, how far the present one is."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    if not request.htmx:  # type: ignore[attr-defined]
        return _page(request, cycle)
    under_way = _under_way(request, cycle)
    if under_way is None:
        return HttpResponseClientRefresh()
    return render(request, "demand/baseline.html#under_way", {"cycle": cycle, "under_way": under_way})


@require_POST
@permission_required("demand.run_baseline", raise_exception=True)
def run(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Ask for a run."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        baseline_request(user=signed_in(request), cycle_id=cycle_id)
    except Refused as refusal:
        return _page(request, cycle, refusal)
    messages.success(request, "The baseline is being calculated; you can go on working.")
    return redirect("demand:baseline", cycle_id=cycle_id)


@require_POST
@permission_required("demand.run_baseline", raise_exception=True)
def adopt(request: HttpRequest, cycle_id: int, run_id: int) -> HttpResponse:
    """Make a run the one everybody works on."""
    chosen = get_object_or_404(BaselineRun, pk=run_id, cycle_id=cycle_id)
    try:
        baseline_adopt(user=signed_in(request), run_id=chosen.pk)
    except Refused as refusal:
        return _page(request, chosen.cycle, refusal)
    messages.success(request, "Adopted: everybody now works on this baseline.")
    return redirect("demand:baseline", cycle_id=cycle_id)


def _under_way(request: HttpRequest, cycle: Cycle) -> tuple[JobRow, str] | None:
    return job_active(signed_in(request), Job.objects.filter(baseline_run__cycle=cycle))


def _page(request: HttpRequest, cycle: Cycle, refusal: Refused | None = None) -> HttpResponse:
    adopted = adopted_run(cycle)
    runs = list(run_reads.runs(cycle)[:20])
    newer = next((r for r in runs if r.complete and adopted and r.created_at > adopted.created_at), None)
    context = {
        "cycle": cycle,
        "step": CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER),
        "is_open": gather_is_open(cycle),
        "runs": runs,
        "adopted": adopted,
        "newer": newer,
        "newer_sum": Comparison(newer, adopted, signed_in(request)).total if newer and adopted else None,
        "beside": comparable(adopted)[:1] if adopted else [],
        "under_way": _under_way(request, cycle),
        "routes": run_reads.accuracy(adopted, "route") if adopted else [],
        "families": run_reads.accuracy(adopted, "family") if adopted else [],
        "methods": run_reads.accuracy(adopted, "method") if adopted else [],
        "fallbacks": run_reads.fallbacks(adopted) if adopted else [],
        "last_actual": last_actual_month(),
        "cleansing_waiting": cleansing_waiting(signed_in(request)),
        "behind": baseline_behind(cycle) if gather_is_open(cycle) else "",
        "gaps": run_reads.history_gaps(cycle),
        "refusal": refusal,
    }
    return render(request, "demand/baseline.html", context, status=refusal.status if refusal else 200)
