"""The cleansing screen: corrections of history that wait, that count, one by one or many at once."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demand import exports
from demand.constants import CleansingDecision, CleansingState
from demand.forms.cleansing import CleansingFilter, CleansingForm, cleansing_rows
from demand.forms.shapes import Malformed
from demand.models import Cleansing
from demand.selectors.cleansing import (
    Narrowed,
    SeriesCleansing,
    baseline_behind,
    cleansing_counts,
    cleansing_detail,
    cleansing_found,
    cleansing_listed,
    cleansing_stamp,
)
from demand.selectors.cleansing_groups import GROUPS_SHOWN, cleansing_groups
from demand.selectors.grid import gather_is_open
from demand.selectors.layers import last_actual_month
from demand.services.cleansing import cleansing_decide, cleansing_decide_all
from demand.services.cleansing_look import cleansing_look
from sop.constants import StepKind
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.views.request import signed_in

PAGE_ROWS = 50
GROUP = ("cause", "quarter")
FILTER = (*CleansingFilter.base_fields, "page")


@require_safe
@permission_required("demand.view_demand", raise_exception=True)
def cleansing(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """List corrections of the series this person sees, largest first."""
    return _page(request, get_object_or_404(Cycle, pk=cycle_id), request.GET)


@require_POST
@permission_required("demand.run_baseline", raise_exception=True)
def look(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Ask for a look through history."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        cleansing_look(user=signed_in(request), cycle_id=cycle_id)
    except Refused as refusal:
        return _page(request, cycle, {}, refusal)
    messages.success(request, "History is being looked through; you can go on working.")
    return redirect("demand:cleansing", cycle_id=cycle_id)


@require_POST
@permission_required("demand.run_baseline", raise_exception=True)
def decide(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Accept or refuse the corrections chosen, or all a filter shows."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    try:
        count, did = _decide(request, cycle)
    except Refused as refusal:
        return _page(request, cycle, request.POST, refusal)
    messages.success(request, f"{count:,} correction{'' if count == 1 else 's'} {did}.")
    return redirect(f"{reverse('demand:cleansing', args=[cycle_id])}?{_address(request.POST)}")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("demand.view_demand", raise_exception=True)
def correction(request: HttpRequest, cycle_id: int, cleansing_id: int) -> HttpResponse:
    """Show one correction in its series' history; decide on it where the person may."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    if request.method != "POST":
        return _correction_page(request, cycle, cleansing_id)
    if not request.user.has_perm("demand.run_baseline"):
        raise PermissionDenied
    form = CleansingForm(request.POST)
    if not form.is_valid():
        return _correction_page(request, cycle, cleansing_id, form)
    typed = form.cleaned_data
    try:
        _found(request, cycle, cleansing_id)
        (row,) = cleansing_decide(
            user=signed_in(request),
            cycle_id=cycle_id,
            decision=CleansingDecision(typed["decision"]),
            seen={cleansing_id: typed["version"]},
            note=typed["note"],
            cleaned=typed["cleaned"],
        )
    except Refused as refusal:
        return _correction_page(request, cycle, cleansing_id, form, refusal)
    messages.success(request, f"{row.series.product}, {row.bucket:%b %Y}: {row.get_state_display().lower()}.")
    return redirect("demand:cleansing", cycle_id=cycle_id)


