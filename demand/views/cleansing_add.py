"""Correcting a month of history that looking through it did not propose: choose a row, then month and number."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from demand.forms.cleansing_add import CorrectForm
from demand.selectors.cleansing_add import ROWS_SHOWN, correctable, series_named
from demand.selectors.grid import gather_is_open
from demand.services.cleansing_add import cleansing_add
from sop.constants import StepKind
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.views.request import signed_in


@require_safe
@permission_required("demand.run_baseline", raise_exception=True)
def rows(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Let a person choose the row to correct."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    words = request.GET.get("q", "").strip()[:100]
    found = series_named(signed_in(request), words) if words else None
    context = {
        "words": words,
        "rows": [] if found is None else found[:ROWS_SHOWN],
        "more": max(0, found.count() - ROWS_SHOWN) if found is not None else 0,
    }
    return render(request, "demand/correct_rows.html", _frame(cycle) | context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("demand.run_baseline", raise_exception=True)
def add(request: HttpRequest, cycle_id: int, series_id: int) -> HttpResponse:
    """Correct a month of one row."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    found = correctable(cycle, signed_in(request), series_id)
    if found is None:
        raise Http404
    form = CorrectForm(found.months, found.seen, request.POST or None)
    refusal: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            row = cleansing_add(user=signed_in(request), cycle_id=cycle_id, series_id=series_id, **form.stated())
        except Refused as refused:
            refusal = refused
        else:
            messages.success(request, f"{row.series.product}, {row.bucket:%b %Y}: the next baseline run uses it.")
            return redirect("demand:correction", cycle_id=cycle_id, cleansing_id=row.pk)
    status = refusal.status if refusal else 422 if request.method == "POST" else 200
    context = {"found": found, "form": form, "refusal": refusal, "conflict": status == 409}
    return render(request, "demand/correct.html", _frame(cycle) | context, status=status)


def _frame(cycle: Cycle) -> dict[str, object]:
    step = CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER)
    return {"cycle": cycle, "step": step, "is_open": gather_is_open(cycle)}
