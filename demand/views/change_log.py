"""The history of changes of the demand number: the list, one change with its cells, undo, the file."""

import uuid
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from demand.exports import change_log_csv
from demand.forms.review import ChangeLogForm
from demand.models import ChangeSet, Series
from demand.selectors.change_sets import (
    CELLS_SHOWN,
    change_log,
    change_sets_visible,
    log_cells,
    people_changing,
    undoable,
)
from demand.selectors.grid import gather_is_open
from demand.services.change_set import change_set_undo
from demand.services.outcome import RefusedCell
from sop.models import Cycle
from sop.refusals import Refused
from sop.views.request import about_cycle, signed_in

PAGE_CHANGES = 50


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def change_log_page(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """List the changes of a cycle, latest first."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    form = _form(request, cycle)
    valid = form.is_valid()
    found = change_log(cycle, signed_in(request), form.asked()) if valid else ChangeSet.objects.none()
    context = {
        "cycle": cycle,
        "form": form,
        "page": Paginator(found, PAGE_CHANGES).get_page(request.GET.get("page")),
        "narrowed": any(value for name, value in request.GET.items() if name != "page"),
        "is_open": gather_is_open(cycle),
    }
    return render(request, "demand/change_log.html", context, status=200 if valid else 422)


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def change_set(request: HttpRequest, change_set_id: uuid.UUID) -> HttpResponse:
    """Show one change with its cells."""
    return _one(request, change_set_id)


@require_POST
@permission_required("demand.override_forecast", raise_exception=True)
def undo(request: HttpRequest, change_set_id: uuid.UUID) -> HttpResponse:
    """Take a change back as a whole; cells changed since by others stay and are named."""
    user = signed_in(request)
    get_object_or_404(change_sets_visible(user), pk=change_set_id)
    try:
        outcome = change_set_undo(user=user, change_set_id=change_set_id, undo_id=uuid.uuid4())
    except Refused as refusal:
        return _one(request, change_set_id, refusal=str(refusal), status=refusal.status)
    if outcome.refused:
        stayed = _stayed(outcome.refused[:CELLS_SHOWN])
        sentence = f"{len(outcome.saved):,} taken back, {len(outcome.refused):,} stay as they are."
        return _one(request, change_set_id, refusal=sentence, stayed=stayed, status=409)
    count = len(outcome.saved)
    messages.success(request, f"Undone: {count:,} cell{'' if count == 1 else 's'} taken back.")
    return redirect("demand:change-set", change_set_id=outcome.change_set)


@require_safe
@permission_required("demand.export_demand", raise_exception=True)
def export(request: HttpRequest, cycle_id: int) -> HttpResponse | StreamingHttpResponse:
    """Give the cells of the changes asked for as CSV."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    user = signed_in(request)
    form = _form(request, cycle)
    if not form.is_valid():
        return change_log_page(request, cycle_id)
    found = change_log(cycle, user, form.asked())
    answer = StreamingHttpResponse(change_log_csv(cycle, user, found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="demand-changes-{cycle.bucket:%Y-%m}.csv"'
    return answer


def _form(request: HttpRequest, cycle: Cycle) -> ChangeLogForm:
    return ChangeLogForm(request.GET, people_changing(cycle, signed_in(request)))


def _one(
    request: HttpRequest,
    change_set_id: uuid.UUID,
    *,
    refusal: str = "",
    stayed: list[tuple[str, date, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = signed_in(request)
    visible = change_sets_visible(user).select_related("cycle", "assumption", "undone_by", "undoes")
    found = get_object_or_404(visible, pk=change_set_id)
    about_cycle(request, found.cycle_id)
    context = {
        "cycle": found.cycle,
        "change": found,
        "cells": log_cells(user, [found.pk]),
        "can_undo": gather_is_open(found.cycle) and undoable(user, found),
        "refusal": refusal,
        "stayed": stayed or [],
    }
    return render(request, "demand/change_set.html", context, status=status)


def _stayed(refused: list[RefusedCell]) -> list[tuple[str, date, str]]:
    """Return each refused cell by name, with the reason why it stays."""
    named = Series.objects.select_related("product", "customer", "location").in_bulk({cell.series for cell in refused})
    return [(str(named[cell.series]), date.fromisoformat(cell.bucket), cell.message) for cell in refused]