@require_safe
@permission_required("demand.export_demand", raise_exception=True)
def export(request: HttpRequest, cycle_id: int) -> HttpResponse | StreamingHttpResponse:
    """Give the same list as CSV, every row of it."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    form = CleansingFilter(request.GET)
    if not form.is_valid():
        return _page(request, cycle, request.GET)
    lines = exports.cleansing_csv(cycle, signed_in(request), form.narrowed())
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="cleansing-{cycle.bucket:%Y-%m}.csv"'
    return answer


def _decide(request: HttpRequest, cycle: Cycle) -> tuple[int, str]:
    """Do what a button of the list says: "accept" or "refuse", of the chosen rows, of "all", or of the one it names."""
    word, _, which = request.POST.get("do", "").partition(":")
    if word not in CleansingDecision.values:
        raise Malformed("Say whether to accept or to refuse.")
    who: dict[str, Any] = {
        "user": signed_in(request),
        "cycle_id": cycle.pk,
        "decision": CleansingDecision(word),
    }
    if which == "all":
        form = CleansingFilter(request.POST)
        if not form.is_valid():
            raise Malformed("What the list is narrowed by cannot be read.")
        rows = cleansing_decide_all(**who, narrowed=form.narrowed(), stamp=request.POST.get("stamp", ""))
    else:
        rows = cleansing_decide(**who, seen=cleansing_rows([which] if which else request.POST.getlist("row")))
    return len(rows), "accepted" if word == CleansingDecision.ACCEPT else "refused"


def _address(query: Mapping[str, str]) -> str:
    """Return the filter as an address carries it, so that the same list is shown again; a group settled is left out."""
    names = [name for name in FILTER if name not in GROUP] if "group" in query else FILTER
    return urlencode({name: query[name] for name in names if query.get(name) is not None})


def _frame(cycle: Cycle, request: HttpRequest) -> dict[str, Any]:
    is_open = gather_is_open(cycle)
    return {
        "cycle": cycle,
        "step": CycleStep.objects.get(cycle=cycle, kind=StepKind.GATHER),
        "is_open": is_open,
        "can_decide": is_open and request.user.has_perm("demand.run_baseline"),
        "behind": baseline_behind(cycle) if is_open else "",
        "last_actual": last_actual_month(),
    }


def _page(request: HttpRequest, cycle: Cycle, query: Mapping[str, str], refusal: Refused | None = None) -> HttpResponse:
    user, form = signed_in(request), CleansingFilter(query)
    valid = form.is_valid()
    narrowed = form.narrowed() if valid else Narrowed()
    found = cleansing_found(user, narrowed)
    order = (form.cleaned_data["order"] if valid else "") or "baseline"
    pages = Paginator(cleansing_listed(found, on=cycle.bucket, order=order), PAGE_ROWS)
    stamp = cleansing_stamp(found)
    context = {
        "form": form,
        "narrowed": narrowed,
        "order": order,
        "counts": cleansing_counts(user, narrowed),
        "groups": cleansing_groups(cycle, user, narrowed)[:GROUPS_SHOWN] if _is_first(narrowed, query) else [],
        "page": pages.get_page(query.get("page")),
        "carried": [("stamp", stamp), *((name, query[name]) for name in FILTER if query.get(name) is not None)],
        "narrowing": [(name, query[name]) for name in ("kind", "family", "q", "order") if query.get(name)],
        "ticked": set(request.POST.getlist("row")),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200 if valid else 422
    return render(request, "demand/cleansing.html", _frame(cycle, request) | context, status=status)


def _is_first(narrowed: Narrowed, query: Mapping[str, str]) -> bool:
    """Return whether groups stand above the list: on the first page of all causes that wait for a decision."""
    waiting = narrowed.state == CleansingState.PROPOSED and not (narrowed.cause or narrowed.quarter)
    return waiting and query.get("page", "1") == "1"


def _found(request: HttpRequest, cycle: Cycle, cleansing_id: int) -> SeriesCleansing:
    found = cleansing_detail(cycle, signed_in(request), cleansing_id)
    if found is None:
        raise Http404
    return found


def _correction_page(
    request: HttpRequest,
    cycle: Cycle,
    cleansing_id: int,
    form: CleansingForm | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    found = _found(request, cycle, cleansing_id)
    row: Cleansing = found.row
    blank = CleansingForm(initial={"version": row.version, "cleaned": row.cleaned.normalize(), "note": row.note})
    conflict = refusal is not None and refusal.status == 409
    status = refusal.status if refusal else 422 if form is not None else 200
    context = {"found": found, "form": form or blank, "refusal": refusal, "conflict": conflict}
    return render(request, "demand/correction.html", _frame(cycle, request) | context, status=status)
