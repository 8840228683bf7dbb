"""The plan as a file: downloaded, filled in, looked at, saved as one change."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demand.constants import UPLOAD_BYTES_MAX, UPLOAD_ROWS_MAX, UPLOAD_SHOWN
from demand.exports import plan_xlsx
from demand.forms.upload import UploadForm
from demand.models import Upload
from demand.selectors.grid import can_edit
from demand.selectors.layers import adopted_run
from demand.selectors.upload import upload_of, upload_preview
from demand.services.outcome import Outcome
from demand.services.upload import UploadSaved, upload_cancel, upload_receive, upload_save
from sop.constants import StepKind
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.views.request import about_cycle, signed_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("demand.override_forecast", raise_exception=True)
def upload(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Offer the file to fill in, take it back."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            waiting = upload_receive(
                user=signed_in(request),
                cycle_id=cycle_id,
                file_name=file.name,
                content=bytes(file.read(UPLOAD_BYTES_MAX + 1)),
                decimal=form.cleaned_data["decimal"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("demand:upload-preview", upload_id=waiting.pk)
    return _upload_page(request, cycle, form, status=422 if form.errors else 200)


@require_safe
@permission_required("demand.override_forecast", raise_exception=True)
def sheet(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Give the person's own rows x the plan's months as a workbook."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    if not can_edit(cycle, signed_in(request)):
        return _upload_page(request, cycle, UploadForm(), status=422)
    answer = HttpResponse(plan_xlsx(cycle, signed_in(request)), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="demand-{cycle.bucket:%Y-%m}.xlsx"'
    return answer


@require_safe
@permission_required("demand.override_forecast", raise_exception=True)
def preview(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Show what a waiting file would change, what it meets, and what cannot be taken."""
    waiting = upload_of(signed_in(request), upload_id)
    if waiting is None:
        raise Http404
    return _preview_page(request, waiting)


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def save(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Save a waiting file; cells somebody changed just now are shown with the choice."""
    user = signed_in(request)
    waiting = upload_of(user, upload_id)
    try:
        outcome, rest = upload_save(user=user, upload_id=upload_id, mine=request.POST.getlist("mine"))
    except UploadSaved as refusal:
        messages.info(request, str(refusal))
        return redirect("demand:change-set", change_set_id=upload_id)
    except Refused as refusal:
        if waiting is None:
            raise
        return _preview_page(request, waiting, refusal=refusal)
    assert waiting is not None  # upload_save found it
    _tell(request, outcome)
    if rest is not None:
        return redirect("demand:upload-preview", upload_id=rest.pk)
    return redirect("demand:adjust", cycle_id=waiting.cycle_id)


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def cancel(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Forget a waiting file."""
    waiting = upload_of(signed_in(request), upload_id)
    if waiting is None:
        raise Http404
    upload_cancel(user=signed_in(request), upload_id=upload_id)
    messages.info(request, f"{waiting.file_name} is forgotten; nothing was changed.")
    return redirect("demand:upload", cycle_id=waiting.cycle_id)


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    saved, left = len(outcome.saved), len(outcome.refused)
    if left:
        word = "cell was" if left == 1 else "cells were"
        messages.warning(request, f"{saved:,} saved. {left:,} {word} not: {outcome.refused[0].message}")
    else:
        messages.success(
            request, f"{saved:,} cell{'' if saved == 1 else 's'} saved. Undo them under History of changes."
        )


def _upload_page(request: HttpRequest, cycle: Cycle, form: UploadForm, *, status: int) -> HttpResponse:
    context = {
        "cycle": cycle,
        "step": CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER),
        "can_edit": can_edit(cycle, signed_in(request)),
        "run": adopted_run(cycle),
        "form": form,
        "rows_max": UPLOAD_ROWS_MAX,
        "megabytes_max": UPLOAD_BYTES_MAX // 2**20,
    }
    return render(request, "demand/upload.html", context, status=status)


def _preview_page(request: HttpRequest, waiting: Upload, *, refusal: Refused | None = None) -> HttpResponse:
    about_cycle(request, waiting.cycle_id)
    found = upload_preview(signed_in(request), waiting)
    context = {
        "cycle": waiting.cycle,
        "upload": waiting,
        "found": found,
        "faults": waiting.faults[:UPLOAD_SHOWN],
        "can_edit": can_edit(waiting.cycle, signed_in(request)),
        "refusal": refusal,
    }
    return render(request, "demand/upload_preview.html", context, status=refusal.status if refusal else 200)
