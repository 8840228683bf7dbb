"""The family sheet: demand, supply, inventory and money of one family, with the conflicts beside it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from reconcile import exports, selectors
from reconcile.figures import sheet_figure
from reconcile.forms import ConflictForm
from reconcile.models import Conflict
from reconcile.selectors.sheet import family_sheet
from reconcile.services.calculate import base_request
from reconcile.services.conflict import conflict_answer
from sop.constants import StepKind, StepState
from sop.models import Cycle, CycleStep, Family
from sop.refusals import Refused
from sop.selectors.cycle import closed_sentence
from sop.views.request import about_cycle, signed_in


@require_safe
@permission_required("reconcile.view_reconcile", raise_exception=True)
def sheet(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show conflicts by money and the sheet of one family, or of all."""
    return _page(request, get_object_or_404(Cycle, pk=cycle_id))


@require_POST
@permission_required("reconcile.edit_scenario", raise_exception=True)
def calculate(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Put the newest demand and supply side by side and find the conflicts."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        base_request(user=signed_in(request), cycle_id=cycle_id)
    except Refused as refusal:
        return _page(request, cycle, refusal)
    messages.success(request, "Demand and supply are being put side by side.")
    return redirect("reconcile:sheet", cycle_id=cycle_id)


@require_POST
@permission_required("reconcile.own_conflict", raise_exception=True)
def conflict(request: HttpRequest, conflict_id: int) -> HttpResponse:
    """Own a conflict or accept it as it is."""
    found = get_object_or_404(Conflict.objects.select_related("cycle"), pk=conflict_id)
    form = ConflictForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Choose what to do with the conflict.")
        conflict_answer(user=signed_in(request), conflict_id=conflict_id, **form.cleaned_data)
    except Refused as refusal:
        return _page(request, found.cycle, refusal)
    return redirect(f"{reverse('reconcile:sheet', args=[found.cycle_id])}?conflict={conflict_id}")


@require_safe
@permission_required("reconcile.export_reconcile", raise_exception=True)
def export(request: HttpRequest, cycle_id: int) -> StreamingHttpResponse:
    """Give the family sheet as CSV."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    answer = StreamingHttpResponse(exports.sheet_csv(cycle, request.user), content_type="text/csv; charset=utf-8")  # type: ignore[arg-type]
    answer["Content-Disposition"] = f'attachment; filename="reconcile-{cycle.bucket:%Y-%m}.csv"'
    return answer


def _page(request: HttpRequest, cycle: Cycle, refusal: Refused | None = None) -> HttpResponse:
    about_cycle(request, cycle.pk)
    step = CycleStep.objects.select_related("closed_by").get(cycle=cycle, kind=StepKind.RECONCILE)
    found = list(selectors.conflicts(cycle))
    chosen = next((c for c in found if str(c.pk) == request.GET.get("conflict")), None)
    family = chosen.family if chosen else _family(request.GET.get("family"))
    if family is None and chosen is None and found and "family" not in request.GET:
        chosen, family = found[0], found[0].family
    base = selectors.scenario_base(cycle)
    run = selectors.scenario_run(base) if base else None
    months = family_sheet(run, family.pk if family else None) if run else []
    context = {
        "cycle": cycle,
        "step": step,
        "is_open": step.state == StepState.OPEN,
        "closed": closed_sentence(step) if step.state == StepState.CLOSED else "",
        "can_ask": request.user.has_perm("review.freeze_pack") and _review_takes_questions(cycle),
        "run": run,
        "conflicts": found,
        "chosen": chosen,
        "family": family,
        "families": Family.objects.order_by("name"),
        "months": months,
        "figure": sheet_figure(months) if months else None,
        "headline": selectors.headline(cycle),
        "scenarios": selectors.scenario_table(cycle),
        "refusal": refusal,
    }
    return render(request, "reconcile/sheet.html", context, status=refusal.status if refusal else 200)


def _review_takes_questions(cycle: Cycle) -> bool:
    """Return whether leadership can still be asked: long after reconcile has closed, until the review has."""
    return CycleStep.objects.filter(cycle=cycle, kind=StepKind.REVIEW).exclude(state=StepState.CLOSED).exists()


def _family(text: str | None) -> Family | None:
    known = text is not None and text.isdecimal() and len(text) < 19
    return Family.objects.filter(pk=int(text)).first() if known and text else None
