"""Scenarios: list, compare, pull levers, calculate."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reconcile import selectors
from reconcile.constants import ScenarioState
from reconcile.figures import sheet_figure
from reconcile.forms import LeverForm, ScenarioForm
from reconcile.models import Lever, Scenario
from reconcile.selectors.sheet import family_sheet
from reconcile.services import scenario as services
from reconcile.services.calculate import scenario_request
from sop.constants import CycleState, StepKind, StepState
from sop.models import Cycle, CycleStep
from sop.refusals import Refused
from sop.views.request import about_cycle, signed_in

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("reconcile.view_reconcile", raise_exception=True)
def scenarios(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Compare scenarios; begin one."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    form = ScenarioForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.scenario_create(user=signed_in(request), cycle_id=cycle_id, **form.cleaned_data)
        except Refused as refusal:
            return _list(request, cycle, form, refusal)
        return redirect("reconcile:scenario", scenario_id=made.pk)
    return _list(request, cycle, form)


@require_POST
@permission_required("reconcile.view_reconcile", raise_exception=True)
def combine(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Put several scenarios' levers together and calculate them as one plan."""
    cycle = get_object_or_404(Cycle, pk=cycle_id)
    ids = [int(pk) for pk in request.POST.getlist("scenario") if pk.isdecimal()]
    try:
        name = request.POST.get("name", "")
        made = services.scenario_combine(user=signed_in(request), cycle_id=cycle_id, name=name, scenario_ids=ids)
        scenario_request(user=signed_in(request), scenario_id=made.pk)
    except Refused as refusal:
        return _list(request, cycle, ScenarioForm(), refusal, ticked=ids)
    messages.success(request, f"{made.name} is being calculated.")
    return redirect("reconcile:scenario", scenario_id=made.pk)


@require_safe
@permission_required("reconcile.view_reconcile", raise_exception=True)
def scenario(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Show a scenario."""
    return _page(request, _scenario(scenario_id))


@require_POST
@permission_required("reconcile.edit_scenario", raise_exception=True)
def lever(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Pull a lever."""
    found = _scenario(scenario_id)
    form = LeverForm(request.POST, cycle=found.cycle)
    if not form.is_valid():
        return _page(request, found, form=form)
    fields = form.cleaned_data
    pull = services.Pull(
        kind=fields["kind"],
        first_bucket=fields["first_bucket"],
        last_bucket=fields["last_bucket"],
        family_id=fields["family"].pk if fields["family"] else None,
        params=form.params(),
    )
    try:
        services.lever_pull(user=signed_in(request), scenario_id=scenario_id, pull=pull)
    except Refused as refusal:
        return _page(request, found, refusal=refusal, form=form)
    return redirect("reconcile:scenario", scenario_id=scenario_id)


@require_POST
@permission_required("reconcile.edit_scenario", raise_exception=True)
def release(request: HttpRequest, lever_id: int) -> HttpResponse:
    """Take a lever out."""
    found = get_object_or_404(Lever.objects.select_related("scenario__cycle"), pk=lever_id)
    try:
        services.lever_release(user=signed_in(request), lever_id=lever_id)
    except Refused as refusal:
        return _page(request, found.scenario, refusal=refusal)
    return redirect("reconcile:scenario", scenario_id=found.scenario_id)


@require_POST
@permission_required("reconcile.view_reconcile", raise_exception=True)
def calculate(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Calculate a scenario with the engines."""
    found = _scenario(scenario_id)
    try:
        scenario_request(user=signed_in(request), scenario_id=scenario_id)
    except Refused as refusal:
        return _page(request, found, refusal=refusal)
    messages.success(request, f"{found.name} is being calculated.")
    return redirect("reconcile:scenario", scenario_id=scenario_id)


@require_POST
@permission_required("reconcile.edit_scenario", raise_exception=True)
def drop(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """Put a scenario away."""
    found = _scenario(scenario_id)
    try:
        services.scenario_drop(user=signed_in(request), scenario_id=scenario_id)
    except Refused as refusal:
        return _page(request, found, refusal=refusal)
    return redirect("reconcile:scenarios", cycle_id=found.cycle_id)


def _scenario(scenario_id: int) -> Scenario:
    return get_object_or_404(Scenario.objects.select_related("cycle"), pk=scenario_id)


def _is_open(cycle: Cycle) -> bool:
    return CycleStep.objects.filter(cycle=cycle, kind=StepKind.RECONCILE, state=StepState.OPEN).exists()


def _list(
    request: HttpRequest,
    cycle: Cycle,
    form: ScenarioForm,
    refusal: Refused | None = None,
    ticked: Sequence[int] = (),
) -> HttpResponse:
    rows = selectors.scenario_table(cycle)
    calculated = {row["id"] for row in rows}
    editor = request.user.has_perm("reconcile.edit_scenario")
    context = {
        "cycle": cycle,
        "rows": rows,
        "uncalculated": [each for each in selectors.scenarios(cycle) if each.pk not in calculated],
        "can_edit": editor and _is_open(cycle),
        "can_combine": (editor or request.user.has_perm("review.freeze_pack"))
        and cycle.state == CycleState.OPEN
        and len(rows) > 2,
        "form": form,
        "refusal": refusal,
        "ticked": ticked,
    }
    status = refusal.status if refusal else (UNPROCESSABLE if form.errors else 200)
    return render(request, "reconcile/scenarios.html", context, status=status)


def _page(
    request: HttpRequest, found: Scenario, *, refusal: Refused | None = None, form: LeverForm | None = None
) -> HttpResponse:
    about_cycle(request, found.cycle_id)
    run = selectors.scenario_run(found)
    months = family_sheet(run, None) if run else []
    draft = found.state == ScenarioState.DRAFT and not found.base
    editor = request.user.has_perm("reconcile.edit_scenario")
    context = {
        "cycle": found.cycle,
        "scenario": found,
        "levers": selectors.levers(found),
        "run": run,
        "rows": [row for row in selectors.scenario_table(found.cycle) if row["base"] or row["id"] == found.pk],
        "months": months,
        "figure": sheet_figure(months) if months else None,
        "can_edit": draft and editor and _is_open(found.cycle),
        "can_calculate": draft
        and found.cycle.state == CycleState.OPEN
        and (editor or request.user.has_perm("review.freeze_pack")),
        "form": form or LeverForm(cycle=found.cycle),
        "refusal": refusal,
    }
    status = refusal.status if refusal else (UNPROCESSABLE if form and form.errors else 200)
    return render(request, "reconcile/scenario.html", context, status=status)
