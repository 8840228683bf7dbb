"""Pages of publishing the plan and of measuring how it turned out."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from publish import exports, selectors, services
from publish.constants import CheckState, MeasureKind
from publish.models import PublishedPlan
from publish.selectors.seals import seals_seen
from publish.services.seals import seals_check_request
from review import selectors as review
from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.views.request import about_cycle, signed_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@permission_required("publish.view_plan", raise_exception=True)
def publish(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show what is about to be, or has been, published."""
    return _publish_page(request, get_object_or_404(Cycle, pk=cycle_id))


@require_POST
@permission_required("publish.publish_plan", raise_exception=True)
def plan_publish(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Seal the plan."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        plan = services.plan_publish(user=signed_in(request), cycle_id=cycle_id, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        return _publish_page(request, cycle, refusal)
    messages.success(request, f"Version {plan.version} is published: this is the number everyone works to.")
    return redirect("publish:publish", cycle_id=cycle_id)


@require_safe
@permission_required("publish.view_plan", raise_exception=True)
def measure(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show how a cycle's plan did against what happened."""
    return _measure_page(request, get_object_or_404(Cycle, pk=cycle_id))


@require_POST
@permission_required("publish.measure_plan", raise_exception=True)
def measure_run(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Measure now."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        months = services.plan_measure(user=signed_in(request), cycle_id=cycle_id)
    except Refused as refusal:
        return _measure_page(request, cycle, refusal)
    messages.success(request, f"Measured {len(months)} month{'s' if len(months) > 1 else ''}.")
    return redirect("publish:measure", cycle_id=cycle_id)


@require_POST
@permission_required("publish.measure_plan", raise_exception=True)
def decision_check(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Record how a decision turned out."""
    decision = get_object_or_404(review.decisions(), pk=decision_id)
    try:
        services.decision_check(
            user=signed_in(request),
            decision_id=decision_id,
            state=request.POST.get("state", ""),
            sentence=request.POST.get("sentence", ""),
        )
    except Refused as refusal:
        return _measure_page(request, decision.question.cycle, refusal)
    return redirect("publish:measure", cycle_id=decision.question.cycle_id)


@require_safe
@permission_required("publish.view_plan", raise_exception=True)
def plans(request: HttpRequest) -> HttpResponse:
    """List every published plan."""
    return render(request, "publish/plans.html", {"plans": selectors.plans()[:200]})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("publish.view_plan", raise_exception=True)
def seals(request: HttpRequest) -> HttpResponse:
    """Show what the last check of the seals found; ask for another."""
    refusal = None
    if request.method == "POST":
        try:
            seals_check_request(user=signed_in(request))
        except Refused as error:
            refusal = error
        else:
            messages.success(request, "The seals are being checked; this page shows what is found.")
            return redirect("publish:seals")
    context = {"seen": seals_seen(), "refusal": refusal}
    return render(request, "publish/seals.html", context, status=refusal.status if refusal else 200)


@require_safe
@permission_required("publish.export_plan", raise_exception=True)
def plan_csv(request: HttpRequest, plan_id: int) -> StreamingHttpResponse:
    """Give the plan as CSV."""
    plan = get_object_or_404(PublishedPlan.objects.select_related("cycle"), pk=plan_id)
    answer = StreamingHttpResponse(exports.plan_csv(plan, signed_in(request)), content_type="text/csv; charset=utf-8")  # type: ignore[arg-type]
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(plan)}.csv"'
    return answer


@require_safe
@permission_required("publish.export_plan", raise_exception=True)
def plan_xlsx(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Give the plan as a workbook."""
    plan = get_object_or_404(PublishedPlan.objects.select_related("cycle"), pk=plan_id)
    answer = HttpResponse(exports.plan_xlsx(plan, request.user), content_type=XLSX)  # type: ignore[arg-type]
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(plan)}.xlsx"'
    return answer


def _file_name(plan: PublishedPlan) -> str:
    return f"plan-{plan.cycle.bucket:%Y-%m}-v{plan.version}"


def _publish_page(request: HttpRequest, cycle: Cycle, refusal: Refused | None = None) -> HttpResponse:
    step = CycleStep.objects.get(cycle=cycle, kind=StepKind.PUBLISH)
    plan = selectors.plan_current(cycle)
    sign_off = review.sign_off(cycle)
    context = {
        "cycle": cycle,
        "step": step,
        "is_open": step.state == StepState.OPEN,
        "sign_off": sign_off,
        "as_signed": selectors.correction_missing(plan, sign_off.choice.chosen_at) if sign_off.choice else "",
        "plan": plan,
        "versions": selectors.plans(cycle),
        "families": selectors.family_table(plan) if plan else None,
        "refusal": refusal,
    }
    return render(request, "publish/publish.html", context, status=refusal.status if refusal else 200)


def _measure_page(request: HttpRequest, cycle: Cycle, refusal: Refused | None = None) -> HttpResponse:
    about_cycle(request, cycle.pk)
    months = selectors.months_measured(cycle)
    month = _chosen(request.GET.get("month"), months)
    context = {
        "cycle": cycle,
        "months": months,
        "month": month,
        "measurable": selectors.months_measurable(cycle),
        "total": selectors.measure_table(cycle, month, MeasureKind.TOTAL) if month else [],
        "families": selectors.measure_table(cycle, month, MeasureKind.FAMILY) if month else [],
        "regions": selectors.measure_table(cycle, month, MeasureKind.REGION) if month else [],
        "unplanned": selectors.unplanned(cycle, month) if month else None,
        "plan_against_actual": selectors.plan_against_actual(cycle, month) if month else [],
        "decisions": review.decisions(cycle).prefetch_related("checks"),
        "check_states": CheckState.choices,
        "refusal": refusal,
    }
    return render(request, "publish/measure.html", context, status=refusal.status if refusal else 200)


def _chosen(text: str | None, months: list[date]) -> date | None:
    """Return the month asked for, the latest when none is; a month that was not measured is not found."""
    if not text:
        return months[-1] if months else None
    found = next((month for month in months if month.isoformat() == text), None)
    if found is None:
        raise Http404
    return found
