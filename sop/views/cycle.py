"""Pages of the cycle: one cycle, all cycles, the calendar; each button is one service."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sop.forms.cycle import CalendarLineForm, CycleOpenForm, ReasonForm
from sop.models import Cycle, CycleStep, StepProgress
from sop.refusals import Refused
from sop.selectors import cycle as selectors
from sop.selectors.calendar import CalendarLine, calendar_lines
from sop.selectors.cycle_page import SUBMITTED_HERE, cycle_page
from sop.selectors.home import home
from sop.services import cycle as services
from sop.services import step_reopen as step_reopening
from sop.services.calendar import calendar_write
from sop.services.cycle_open import cycle_close, cycle_open
from sop.views.request import signed_in


@require_safe
def cycle(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show a cycle's steps, people, clock and log."""
    found = get_object_or_404(Cycle, pk=cycle_id)
    return render(request, "cycle/cycle.html", {"page": cycle_page(found, signed_in(request))})


@require_safe
def cycles(request: HttpRequest) -> HttpResponse:
    """List all cycles."""
    return render(request, "cycle/cycles.html", {"cycles": selectors.cycles().prefetch_related("steps")})


@require_POST
@permission_required("sop.open_cycle", raise_exception=True)
def cycle_new(request: HttpRequest) -> HttpResponse:
    """Open the next cycle."""
    form = CycleOpenForm(request.POST)
    if form.is_valid():
        try:
            opened = cycle_open(user=signed_in(request), bucket=form.cleaned_data["month"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The {opened} is open; everybody sees what to do next.")
            return redirect("sop:cycle", cycle_id=opened.pk)
    return render(request, "home/home.html", {"home": home(signed_in(request)), "form": form}, status=422)


@require_POST
@permission_required("sop.open_cycle", raise_exception=True)
def cycle_end(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Close a cycle whose steps are all closed."""
    found = get_object_or_404(Cycle, pk=cycle_id)
    call = partial(cycle_close, user=signed_in(request), cycle_id=cycle_id)
    return _act(request, found, call, f"The {found} is closed.")


@require_POST
def step_close(request: HttpRequest, step_id: int) -> HttpResponse:
    """Close a step; the service knows whose role may."""
    step, reason = _step(step_id), _reason(request)
    call = partial(services.step_close, user=signed_in(request), step_id=step_id, reason=reason)
    done = f"{step.get_kind_display()} is closed; its numbers can no longer change."
    return _act(request, step.cycle, call, done, form=("step-close", step_id), typed=reason)


@require_POST
def step_open(request: HttpRequest, step_id: int) -> HttpResponse:
    """Open a step that waited for something which is there now."""
    step = _step(step_id)
    call = partial(services.step_open, user=signed_in(request), step_id=step_id)
    return _act(request, step.cycle, call, f"{step.get_kind_display()} is open.")


@require_POST
@permission_required("sop.open_cycle", raise_exception=True)
def step_reopen(request: HttpRequest, step_id: int) -> HttpResponse:
    """Open a closed step again, with a reason everybody sees."""
    step, reason = _step(step_id), _reason(request)
    call = partial(step_reopening.step_reopen, user=signed_in(request), step_id=step_id, reason=reason)
    done = f"{step.get_kind_display()} is open again."
    return _act(request, step.cycle, call, done, form=("step-reopen", step_id), typed=reason)


@require_POST
def step_submit(request: HttpRequest, step_id: int) -> HttpResponse:
    """Hand in one's own part of a step that is submitted on this page."""
    step = get_object_or_404(CycleStep.objects.select_related("cycle"), pk=step_id, kind__in=SUBMITTED_HERE)
    call = partial(services.step_submit, user=signed_in(request), step_id=step_id)
    return _act(request, step.cycle, call, "Your part is submitted.")


@require_POST
def step_ask_back(request: HttpRequest, progress_id: int) -> HttpResponse:
    """Give a submitted part back with a note."""
    part = get_object_or_404(StepProgress.objects.select_related("step__cycle", "user"), pk=progress_id)
    note = _reason(request)
    call = partial(services.step_ask_back, user=signed_in(request), progress_id=progress_id, note=note)
    done = f"{part.user.name} is asked to look again."
    return _act(request, part.step.cycle, call, done, form=("step-ask-back", progress_id), typed=note)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("sop.open_cycle", raise_exception=True)
def calendar(request: HttpRequest) -> HttpResponse:
    """Show and change who owns each step and on which working day it is due."""
    rows = [
        CalendarLineForm(request.POST or None, kind=line.kind, initial=vars(line) | {"owner": line.owner})
        for line in calendar_lines()
    ]
    refusal = ""
    if request.method == "POST" and _all_valid(rows):
        try:
            lines = [CalendarLine(kind=row.kind, **row.cleaned_data) for row in rows]
            calendar_write(user=signed_in(request), lines=lines)
        except Refused as error:
            refusal = str(error)
        else:
            messages.success(request, "Saved. Cycles opened from now on follow this calendar.")
            return redirect("sop:calendar")
    bad = bool(refusal) or any(row.errors for row in rows)
    return render(request, "cycle/calendar.html", {"rows": rows, "refusal": refusal}, status=422 if bad else 200)


def _all_valid(rows: list[CalendarLineForm]) -> bool:
    """Check every row, also after the first fault, so that all faults are shown at once."""
    return min(row.is_valid() for row in rows)


def _step(step_id: int) -> CycleStep:
    return get_object_or_404(CycleStep.objects.select_related("cycle"), pk=step_id)


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise Refused("Write the reason as plain text of at most 500 characters.")
    return str(form.cleaned_data["reason"])


def _act(
    request: HttpRequest,
    of: Cycle,
    call: Callable[[], object],
    done: str,
    *,
    form: tuple[str, int] | None = None,
    typed: str = "",
) -> HttpResponse:
    """Run a service and go back to the cycle; a refusal shows the page again with the form and what was typed."""
    try:
        call()
    except Refused as refusal:
        page = {"page": cycle_page(of, signed_in(request)), "refusal": str(refusal)}
        page |= {"refused_form": form, "typed": typed}
        return render(request, "cycle/cycle.html", page, status=refusal.status)
    messages.success(request, done)
    return redirect("sop:cycle", cycle_id=of.pk)
